//! Why an app of one's own did not start.

use std::path::PathBuf;

use url::Url;

use crate::stack::steps::StartError;

/// An app of your own did not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Its variables could not be handed over.
    #[error("write the app's variables into {file}: {source}", file = file.display())]
    Variables {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its command could not be started.
    #[error("`{command}` could not be started: {source}")]
    Command {
        /// The command.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// Its command failed.
    #[error("the app's command ended ({status}) before the app answered at {origin}")]
    Ended {
        /// How it ended.
        status: std::process::ExitStatus,
        /// Where the app was to answer.
        origin: Url,
    },
    /// It does not answer.
    #[error(transparent)]
    NoAnswer(#[from] StartError),
}
