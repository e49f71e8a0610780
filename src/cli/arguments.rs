//! The command's arguments.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use kit::Ca;
use url::Url;

use super::access::Access;
use super::capsule::arguments::Capsule;
use super::diagnose::arguments::Diagnose;
use super::init::Init;
use super::live::LiveArguments;
use super::own_app::{ApplicationArguments, ProjectArguments};
use super::provision::Provision;
use super::run::report::Format;
use super::serve::ServeStack;
use super::session::SessionArguments;
use super::token::TokenArguments;
use super::usage::{UsageError, address, next_port};
use crate::container::{Container, DEFAULT_IMAGE, DEFAULT_POSTGRES, DEFAULT_TAG};
use crate::stack::{External, Logto};

/// Walks through sign-in with Hugging Face via Logto, and reports what broke.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// The default is `run`.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Default file for a tenant's state.
const STATE_FILE: &str = "logto-testkit-restore.json";

const EXIT_CODES: &str = "\
Exit codes:
  0    everything passed
  1    an expectation of a scenario failed, a person could not sign in, no scenario was walked, or a
       probed server is not up
  2    invalid usage, or a file that cannot be used
  3    the stack did not start, or does not answer
  4    a tenant could not be restored
  70   internal error, or something could not be written
  130  interrupted";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenarios; by default all of `scenarios/`.
    Run(Box<Run>),
    /// Validate the project file and scenario files without running them.
    Check(Check),
    /// Write a first project file and scenario for your app, from what its files say.
    Init(Init),
    /// Find out what is wrong with a sign-in, from the settings of Logto and Hugging Face.
    Diagnose(Box<Diagnose>),
    /// Write a scenario that reproduces a case, without its secrets.
    Capsule(Box<Capsule>),
    /// Compare our double with a real Logto: every recorded story, every scenario.
    Fidelity(Box<Fidelity>),
    /// Start a stack to click through, until Ctrl-C.
    Up(Box<Up>),
    /// Serve a single party, or a whole stack for another test suite.
    #[command(subcommand)]
    Serve(ServeCommand),
    /// Sign in on a running stack, and print the browser's state for another test suite.
    Session(SessionArguments),
    /// Sign in on a running stack, and print an access token for tests of an API.
    Token(TokenArguments),
    /// Configure a running Logto and a running mock for people to click through, and leave them so.
    Provision(Box<Provision>),
    /// Check whether a server is up: exit code 0 if it answers with success, 1 if not.
    Probe {
        /// The URL to request with GET.
        #[arg(value_parser = address)]
        url: Url,
    },
    /// Manage the certificate authority for the mock's `https://huggingface.co`.
    #[command(subcommand)]
    Ca(CaCommand),
    /// Restore a tenant that a killed run left changed.
    Restore(Restore),
    /// Remove containers that runs left behind, kept for inspection, or left for reuse.
    Clean(Clean),
    /// Print a completion script for a shell.
    Completions(Completions),
    /// Removes the containers of a killed run; started by the run itself.
    #[command(hide = true)]
    Reap {
        /// The run's ID.
        run: String,
    },
    /// Starts an app, and ends it with everything it started; started by `run`, `up` and `diagnose`.
    #[command(hide = true)]
    Guard {
        /// The app's command line.
        command: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Clean {
    /// Remove only the containers of this run, whatever they are for.
    #[arg(conflicts_with = "all")]
    pub(crate) run: Option<String>,
    /// Also remove containers of runs that are still in progress.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Scenario files, or folders of them [default: those of the project file, or `scenarios`]; FILE@CASE is one case of a
    /// file.
    pub(crate) paths: Vec<PathBuf>,
    /// Run only scenarios whose name contains this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// Number of walks at a time [default: one per processor, or one with a real Logto]. With
    /// --fresh-logto each walk has its own Logto; walks that share a real Logto always run one at a
    /// time.
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=512))]
    pub(crate) jobs: Option<usize>,
    /// Output format: text for people, one JSON document, or JUnit XML.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) report: Format,
    /// Accept new transcripts as the reference for walks that meet their expectations.
    #[arg(long)]
    pub(crate) update: bool,
    /// Folder for the raw headers of failed walks, one file each. They contain cookies and codes in
    /// clear text: only you can read the files, and secrets of applications and passwords are not
    /// in them.
    #[arg(long, value_name = "DIR", default_value = "logto-testkit-failed")]
    pub(crate) keep_raw: PathBuf,
    /// Print the transcript of every walk, not only of a single or a failed one.
    #[arg(long)]
    pub(crate) transcript: bool,
    #[command(flatten)]
    pub(crate) backend: Backend,
    /// Port of the embedded Logto; its admin tenant takes the next one [default: free ports].
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..u16::MAX as i64))]
    pub(crate) logto_port: Option<u16>,
    #[command(flatten)]
    pub(crate) own_app: ProjectArguments,
    #[command(flatten)]
    pub(crate) application: ApplicationArguments,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Scenario files, or folders of them [default: those of the project file, or `scenarios`]; FILE@CASE is one case of a
    /// file.
    pub(crate) paths: Vec<PathBuf>,
    /// Project file [default: `logto-testkit.toml` here, if there is one].
    #[arg(long, value_name = "FILE")]
    pub(crate) project: Option<PathBuf>,
    /// Print the JSON Schema of scenario files, for editors.
    #[arg(long, conflicts_with = "paths")]
    pub(crate) schema: bool,
    /// Print the JSON Schema of `logto-testkit.toml`, for editors.
    #[arg(long, conflicts_with_all = ["paths", "schema"])]
    pub(crate) project_schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Fidelity {
    /// Folder of recorded stories.
    #[arg(long, value_name = "DIR", default_value = "tests/golden")]
    pub(crate) golden: PathBuf,
    /// Folder of scenarios.
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub(crate) scenarios: PathBuf,
    /// Run only stories and scenarios whose name contains this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// File for the report; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "docs/fidelity.md")]
    pub(crate) output: PathBuf,
    /// Name and version of the running Logto for the report, since it does not report its version.
    #[arg(long, value_name = "TEXT")]
    pub(crate) logto_version: Option<String>,
    #[command(flatten)]
    pub(crate) backend: Backend,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServeCommand {
    /// A whole stack for another test suite, until standard input is closed.
    #[command(after_help = EXIT_CODES)]
    Stack(Box<ServeStack>),
    /// The mock of Hugging Face's OAuth 2.0 and OpenID Connect provider.
    #[command(name = "huggingface", after_help = EXIT_CODES)]
    HuggingFace(mock_huggingface::cli::Args),
    /// The double of Logto, which you configure through its Management API.
    #[command(after_help = EXIT_CODES)]
    Logto(Box<mock_logto::cli::Arguments>),
    /// The sample app: the Bookstore of Logto's guide.
    #[command(after_help = EXIT_CODES)]
    App(Box<sample_app::cli::Arguments>),
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to generate the script for.
    pub(crate) shell: clap_complete::Shell,
}

/// Which Logto to use, and where the mock Hugging Face listens for it.
#[derive(Debug, Args)]
pub(crate) struct Backend {
    /// `embedded`; `container` or `container:TAG` for the official image with its database in
    /// Docker; or the URL of a running Logto (its ENDPOINT).
    #[arg(long, value_name = "BACKEND", default_value = "embedded")]
    pub(crate) logto: String,
    #[command(flatten)]
    pub(crate) containers: Containers,
    /// URL of that Logto's admin tenant, which issues Management API tokens [default: the port
    /// after `--logto`'s, as in a stock Logto].
    #[arg(long, value_name = "URL", value_parser = address)]
    pub(crate) logto_admin: Option<Url>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Use a tenant that has users, applications or social connectors of others.
    #[arg(long)]
    pub(crate) allow_shared_tenant: bool,
    /// File that keeps the tenant's state until it is restored.
    #[arg(long, value_name = "FILE", default_value = STATE_FILE)]
    pub(crate) state_file: PathBuf,
    /// Folder with a CA created by `ca create` [default: a new CA per start, in memory].
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
    /// Address on which the mock Hugging Face listens [default: 127.0.0.1:0, with an external Logto
    /// 127.0.0.1:443].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) huggingface_listen: Option<SocketAddr>,
    /// Allow the mock to listen on an address that other machines may reach.
    #[arg(long)]
    pub(crate) expose: bool,
}

/// Options for `--logto container`.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --logto container")]
pub(crate) struct Containers {
    /// Use another image of Logto, without its tag, e.g. ghcr.io/logto-io/logto.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_IMAGE)]
    pub(crate) logto_image: String,
    /// Use another image of Postgres, older than 18, with its tag.
    #[arg(long, value_name = "IMAGE", default_value = DEFAULT_POSTGRES)]
    pub(crate) postgres_image: String,
    /// Start a fresh Logto for each scenario instead of resetting one tenant between scenarios.
    #[arg(long)]
    pub(crate) fresh_logto: bool,
    /// Keep the containers for inspection, and print how to reach them.
    #[arg(long, conflicts_with = "reuse")]
    pub(crate) keep: bool,
    /// Use the containers that an earlier run with --reuse left, and leave them for the next run.
    #[arg(long, conflicts_with_all = ["fresh_logto", "ca"])]
    pub(crate) reuse: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) live: LiveArguments,
    /// Folder with a CA created by `ca create` [default: a new CA per start, in memory].
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Create a CA that is valid for huggingface.co only, and write it to DIR.
    Create {
        /// The folder; an existing CA is never overwritten.
        directory: PathBuf,
        /// Succeed if the CA already exists.
        #[arg(long)]
        if_missing: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The state file that the run named.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) access: Access,
}

impl Backend {
    /// The backend that the arguments select.
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

    /// An option that has no effect without a running Logto.
    fn for_running_one(&self) -> Option<&'static str> {
        let given = [
            ("--logto-admin", self.logto_admin.is_some()),
            ("--allow-shared-tenant", self.allow_shared_tenant),
            ("--state-file", self.state_file != Path::new(STATE_FILE)),
        ];
        let given = given.into_iter().find(|(_, given)| *given).map(|(option, _)| option);
        given.or_else(|| self.access.given())
    }

    /// The address on which the mock Hugging Face listens.
    pub(crate) fn huggingface_listen(&self) -> Result<SocketAddr, UsageError> {
        let default = if self.logto == "embedded" { 0 } else { 443 };
        let addr = self.huggingface_listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], default)));
        if self.expose || addr.ip().is_loopback() || is_container_bridge(addr.ip()) {
            return Ok(addr);
        }
        Err(UsageError::Exposed(addr))
    }

    /// The CA that the arguments name, if any.
    pub(crate) fn ca(&self) -> Result<Option<Arc<Ca>>, UsageError> {
        load_ca(self.ca.as_deref())
    }
}

impl Containers {
    /// An option that has no effect without a container.
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

/// Whether Docker accepts the text as a tag.
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
