//! Why an app of your own did not start.

use std::path::PathBuf;
use std::time::Duration;

use kit::SendError;
use url::Url;

use crate::stack::names::UnknownName;
use crate::stack::probe::in_brackets;

/// An app of your own did not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A file that the app reads could not be written.
    #[error("cannot write the app's file {file}: {source}", file = file.display())]
    Variables {
        /// The file.
        file: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The template of a file that the app reads could not be read.
    #[error("cannot read the template {file}: {source}", file = file.display())]
    Template {
        /// The template.
        file: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The template uses a name that the stack does not define.
    #[error(
        "{file}:{line}: {cause}\n  hint: for the text itself, write `[[{name}]`",
        file = file.display(), name = .cause.name
    )]
    Unfilled {
        /// The template.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The name.
        cause: UnknownName,
    },
    /// A variable or the command uses a name that the stack does not define.
    #[error("cannot tell the app its settings: {0}")]
    Name(#[from] UnknownName),
    /// A variable cannot be a line of the file of variables.
    #[error(
        "the value of `{name}` contains a line break, which a file with one `NAME=value` per line cannot express"
    )]
    LineBreak {
        /// Name of the variable.
        name: String,
    },
    /// The system has no free port for the app.
    #[error("cannot find a free port for the app: {0}")]
    NoPort(std::io::Error),
    /// Another server answers at its address.
    #[error(
        "a server answers at {origin} before the app is started{}: it does not know this stack's Logto. Stop it, or choose \
         another address with `--app`", holder.as_ref().map_or(String::new(), |holder| format!(": {holder}"))
    )]
    Occupied {
        /// The app's origin.
        origin: Url,
        /// The process that listens there, if the system tells.
        holder: Option<String>,
    },
    /// Its command could not be started.
    #[error("cannot start `{command}` in `{}`: {source}", directory.display())]
    Command {
        /// The command, as the shell was given it.
        command: String,
        /// The folder in which it should run.
        directory: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Its command failed.
    #[error("the app's command ended ({status}) before the app answered at {origin}{}", quoted(.said))]
    Ended {
        /// How it ended.
        status: std::process::ExitStatus,
        /// The origin at which the app should have answered.
        origin: Url,
        /// The last lines of its output.
        said: String,
    },
    /// Nothing answers.
    #[error(
        "{} at {origin} after {limit:?}{}: {}{}",
        .command.state(), in_brackets(.cause.as_ref()), .command.advice(.origin, .cause.as_ref()), quoted(.said)
    )]
    Silent {
        /// What is known about the command.
        command: CommandState,
        /// The origin at which the app should have answered.
        origin: Url,
        /// How long the stack waited for it.
        limit: Duration,
        /// Why the last attempt failed.
        cause: Option<SendError>,
        /// The last lines of its output.
        said: String,
    },
    /// A server accepts the connection, and does not answer the request.
    #[error("{url} accepts connections, but has not answered a request within {limit:?}{}", quoted(.said))]
    Hangs {
        /// The URL that was requested.
        url: Url,
        /// How long the stack waited.
        limit: Duration,
        /// The last lines of its output.
        said: String,
    },
    /// It answers, but not as an app that is ready.
    #[error(
        "the app is not ready after {limit:?}: {url} answers {status}{}. Say in `[app.ready]` which path and status show that it is{}",
        expected.map_or(String::new(), |expected| format!(", expected {expected}")), quoted(.said)
    )]
    NotReady {
        /// The URL that was requested.
        url: Url,
        /// How long the stack waited.
        limit: Duration,
        /// The last status.
        status: u16,
        /// The status that shows that it is ready, if one is given.
        expected: Option<u16>,
        /// The last lines of its output.
        said: String,
    },
    /// Something answers at the address, but not like an HTTP server.
    #[error(
        "what answers at {origin} has not sent a readable HTTP response for {limit:?} ({cause}): the answer begins with \
         `{begin}`. Check the app's address"
    )]
    NotHttp {
        /// The origin that was tried.
        origin: Url,
        /// How long the stack kept trying.
        limit: Duration,
        /// What is wrong with the last answer.
        cause: String,
        /// Its first bytes, in visible characters.
        begin: String,
    },
    /// The sample app cannot be configured like this.
    #[error(transparent)]
    Config(#[from] sample_app::ConfigError),
    /// Only the sample app has this setting.
    #[error("`{lever}` is a setting of the sample app; this stack has an app of your own")]
    NoLever {
        /// The setting.
        lever: &'static str,
    },
    /// The stack has not started the app, so it cannot restart it.
    #[error(
        "the stack has not started this app, so it cannot restart it: say how with `[app] command`, or `--app-command`"
    )]
    NotOurs,
}

/// What is known about an app's command that has not failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandState {
    /// The stack was given none.
    ByHand,
    /// It, or something that it started, runs.
    Running,
    /// It has ended, and of what it started only what left its process group can still run.
    Ended,
    /// The system does not tell.
    Unknown,
}

impl CommandState {
    fn state(self) -> &'static str {
        match self {
            Self::ByHand => "no app answers",
            Self::Running => "the app's command is running, but nothing answers",
            Self::Ended => "the app's command ended, but nothing answers",
            Self::Unknown => "the app's command was started, but nothing answers",
        }
    }

    fn advice(self, origin: &Url, cause: Option<&SendError>) -> &'static str {
        // A server is there, and is not trusted.
        if origin.scheme() == "https" && cause.is_some_and(|cause| cause.to_string().contains("certificate"))
        {
            return "pass the certificate of its CA, or its own, with --app-ca (`[app] ca`)";
        }
        match self {
            Self::ByHand => {
                "start it with LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET and APP_BASE_URL as the stack says"
            }
            Self::Running | Self::Unknown => {
                "does the app listen on the port in $PORT? Or pass its address with --app"
            }
            Self::Ended => "does it start the app, on the port in $PORT?",
        }
    }
}

/// What the app said last, below the message.
fn quoted(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(
            "\nIts last lines:\n{}",
            said.lines().map(|line| format!("  | {line}\n")).collect::<String>().trim_end()
        ),
    }
}
