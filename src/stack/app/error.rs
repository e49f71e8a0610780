//! Why an app of your own did not start.

use std::path::PathBuf;

use url::Url;

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
    /// It does not answer.
    #[error(transparent)]
    NoAnswer(#[from] StartError),
}
