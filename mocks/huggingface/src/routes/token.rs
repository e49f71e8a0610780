//! `POST /oauth/token`

pub(super) mod client;
mod code;
pub(super) mod device;
mod exchange;
mod refresh;
pub(super) mod refusal;
pub(super) mod request;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, StatusCode};
use kit::Note;
use serde::Serialize;

use self::refusal::Refusal;
use crate::config::TokenCacheControl;
use crate::tokens::{self, TokenReply};
use crate::{HuggingFace, answer};

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: &'static str,
}

pub(super) async fn post(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    let mut notes = Vec::new();
    let mut response = match exchange(&mock, &headers, &body, &mut notes).await {
        Ok(reply) => answer::json(StatusCode::OK, &reply),
        Err(refusal) => refuse(&mock, &refusal),
    };
    if mock.switches().token_cache_control == TokenCacheControl::NoStore {
        answer::set(&mut response, CACHE_CONTROL, "no-store");
    }
    answer::noted(response, notes)
}

/// The steps of an exchange, in order.
async fn exchange(
    mock: &HuggingFace,
    headers: &HeaderMap,
    body: &Bytes,
    notes: &mut Vec<Note>,
) -> Result<TokenReply, Refusal> {
    let params = request::params(headers, body, mock.switches().json_token_request)?;
    let grant = request::grant_type(&params)?;
    if grant == request::Grant::TokenExchange {
        let client = client::authenticate(headers, &params, &mock.store())?;
        return exchange::redeem(mock, &params, &client).await;
    }
    // One lock for all checks, so that a code cannot be used twice concurrently.
    let issue = {
        let mut store = mock.store();
        let client = client::authenticate(headers, &params, &store)?;
        let now = mock.clock().seconds();
        match grant {
            request::Grant::AuthorizationCode => code::redeem(&mut store, &params, client, now, notes)?,
            request::Grant::RefreshToken => refresh::redeem(&mut store, &params, client, now)?,
            request::Grant::TokenExchange => return Err(Refusal::NoSubjectTokenType),
            request::Grant::DeviceCode => device::redeem(&mut store, &params, &client, now)?,
        }
    };
    Ok(tokens::issue(mock, issue).await?)
}

/// The response to a refused request.
pub(super) fn refuse(mock: &HuggingFace, refusal: &Refusal) -> Response {
    let wire = refusal.wire(&mock.switches());
    let body = ErrorBody { error: wire.code.as_str(), error_description: wire.description };
    let mut response = answer::json(wire.status, &body);
    answer::set(&mut response, HeaderName::from_static("x-error-message"), wire.description);
    kit::note(response, refusal)
}
