//! What the double is built with.

use kit::{Client, Clock, Journal, Random};
use url::Url;

/// What the double is built with.
#[derive(Debug, Clone)]
pub struct Context {
    /// `ENDPOINT`, e.g. `http://localhost:3001`.
    pub endpoint: Url,
    /// `ADMIN_ENDPOINT`, e.g. `http://localhost:3002`.
    pub admin_endpoint: Url,
    /// `TRUST_PROXY_HEADER`: what a proxy says in `X-Forwarded-*` is believed.
    pub trust_proxy_header: bool,
    /// Every lifetime, time-out and back-off runs on it.
    pub clock: Clock,
    /// Ids, codes and secrets come from it.
    pub random: Random,
    /// Where requests are written down, with the reasons for refusals.
    pub journal: Journal,
    /// For the connectors' calls. Follows redirects as `fetch` does (contract §6).
    pub client: Client,
    /// A switch of the double, not a behaviour of Logto: written into the
    /// authorization URI in place of `https://huggingface.co`, for browsers that
    /// cannot be told where that is.
    pub authorization_origin: Option<Url>,
    /// Secret of the seeded application `m-default`; made when absent.
    pub m2m_secret: Option<String>,
}
