//! What the command takes.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kit::Ca;
use url::Url;

use super::access::Access;
use super::capsule::arguments::Capsule;
use super::diagnose::arguments::Diagnose;
use super::own_app::OwnApp;
use super::provision::Provision;
use super::usage::{UsageError, address, next_port};
use crate::container::{Container, DEFAULT_IMAGE, DEFAULT_POSTGRES, DEFAULT_TAG};
use crate::stack::{External, Logto};

/// Walks through sign-in with Hugging Face via Logto, and says what broke.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Without a command: `run`.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Where a tenant's state is kept unless said.
const STATE_FILE: &str = "logto-testkit-restore.json";

const EXIT_CODES: &str = "\
Exit codes:
  0    everything passed
  1    an expectation of a scenario failed, or a probed server is not up
  2    bad usage, or a file that cannot be used
  3    the stack did not start
  4    a tenant could not be put back as it was
  70   internal error, or something could not be written
  130  interrupted";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenarios; all of `scenarios/` when no path is given.
    Run(Box<Run>),
    /// Read scenario files and say what is wrong in them, without walking.
    Check(Check),
    /// Say what is wrong with a sign-in, from the settings of Logto and Hugging Face.
    Diagnose(Box<Diagnose>),
    /// Write a scenario that reproduces a case, without its secrets.
    Capsule(Box<Capsule>),
    /// Compare our double with a real Logto: every recorded story, every scenario.
    Fidelity(Box<Fidelity>),
    /// Bring up a stack to click through, until Ctrl-C.
    Up(Up),
    /// Serve one party alone, until Ctrl-C.
    #[command(subcommand)]
    Serve(ServeCommand),
    /// Set up a running Logto and a running mock for people to click through, and leave them so.
    Provision(Box<Provision>),
    /// Ask a server whether it is up: exit code 0 when it answers with success, 1 when not.
    Probe {
        /// What to ask for, with GET.
        #[arg(value_parser = address)]
        url: Url,
    },
    /// The certificate authority that vouches for the mock's `https://huggingface.co`.
    #[command(subcommand)]
    Ca(CaCommand),
    /// Put a tenant back that a killed run left changed.
    Restore(Restore),
    /// Remove containers that runs left behind, kept, or left to be used again.
    Clean(Clean),
    /// Print a completion script for a shell.
    Completions(Completions),
    /// What removes the containers of a killed run; started by the run itself.
    #[command(hide = true)]
    Reap {
        /// The run.
        run: String,
    },
    /// What starts an app and ends it with all that it started; started by `run`, `up` and `diagnose` themselves.
    #[command(hide = true)]
    Guard {
        /// The app's command.
        command: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    /// Only the containers of this run, whatever they are for.
    #[arg(conflicts_with = "all")]
    pub(crate) run: Option<String>,
    /// Those of runs at work, too.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Scenario files, or folders of them.
    pub(crate) paths: Vec<PathBuf>,
    /// Only scenarios whose name contains this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// How many walks at a time [default: one for each processor, and one with a real Logto]. With --fresh-logto each
    /// of them has a Logto of its own; a real Logto that walks share takes one whatever is said here.
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=512))]
    pub(crate) jobs: Option<usize>,
    /// What to print: text for people, one JSON document, or JUnit XML.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) report: Report,
    /// Make the transcripts of walks that meet their expectations the reviewed ones.
    #[arg(long)]
    pub(crate) update: bool,
    /// Folder for the raw headers of walks that fail, a file to each. Cookies and codes are in clear there: only you
    /// can read the files, and secrets of applications and passwords are not in them.
    #[arg(long, value_name = "DIR", default_value = "logto-testkit-failed")]
    pub(crate) keep_raw: PathBuf,
    /// Print the transcript of every walk, not only of a single or a failed one.
    #[arg(long)]
    pub(crate) transcript: bool,
    #[command(flatten)]
    pub(crate) backend: Backend,
    #[command(flatten)]
    pub(crate) own_app: OwnApp,
}

/// What a run prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// For people.
    #[default]
    Text,
    /// One JSON document, alone on standard output.
    Json,
    /// JUnit XML, alone on standard output.
    Junit,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Scenario files, or folders of them; `scenarios` when none is given.
    pub(crate) paths: Vec<PathBuf>,
    /// Print the JSON Schema of scenario files instead, for editors.
    #[arg(long, conflicts_with = "paths")]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Fidelity {
    /// Folder of recorded stories.
    #[arg(long, value_name = "DIR", default_value = "tests/golden")]
    pub(crate) golden: PathBuf,
    /// Folder of scenarios.
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub(crate) scenarios: PathBuf,
    /// Only stories and scenarios whose name contains this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// Where to write the report; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "docs/fidelity.md")]
    pub(crate) output: PathBuf,
    /// What the running Logto is, for the report: it does not tell its version.
    #[arg(long, value_name = "TEXT")]
    pub(crate) logto_version: Option<String>,
    #[command(flatten)]
    pub(crate) backend: Backend,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    /// The mock of Hugging Face's OAuth 2.0 and OpenID Connect provider.
    #[command(after_help = EXIT_CODES)]
    Huggingface(mock_huggingface::cli::Args),
    /// The double of Logto, to be configured through its Management API.
    #[command(after_help = EXIT_CODES)]
    Logto(Box<mock_logto::cli::Arguments>),
    /// The sample app: the Bookstore of Logto's guide.
    #[command(after_help = EXIT_CODES)]
    App(Box<sample_app::cli::Arguments>),
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

/// Which Logto, and where the mock Hugging Face is for it.
#[derive(Debug, Args)]
pub(crate) struct Backend {
    /// `embedded`; `container` or `container:TAG`, the official image with its database in Docker; or the URL of a
    /// running Logto (its ENDPOINT).
    #[arg(long, value_name = "BACKEND", default_value = "embedded")]
    pub(crate) logto: String,
    #[command(flatten)]
    pub(crate) containers: Containers,
    /// URL of that Logto's admin tenant, which gives Management API tokens
    /// [default: the port after `--logto`'s, as in a stock Logto].
    #[arg(long, value_name = "URL", value_parser = address)]
    pub(crate) logto_admin: Option<Url>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Work in a tenant that has users, applications or social connectors of others.
    #[arg(long)]
    pub(crate) allow_shared_tenant: bool,
    /// Where the tenant's state is kept until it is put back.
    #[arg(long, value_name = "FILE", default_value = STATE_FILE)]
    pub(crate) state_file: PathBuf,
    /// Folder with a CA made by `ca create` [default: a CA made per start, in memory].
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
    /// Where the mock Hugging Face listens [default: 127.0.0.1:0, with an external Logto 127.0.0.1:443].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) huggingface_listen: Option<SocketAddr>,
    /// Let the mock listen on an address that other machines may reach.
    #[arg(long)]
    pub(crate) expose: bool,
}

/// More about `--logto container`.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --logto container")]
pub(crate) struct Containers {
    /// Another image of Logto, without its tag, e.g. ghcr.io/logto-io/logto.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_IMAGE)]
    pub(crate) logto_image: String,
    /// Another image of Postgres before 18, with its tag.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_POSTGRES)]
    pub(crate) postgres_image: String,
    /// A Logto of its own for every scenario, in place of one whose tenant is reset between them.
    #[arg(long)]
    pub(crate) fresh_logto: bool,
    /// Leave the containers for inspection, and say how to reach them.
    #[arg(long, conflicts_with = "reuse")]
    pub(crate) keep: bool,
    /// Take the containers that an earlier run with --reuse left, and leave them for the next.
    #[arg(long, conflicts_with_all = ["fresh_logto", "ca"])]
    pub(crate) reuse: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    /// A scenario whose `given` the stack is set up by [default: the guide's, with e-mail].
    pub(crate) scenario: Option<PathBuf>,
    /// Send browsers to the mock in plain HTTP, for a browser without any settings.
    #[arg(long)]
    pub(crate) plain: bool,
    /// Folder with a CA made by `ca create` [default: a CA made per start, in memory].
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
    /// Port of the app.
    #[arg(long, default_value_t = 3000)]
    pub(crate) app_port: u16,
    /// Port of Logto; its admin tenant takes the next one.
    #[arg(long, default_value_t = 3001)]
    pub(crate) logto_port: u16,
    #[command(flatten)]
    pub(crate) own_app: OwnApp,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Make a CA that can vouch for huggingface.co only, and write it to DIR.
    Create {
        /// A folder; an existing CA is never overwritten.
        directory: PathBuf,
        /// Be content with a CA that is there already.
        #[arg(long)]
        if_missing: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that the run named.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) access: Access,
}

impl Backend {
    /// The backend the arguments name.
    pub(crate) fn logto(&self) -> Result<Logto, UsageError> {
        let tag = match self.logto.split_once(':') {
            None if self.logto == "container" => Some(DEFAULT_TAG),
            Some(("container", tag)) if is_tag(tag) => Some(tag),
            _ => None,
        };
        if let Some(tag) = tag {
            return self.container(tag);
        }
        if let Some(option) = self.containers.given() {
            return Err(UsageError::NoContainer { option, logto: self.logto.clone() });
        }
        if self.logto == "embedded" {
            return match self.for_running_one() {
                Some(option) => Err(UsageError::NotForEmbedded { option }),
                None => Ok(Logto::Embedded),
            };
        }
        let endpoint = Url::parse(&self.logto)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| UsageError::Logto(self.logto.clone()))?;
        let credentials =
            self.access.credentials()?.ok_or_else(|| UsageError::NoCredentials(endpoint.clone()))?;
        let admin_endpoint = match &self.logto_admin {
            Some(admin) => admin.clone(),
            None => next_port(&endpoint)?,
        };
        Ok(Logto::External(Box::new(External {
            endpoint,
            admin_endpoint,
            credentials,
            allow_shared_tenant: self.allow_shared_tenant,
            state_file: self.state_file.clone(),
        })))
    }

    fn container(&self, tag: &str) -> Result<Logto, UsageError> {
        let listen = self.huggingface_listen.map(|_| "--huggingface-listen");
        if let Some(option) = self.for_running_one().or(listen) {
            return Err(UsageError::NotForContainer { option });
        }
        let given = &self.containers;
        let mut container = Container::new(tag).image(&given.logto_image).postgres(&given.postgres_image);
        if let Some(ca) = self.ca()? {
            container = container.ca(ca);
        }
        if given.keep {
            container = container.keep();
        }
        if given.reuse {
            container = container.reuse();
        }
        Ok(Logto::Container(Box::new(container)))
    }

    /// An option that says nothing without a running Logto.
    fn for_running_one(&self) -> Option<&'static str> {
        let given = [
            ("--logto-admin", self.logto_admin.is_some()),
            ("--allow-shared-tenant", self.allow_shared_tenant),
            ("--state-file", self.state_file != Path::new(STATE_FILE)),
        ];
        let given = given.into_iter().find(|(_, given)| *given).map(|(option, _)| option);
        given.or_else(|| self.access.given())
    }

    /// Where the mock Hugging Face listens.
    pub(crate) fn huggingface_listen(&self) -> Result<SocketAddr, UsageError> {
        let default = if self.logto == "embedded" { 0 } else { 443 };
        let addr = self.huggingface_listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], default)));
        if self.expose || addr.ip().is_loopback() || is_container_bridge(addr.ip()) {
            return Ok(addr);
        }
        Err(UsageError::Exposed(addr))
    }

    /// The CA the arguments name, if any.
    pub(crate) fn ca(&self) -> Result<Option<Arc<Ca>>, UsageError> {
        load_ca(self.ca.as_deref())
    }
}

impl Containers {
    /// An option that says nothing without a container.
    fn given(&self) -> Option<&'static str> {
        let given = [
            ("--logto-image", self.logto_image != DEFAULT_IMAGE),
            ("--postgres-image", self.postgres_image != DEFAULT_POSTGRES),
            ("--fresh-logto", self.fresh_logto),
            ("--keep", self.keep),
            ("--reuse", self.reuse),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
    }
}

/// What Docker takes for a tag.
fn is_tag(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphanumeric() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || "_.-".contains(other))
        && text.len() <= 128
}

pub(crate) fn load_ca(directory: Option<&Path>) -> Result<Option<Arc<Ca>>, UsageError> {
    Ok(directory.map(Ca::load).transpose()?.map(Arc::new))
}

/// Docker's default address pools: 172.17.0.0/16 up to 172.31.0.0/16.
fn is_container_bridge(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.octets()[0] == 172 && (17..=31).contains(&ip.octets()[1]))
}

#[cfg(test)]
mod tests;
