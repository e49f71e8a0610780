//! Pushed authorization requests (RFC 9126; contract §1.1): `POST /oidc/request`, and the requests
//! that refer to one.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::json;

use super::checks::Examined;
use super::endpoint::{self, Refuse, Refused};
use super::refusal::Refusal;
use super::{client_auth, form};
use crate::shared::{Shared, SharedState};
use crate::store::{PushedRequest, Store, lifetime};
use crate::wire::{ErrorCode, OidcError};

/// Prefix of the address of a pushed request (RFC 9126 §2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Why a request is not stored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(transparent)]
struct PushError(#[from] Refusal);

impl Refuse for PushError {
    fn wire(&self) -> OidcError {
        let mut error = self.0.wire();
        // The error cannot be redirected here (RFC 9126 §2.3).
        if error.error == ErrorCode::InvalidRedirectUri {
            error.error = ErrorCode::InvalidRequest;
        }
        error
    }
}

/// Stores an authorization request for a minute, after the checks of the authorization endpoint.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let pushed = push(&shared, &headers, &body).map(|id| {
        let uri = format!("{URN}{id}");
        (StatusCode::CREATED, json!({ "expires_in": lifetime::PUSHED_REQUEST, "request_uri": uri }))
    });
    endpoint::answer(pushed, &headers, &shared.issuer())
}

fn push(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<String, Refused> {
    let form = form::parse(headers, body, "/request")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let client = application.id.clone();
    let sent = form::sent(headers, body, "/request")?;
    let params = Examined::pushed(shared, &store, application, &sent).map_err(PushError)?;
    let id = shared.opaque();
    let expires = shared.now() + lifetime::PUSHED_REQUEST;
    let pushed = PushedRequest { client, params, expires };
    store.pushed_requests.insert_sized(id.clone(), pushed, body.len());
    Ok(id)
}

/// Replaces a request by the pushed one that it refers to, if it refers to any. That may be opened more
/// than once (contract §11).
pub(super) fn open(store: &Store, params: &mut Params, now: i64) -> Result<(), Refusal> {
    let Some(address) = params.first("request_uri") else { return Ok(()) };
    let Some(id) = address.strip_prefix(URN) else {
        return Err(Refusal::NotSupported("request_uri", ErrorCode::RequestUriNotSupported));
    };
    let kept = store.pushed_requests.get(id).filter(|kept| kept.expires > now).ok_or(Refusal::RequestUri)?;
    // Errors are reported as the pushed request specifies, from here on.
    let reported = ["state", "response_mode", "response_type"];
    let replaced = |name: &str| reported.contains(&name) && kept.params.first(name).is_some();
    let specified: Params = params
        .iter()
        .filter(|(name, _)| !replaced(name))
        .chain(kept.params.iter().filter(|(name, _)| replaced(name)))
        .collect();
    let asked = std::mem::replace(params, specified);
    let differs = |name: &str| {
        let kept = kept.params.first(name);
        asked.first(name).is_some_and(|asked| kept.is_some_and(|kept| kept != asked))
    };
    if differs("response_type") {
        return Err(Refusal::OtherRequest("response_type"));
    }
    if asked.first("client_id").is_some_and(|client| client != kept.client) {
        return Err(Refusal::OtherRequest("client_id"));
    }
    *params = kept.params.clone();
    Ok(())
}
