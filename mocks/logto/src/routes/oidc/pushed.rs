//! Pushed authorization requests (RFC 9126; contract §1.1): `POST /oidc/request`, and the requests
//! that refer to one.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::json;

use super::checks::{self, Checked};
use super::endpoint::{self, Refuse, Refused};
use super::refusal::Refusal;
use super::{client_auth, form};
use crate::shared::{Shared, SharedState};
use crate::store::{Application, PushedRequest, Store, lifetime};
use crate::wire::{ErrorCode, OidcError};

/// Prefix of the address of a pushed request (RFC 9126 §2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Why a request is not stored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum PushError {
    #[error("required parameters are missing: {0:?}")]
    Missing(Vec<&'static str>),
    #[error("{}", .0)]
    Request(Refusal),
}

impl Refuse for PushError {
    fn wire(&self) -> OidcError {
        match self {
            Self::Missing(names) => {
                let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
                let plural = if names.len() > 1 { "s" } else { "" };
                OidcError::invalid_request(format!(
                    "missing required parameter{plural} {}",
                    quoted.join(" and ")
                ))
            }
            Self::Request(refusal) => {
                let mut error = refusal.wire();
                // The error cannot be redirected here (RFC 9126 §2.3).
                if error.error == ErrorCode::InvalidRedirectUri {
                    error.error = ErrorCode::InvalidRequest;
                }
                error
            }
        }
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

/// Parameters that belong to client authentication, not to the authorization endpoint.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

fn push(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<String, Refused> {
    let form = form::parse(headers, body, "/request")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let params: Params =
        form.iter().filter(|(name, value)| !value.is_empty() && !CREDENTIALS.contains(name)).collect();
    checked(shared, &store, &application, &params)?;
    let id = shared.opaque();
    let expires = shared.now() + lifetime::PUSHED_REQUEST;
    let pushed = PushedRequest { client: application.id, params, expires };
    store.pushed_requests.insert_sized(id.clone(), pushed, body.len());
    Ok(id)
}

/// Required parameters first, then the checks whose refusal could be redirected to the application,
/// and the redirect URI last.
fn checked(
    shared: &Shared,
    store: &Store,
    application: &Application,
    params: &Params,
) -> Result<(), PushError> {
    checks::well_formed(params).map_err(PushError::Request)?;
    let missing: Vec<&str> =
        ["response_type", "client_id"].into_iter().filter(|name| params.first(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(PushError::Missing(missing));
    }
    let unchecked = Checked { application: application.clone(), redirect_uri: String::new() };
    checks::redirected(shared, store, &unchecked, params).map_err(PushError::Request)?;
    checks::redirect_uri_of(store.version, application, params).map_err(PushError::Request)?;
    Ok(())
}

/// A request in the browser, after a pushed one is looked up.
pub(super) enum Opened {
    /// It refers to none, or the pushed request replaces it.
    Request(Params),
    /// The pushed request cannot be used; the parameters determine where to report that.
    Refused(Params, Refusal),
}

/// Replaces a request by the pushed one that it refers to. That may be opened more than once
/// (contract §11).
pub(super) fn open(store: &Store, params: Params, now: i64) -> Opened {
    let Some(id) = params.first("request_uri").and_then(|uri| uri.strip_prefix(URN)) else {
        return Opened::Request(params);
    };
    let Some(client) = params.first("client_id") else { return Opened::Request(params) };
    let Some(kept) = store.pushed_requests.get(id).filter(|kept| kept.expires > now) else {
        return Opened::Refused(params, Refusal::RequestUri);
    };
    let differs = |name: &str, given: Option<&str>| {
        given.is_some_and(|given| kept.params.first(name).is_some_and(|kept| kept != given))
    };
    let refusal = if client != kept.client {
        Refusal::OtherRequest("client_id")
    } else if differs("response_type", params.first("response_type")) {
        Refusal::OtherRequest("response_type")
    } else {
        return Opened::Request(kept.params.clone());
    };
    // Errors are reported as the pushed request specifies.
    let reported = ["state", "response_mode"];
    let report: Params = params
        .iter()
        .filter(|(name, _)| !reported.contains(name))
        .chain(kept.params.iter().filter(|(name, _)| reported.contains(name)))
        .collect();
    Opened::Refused(report, refusal)
}
