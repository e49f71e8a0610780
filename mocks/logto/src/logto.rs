//! The assembly: one router, for binary, embedded double and tests alike.

use std::sync::Arc;

use axum::Router;
use kit::{Client, Clock, Journal, Party, Random};
use url::Url;

use crate::routes;
use crate::shared::Shared;

/// What the double is built with.
#[derive(Debug, Clone)]
pub struct Context {
    /// `ENDPOINT`, e.g. `http://localhost:3001`.
    pub endpoint: Url,
    /// `ADMIN_ENDPOINT`, e.g. `http://localhost:3002`.
    pub admin_endpoint: Url,
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

/// The double; clones share its state.
#[derive(Debug, Clone)]
pub struct Logto {
    shared: Arc<Shared>,
}

impl Logto {
    /// A freshly seeded Logto (contract §5.3).
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { shared: Arc::new(Shared::new(context)) }
    }

    /// The routes of both tenants: the origin of a request picks the tenant
    /// (contract §0), so both listeners serve the same router.
    pub fn router(&self) -> Router {
        let context = &self.shared.context;
        kit::journaled(
            routes::router(&self.shared),
            context.journal.clone(),
            context.clock.clone(),
            Party::LOGTO,
            context.endpoint.clone(),
        )
    }

    /// Id and secret of the seeded machine-to-machine application that may use
    /// the Management API of the default tenant.
    #[must_use]
    pub fn m2m_credentials(&self) -> (String, String) {
        (routes::admin::M2M_ID.to_owned(), self.shared.m2m_secret.clone())
    }
}
