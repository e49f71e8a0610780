//! What can go wrong with the command, and its exit codes.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use kit::{BindError, CaError, ClientError, ServeError};
use thiserror::Error;

use crate::ConfigError;

/// Why the command ended.
#[derive(Debug, Error)]
pub enum CliError {
    /// Exit code 2.
    #[error("--origin {text} {reason}")]
    Origin {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Exit code 3.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Exit code 4.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Exit code 4.
    #[error(
        "{0} can be reached from other machines, and anyone there could sign in as any user; \
         --allow-exposed allows it"
    )]
    Exposed(SocketAddr),
    /// Exit code 5.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// Exit code 5.
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
            CliError::Origin { .. } => 2,
            CliError::Config(_) => 3,
            CliError::Bind(_) | CliError::Exposed(_) => 4,
            CliError::Ca(_) | CliError::Client(_) => 5,
            CliError::Runtime(_) | CliError::Output(_) | CliError::Signal(_) | CliError::Serve(_) => 6,
        })
    }
}
