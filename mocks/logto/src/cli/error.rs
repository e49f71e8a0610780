//! What can go wrong with the command, and its exit codes.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use kit::{BindError, CaError, ClientError, ServeError};

/// Why the command ended.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Exit code 2.
    #[error("{text} is no origin: {source}")]
    Origin {
        /// What was made of the port.
        text: String,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// Exit code 4.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Exit code 4.
    #[error("{0} can be reached from other machines; --allow-exposed allows it")]
    Exposed(SocketAddr),
    /// Exit code 5.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// Exit code 6.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Exit code 6.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Exit code 6.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// Exit code 6.
    #[error("cannot wait for signals: {0}")]
    Signal(io::Error),
    /// Exit code 6.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl CliError {
    /// The exit codes are part of the command's interface; `--help` lists them.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Origin { .. } => 2,
            Self::Bind(_) | Self::Exposed(_) => 4,
            Self::Ca(_) => 5,
            Self::Client(_) | Self::Runtime(_) | Self::Output(_) | Self::Signal(_) | Self::Serve(_) => 6,
        })
    }
}
