//! The command's arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use mock_logto::Version;
use url::Url;

use super::access::Access;
use super::backend::Backend;
use super::capsule::arguments::Capsule;
use super::diagnose::arguments::Diagnose;
use super::exit::EXIT_CODES;
use super::init::Init;
use super::live::LiveArguments;
use super::logto_version::LogtoVersion;
use super::own_app::{ApplicationArguments, ProjectArguments};
use super::provision::Provision;
use super::run::report::Format;
use super::serve::ServeCommand;
use super::session::SessionArguments;
use super::token::TokenArguments;
use super::usage::address;
use crate::golden::Area;

/// Walks through sign-in with Hugging Face via Logto, and reports what broke.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// The default is `run`.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

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
    #[command(flatten)]
    pub(crate) version: LogtoVersion,
    /// Before an upgrade: walk each scenario on the embedded Logto of --logto-version and on that of this version, and
    /// show what changes on the wire. Exit code 1 if something does.
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["update", "report", "transcript"])]
    pub(crate) against: Option<Version>,
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
    /// Instead of stories and scenarios, send drawn sequences of requests to this part of both, and keep
    /// a story of each kind of difference.
    #[arg(long, value_name = "AREA", conflicts_with_all = ["filter", "scenarios", "output"])]
    pub(crate) fuzz: Option<Area>,
    /// With --fuzz: the same seed draws the same sequences.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "fuzz")]
    pub(crate) seed: u64,
    /// With --fuzz: how many sequences are drawn, of some ten requests each.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "fuzz")]
    pub(crate) cases: u64,
    /// With --fuzz: folder for the stories.
    #[arg(long, value_name = "DIR", default_value = "logto-testkit-fuzz", requires = "fuzz")]
    pub(crate) stories: PathBuf,
    #[command(flatten)]
    pub(crate) backend: Backend,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to generate the script for.
    pub(crate) shell: clap_complete::Shell,
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

#[cfg(test)]
mod tests;
