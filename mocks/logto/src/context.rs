//! What the double is created with.

use kit::{Client, Clock, Journal, Random};
use url::Url;

use crate::keys::TenantKey;
use crate::version::Version;

/// What the double is created with.
#[derive(Debug, Clone)]
pub struct Context {
    /// Origin of the default tenant, `ENDPOINT`, e.g. `http://localhost:3001`.
    pub endpoint: Url,
    /// Origin of the admin tenant, `ADMIN_ENDPOINT`, e.g. `http://localhost:3002`.
    pub admin_endpoint: Url,
    /// `TRUST_PROXY_HEADER`: whether to trust the `X-Forwarded-*` headers of a proxy.
    pub trust_proxy_header: bool,
    /// `OIDC_PROVIDER_SSRF_PROTECTION_DISABLED`: whether back-channel logouts may go to loopback and
    /// private addresses.
    pub ssrf_protection_disabled: bool,
    /// The clock of all lifetimes, time-outs and back-offs.
    pub clock: Clock,
    /// Source of ids, codes and secrets.
    pub random: Random,
    /// Records requests, and the reasons for refusals.
    pub journal: Journal,
    /// HTTP client of the connectors. It follows redirects as `fetch` does (contract §6).
    pub client: Client,
    /// A switch of the double, not a behavior of Logto: replaces `https://huggingface.co` in the
    /// authorization URI, for browsers that cannot resolve that name to the mock.
    pub authorization_origin: Option<Url>,
    /// Values that a client already knows.
    pub fixed: Fixed,
    /// Which Logto to play.
    pub version: Version,
}

/// Values that are generated unless they are given: for a client that has them in its code, or that was told
/// them by an earlier double.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// Secret of the seeded application `m-default`.
    pub m2m_secret: Option<String>,
    /// Id of the first application that is created.
    pub application_id: Option<String>,
    /// Secret of the first application that is created, if its type has one.
    pub application_secret: Option<String>,
    /// The seeded signing key of the default tenant.
    pub signing_key: Option<TenantKey>,
}
