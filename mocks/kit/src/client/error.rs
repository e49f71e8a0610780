//! Why a client could not be built, or got no response.

use std::path::PathBuf;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The TLS library refused the CA or the protocol versions.
    #[error("TLS configuration of the HTTP client: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP library refused the configuration.
    #[error("HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// A file with certificates cannot be read.
    #[error("cannot read the certificates in {file}: {why}", file = file.display())]
    Certificates {
        /// The file.
        file: PathBuf,
        /// The error of the file system, or of the PEM format.
        why: String,
    },
}

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The host does not belong to the stack.
    #[error("{url} leads to `{host}`, a host outside the stack; the stack reaches only {known}")]
    HostOutsideStack {
        /// The host in the URL.
        host: String,
        /// The full URL.
        url: String,
        /// The hosts that can be reached.
        known: String,
    },
    /// The URL is not an absolute `http` or `https` URL.
    #[error("`{url}` is not an absolute http or https URL")]
    Url {
        /// The given text.
        url: String,
    },
    /// No connection: refused, unknown name, TLS.
    #[error("cannot connect to {url}: {cause}")]
    Connect {
        /// The full URL.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// Connected, but no complete response arrived.
    #[error("no complete answer from {url}: {cause}")]
    Incomplete {
        /// The full URL.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// More redirects than allowed.
    #[error("too many redirects from {url}")]
    TooManyRedirects {
        /// The full URL.
        url: String,
    },
    /// The body is larger than 16 MiB.
    #[error("the answer of {url} is larger than {limit} bytes")]
    BodyTooLarge {
        /// The full URL.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
}
