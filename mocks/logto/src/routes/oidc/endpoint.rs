//! How endpoints that applications call themselves respond (contract §1.6).

use std::fmt::Display;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::client_auth::ClientAuthError;
use super::cors;
use crate::wire::{self, OidcError};

/// An error of an endpoint, with the error that is sent for it.
pub(super) trait Refuse: Display {
    fn wire(&self) -> OidcError;
}

/// Why an endpoint refuses a request; `?` converts every error to it.
#[derive(Debug)]
pub(in crate::routes) enum Refused {
    /// The client is not authenticated.
    Client(ClientAuthError),
    /// Any other error, with the reason for the journal.
    Request(OidcError, String),
}

impl From<ClientAuthError> for Refused {
    fn from(error: ClientAuthError) -> Self {
        Self::Client(error)
    }
}

impl<E: Refuse> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Request(error.wire(), error.to_string())
    }
}

impl Refused {
    pub(super) fn wire(&self, issuer: &str) -> OidcError {
        match self {
            Self::Client(error) => error.wire(issuer),
            Self::Request(error, _) => error.clone(),
        }
    }

    pub(super) fn response(&self, headers: &HeaderMap, issuer: &str) -> Response {
        match self {
            Self::Client(error) => error.response(headers, issuer),
            Self::Request(error, reason) => cors::allow_with_reason(error.uncached(reason.clone()), headers),
        }
    }
}

/// An uncached JSON response, or the refusal.
pub(in crate::routes) fn answer(
    done: Result<(StatusCode, Value), Refused>,
    headers: &HeaderMap,
    issuer: &str,
) -> Response {
    match done {
        Ok((status, answer)) => cors::allow_with_reason(wire::uncached(wire::json(status, &answer)), headers),
        Err(refused) => refused.response(headers, issuer),
    }
}
