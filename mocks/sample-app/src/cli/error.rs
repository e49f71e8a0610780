//! Errors of the command and their exit codes.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use kit::{BindError, ClientError, ServeError};
use thiserror::Error;

use crate::ConfigError;

/// Why the command ended.
#[derive(Debug, Error)]
pub enum CliError {
    /// A required value is missing. Exit code 2.
    #[error("missing: {0}")]
    Missing(String),
    /// The file of `--env-file` cannot be read. Exit code 2.
    #[error("{path}: {source}", path = path.display())]
    EnvFile {
        /// The file of `--env-file`.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line of the file of `--env-file` is invalid. Exit code 2.
    #[error("{path}:{line}: {what}", path = path.display())]
    EnvLine {
        /// The file of `--env-file`.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with the line.
        what: String,
    },
    /// The default base URL is invalid. Exit code 2.
    #[error("{text} is not a valid base URL: {source}")]
    BaseUrl {
        /// The URL, built from the port.
        text: String,
        /// The error of the parser.
        source: url::ParseError,
    },
    /// The configuration is invalid. Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address to listen on is not available. Exit code 3.
    #[error("{cause}{}", held(.holder.as_deref()))]
    Bind {
        /// The address, and the error of the system.
        cause: BindError,
        /// The process that listens there, if it can be determined.
        holder: Option<String>,
    },
    /// The address is reachable from other machines, and `--expose` was not given. Exit code 3.
    #[error("{0} can be reached from other machines; pass --expose to allow this")]
    Exposed(SocketAddr),
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

fn held(holder: Option<&str>) -> String {
    holder.map_or_else(String::new, |holder| {
        format!("; {holder} is listening there. Pass --listen to choose another port")
    })
}

impl CliError {
    /// Adds the process that holds the port, if it can be determined.
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
