//! A double of Logto: OIDC, Experience API and Management API, as far as a
//! sign-in through the Hugging Face connector needs them.
//!
//! The reference is a real Logto: the wire contract is `docs/logto-contract.md` of the repository
//! (cited as "contract §n"), and recorded traffic of a real Logto is in `tests/golden/`.
//!
//! Like a real Logto, it is configured only through its Management API, serves its admin tenant at
//! another origin, and makes real HTTPS calls to Hugging Face.
//!
//! ```
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # runtime.block_on(async {
//! let (bound, admin) = (kit::Bound::loopback().await?, kit::Bound::loopback().await?);
//! let url = |port: u16| format!("http://localhost:{port}").parse().unwrap();
//! let logto = mock_logto::Logto::new(mock_logto::Context {
//!     endpoint: url(bound.port()),
//!     admin_endpoint: url(admin.port()),
//!     trust_proxy_header: false,
//!     ssrf_protection_disabled: false,
//!     clock: kit::Clock::system(),
//!     random: kit::Random::from_os(),
//!     journal: kit::Journal::new(),
//!     client: kit::Client::builder().build()?,
//!     authorization_origin: None,
//!     fixed: mock_logto::Fixed::default(),
//!     version: mock_logto::Version::default(),
//! });
//! let (id, secret) = logto.m2m_credentials();
//! assert_eq!((id.as_str(), secret.len()), ("m-default", 32));
//! let servers = (bound.serve(logto.router()), admin.serve(logto.router()));
//! # drop(servers);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod audit;
#[cfg(feature = "cli")]
pub mod cli;
mod connectors;
mod context;
mod keys;
mod logto;
mod pages;
mod routes;
mod shared;
mod store;
mod version;
mod wire;

pub use context::{Context, Fixed};
pub use keys::TenantKey;
pub use logto::Logto;
pub use store::seeded_sign_in_experience;
pub use version::{FACTS, Fact, KNOWN, MASTER, Row, UnknownVersion, Version, names};

/// Whether Logto stores this as a redirect URI, or a post sign-out redirect URI, of an application.
#[must_use]
pub fn stores_uri(text: &str) -> bool {
    routes::redirect_uri::may_be_registered(text)
}
