//! Why an app of your own did not start.

use std::path::PathBuf;
use std::time::Duration;

use kit::SendError;
use url::Url;

use crate::stack::probe::in_brackets;
use crate::stack::steps::StartError;

/// An app of your own did not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Its variables could not be handed over.
    #[error("cannot write the app's variables to {file}: {source}", file = file.display())]
    Variables {
        /// The file passed with `--app-env`.
        file: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// Its command could not be started.
    #[error("cannot start `{command}`: {source}")]
    Command {
        /// The command, as the shell was given it.
        command: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Its command failed.
    #[error("the app's command ended ({status}) before the app answered at {origin}")]
    Ended {
        /// How it ended.
        status: std::process::ExitStatus,
        /// The origin at which the app should have answered.
        origin: Url,
    },
    /// Its command runs or has ended without a failure, and nothing answers.
    #[error("{}, but nothing answers at {origin} after {limit:?}{}: {}", .command.state(),
        in_brackets(.cause.as_ref()), .command.advice())]
    Silent {
        /// What is known about the command.
        command: CommandState,
        /// The origin at which the app should have answered.
        origin: Url,
        /// How long the stack waited for it.
        limit: Duration,
        /// Why the last attempt failed.
        cause: Option<SendError>,
    },
    /// It does not answer.
    #[error(transparent)]
    NoAnswer(#[from] StartError),
}

/// What is known about an app's command that has not failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandState {
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
            Self::Running => "the app's command is running",
            Self::Ended => "the app's command ended",
            Self::Unknown => "the app's command was started",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Running | Self::Unknown => {
                "does the app listen on the port in $PORT? Or pass its address with --app"
            }
            Self::Ended => "does it start the app, on the port in $PORT?",
        }
    }
}
