//! What can go wrong with the command, and its exit codes.

use std::io;
use std::net::SocketAddr;

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
    /// Exit code 3.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Exit code 3.
    #[error("{0} can be reached from other machines; --expose allows it")]
    Exposed(SocketAddr),
    /// Exit code 3.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// Exit code 70.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Exit code 70.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Exit code 70.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// Exit code 70.
    #[error("cannot wait for signals: {0}")]
    Signal(io::Error),
    /// Exit code 70.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl CliError {
    /// The exit code: the same from the party's own command and from `logto-testkit serve`.
    /// The codes are part of the interface; `--help` lists them.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Origin { .. } => 2,
            Self::Bind(_) | Self::Exposed(_) | Self::Ca(_) => 3,
            Self::Client(_) | Self::Runtime(_) | Self::Output(_) | Self::Signal(_) | Self::Serve(_) => 70,
        }
    }
}
