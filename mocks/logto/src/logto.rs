//! The double as one router, for the binary, the embedded double and the tests.

use std::sync::Arc;

use axum::Router;
use kit::Party;

use crate::context::Context;
use crate::routes;
use crate::shared::Shared;
use crate::wire::{Code, ErrorCode};

/// The double; clones share its state.
#[derive(Debug, Clone)]
pub struct Logto {
    shared: Arc<Shared>,
}

impl Logto {
    /// A newly seeded Logto (contract §5.3).
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { shared: Arc::new(Shared::new(context)) }
    }

    /// The routes of both tenants: the origin of a request selects the tenant (contract §0), so
    /// both listeners serve the same router.
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

    /// Method and path of every route, for the coverage tests.
    #[doc(hidden)]
    #[must_use]
    pub fn routes() -> Vec<(&'static str, &'static str)> {
        routes::routes()
    }

    /// Method and path of every operation that Logto documents, for the same tests.
    #[doc(hidden)]
    pub fn operations() -> impl Iterator<Item = (&'static str, &'static str)> {
        routes::operations()
    }

    /// Every error code, for the same tests.
    #[doc(hidden)]
    pub fn codes() -> impl Iterator<Item = String> {
        let own = Code::ALL.iter().map(|code| code.as_str().to_owned());
        own.chain(ErrorCode::ALL.iter().map(|code| code.code()))
    }

    /// Id and secret of the seeded machine-to-machine application that may use the Management API
    /// of the default tenant.
    #[must_use]
    pub fn m2m_credentials(&self) -> (String, String) {
        (routes::admin::M2M_ID.to_owned(), self.shared.m2m_secret.clone())
    }
}
