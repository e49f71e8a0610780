//! Errors of the command and their exit codes.

use std::io;
use std::net::SocketAddr;

use kit::{BindError, CaError, ClientError, ServeError};
use thiserror::Error;

use crate::ConfigError;

/// Why the command ended.
#[derive(Debug, Error)]
pub enum CliError {
    /// `--origin` is invalid. Exit code 2.
    #[error("--origin {text} {reason}")]
    Origin {
        /// The value that was given.
        text: String,
        /// What is wrong with it, to follow the value.
        reason: &'static str,
    },
    /// The configuration file is invalid. Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An address to listen on is not available. Exit code 3.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// An address is reachable from other machines, and `--expose` was not given. Exit code 3.
    #[error(
        "{0} can be reached from other machines, and anyone there could sign in as any user; \
         --expose allows it"
    )]
    Exposed(SocketAddr),
    /// The CA cannot be created or read. Exit code 3.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The HTTP client cannot be created. Exit code 70.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The async runtime does not start. Exit code 70.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// Standard output cannot be written to. Exit code 70.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// The handler of Ctrl-C cannot be installed. Exit code 70.
    #[error("cannot wait for signals: {0}")]
    Signal(io::Error),
    /// The server failed while it was running. Exit code 70.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl CliError {
    /// The exit code: the same from the party's own command and from `logto-testkit serve`.
    /// The codes are part of the interface; `--help` lists them.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Origin { .. } | Self::Config(_) => 2,
            Self::Bind(_) | Self::Exposed(_) | Self::Ca(_) => 3,
            Self::Client(_) | Self::Runtime(_) | Self::Output(_) | Self::Signal(_) | Self::Serve(_) => 70,
        }
    }
}
