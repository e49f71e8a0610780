//! `POST /oauth/token`

pub(super) mod client;
mod code;
mod device;
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
use http::{HeaderMap, StatusCode};

use self::refusal::Refusal;
use crate::config::TokenCacheControl;
use crate::tokens::{self, TokenReply};
use crate::{HuggingFace, answer};

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
    notes: &mut Vec<String>,
) -> Result<TokenReply, Refusal> {
    let params = request::params(headers, body, mock.switches().json_token_request)?;
    let grant = request::grant_type(&params)?;
    // One lock for all checks: a code cannot be used twice at the same time.
    let issue = {
        let mut store = mock.store();
        let client = client::authenticate(headers, &params, &store)?;
        let now = mock.clock().seconds();
        match grant {
            request::Grant::AuthorizationCode => code::redeem(&mut store, &params, client, now, notes)?,
            request::Grant::RefreshToken => refresh::redeem(&mut store, &params, client, now)?,
            request::Grant::DeviceCode => device::redeem(&mut store, &params, client, now)?,
            request::Grant::TokenExchange => {
                exchange::redeem(&store, &params, &client, now, mock.random().hex(12), mock.origin())?
            }
        }
    };
    Ok(tokens::issue(mock, issue).await?)
}

fn refuse(mock: &HuggingFace, refusal: &Refusal) -> Response {
    let wire = refusal.wire(&mock.switches());
    let response = answer::oauth_error(wire.status, wire.code, wire.description);
    kit::note(response, refusal.to_string())
}
