//! What can go wrong with the command, and its exit codes.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use kit::{BindError, ClientError, ServeError};
use thiserror::Error;

use crate::ConfigError;

/// Why the command ended.
#[derive(Debug, Error)]
pub enum CliError {
    /// Exit code 2.
    #[error("missing: {0}")]
    Missing(String),
    /// Exit code 2.
    #[error("{path}: {source}", path = path.display())]
    EnvFile {
        /// The file of `--env-file`.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// Exit code 2.
    #[error("{path}:{line}: {what}", path = path.display())]
    EnvLine {
        /// The file of `--env-file`.
        path: PathBuf,
        /// Which of its lines.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Exit code 2.
    #[error("{text} is no base URL: {source}")]
    BaseUrl {
        /// What was made of the port.
        text: String,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Exit code 3.
    #[error("{cause}{}", held(.holder.as_deref()))]
    Bind {
        /// Which address, and why not.
        cause: BindError,
        /// Who listens there, as far as that can be found out.
        holder: Option<String>,
    },
    /// Exit code 3.
    #[error("{0} can be reached from other machines; --expose allows it")]
    Exposed(SocketAddr),
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

fn held(holder: Option<&str>) -> String {
    holder
        .map_or_else(String::new, |holder| format!("; {holder} listens there. --listen chooses another port"))
}

impl CliError {
    /// Looks for who holds the port.
    pub(super) fn bind(cause: BindError) -> Self {
        let taken = cause.source.kind() == io::ErrorKind::AddrInUse;
        let holder = if taken { kit::port_holder(cause.addr.port()) } else { None };
        Self::Bind { cause, holder }
    }

    /// The exit code: the same from the party's own command and from `logto-testkit serve`.
    /// The codes are part of the interface; `--help` lists them.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Missing(_)
            | Self::EnvFile { .. }
            | Self::EnvLine { .. }
            | Self::BaseUrl { .. }
            | Self::Config(_) => 2,
            Self::Bind { .. } | Self::Exposed(_) => 3,
            Self::Client(_) | Self::Runtime(_) | Self::Output(_) | Self::Signal(_) | Self::Serve(_) => 70,
        }
    }
}
