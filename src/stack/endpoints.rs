//! Where the parties of one stack are.

use std::net::SocketAddr;

use url::Url;

/// The name the connector has built in (contract §6).
pub const HUGGINGFACE_HOST: &str = "huggingface.co";

/// The addresses of one stack: known once every listener is bound, before
/// anything is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Origin of the app under test.
    pub app: Url,
    /// Origin of Logto (`ENDPOINT`).
    pub logto: Url,
    /// Origin of Logto's admin tenant (`ADMIN_ENDPOINT`).
    pub logto_admin: Url,
    /// Origin of Hugging Face: always `https://huggingface.co`.
    pub huggingface: Url,
    /// Where that name leads in this stack.
    pub huggingface_addr: SocketAddr,
}

/// `http://localhost:<port>`.
///
/// # Panics
/// Never: the text is a URL for every port.
#[must_use]
pub(super) fn localhost(port: u16) -> Url {
    Url::parse(&format!("http://localhost:{port}")).expect("a host name and a port make a URL")
}

/// `https://huggingface.co`.
///
/// # Panics
/// Never: the text is a URL.
#[must_use]
pub(super) fn huggingface() -> Url {
    Url::parse("https://huggingface.co").expect("a constant that is a URL")
}
