//! The device flow (RFC 8628): `POST /oauth/device` gives a device its codes,
//! `GET /oauth/device` is the page where a person enters the one it shows.
//! Where that page's forms go is a guess.

mod approval;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use oauth::{ErrorCode, Scopes};
use serde::Serialize;
use thiserror::Error;

use super::token::client::{self, Client};
use super::token::refusal::Refusal as TokenRefusal;
use super::token::request;
use crate::config::{SCOPES, is_scope};
use crate::store::{Device, DeviceState, Store};
use crate::{HuggingFace, answer};

pub(super) use approval::{page, verify};

/// Seconds until the codes expire; seen on the real site.
const LIFETIME: i64 = 300;

/// Exactly these four members: neither `interval` nor
/// `verification_uri_complete` was seen on the real site.
#[derive(Debug, Serialize)]
struct Reply {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: i64,
}

/// Why a device gets no codes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Refusal {
    #[error(transparent)]
    Client(#[from] TokenRefusal),
    #[error("client_id is missing")]
    NoClient,
    #[error("the app `{0}` has a secret, and it was not sent")]
    NoSecret(String),
    #[error("scope `{0}` does not exist")]
    UnknownScope(String),
    #[error("scope `{scope}` is not ticked at the app `{app}`")]
    ScopeNotEnabled { scope: String, app: String },
}

/// What a confidential app without its secret is told; seen on the real site.
pub(super) const DELETE_THE_SECRET: &str = "if you want to use the device code flow without client secret \
                                            authentication, delete the secret from the oauth app to make it public";

pub(super) async fn post(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    let mut notes = Vec::new();
    let response = match start(&mock, &headers, &body, &mut notes) {
        Ok(reply) => answer::json(StatusCode::OK, &reply),
        Err(refusal) => refuse(&mock, &refusal),
    };
    answer::noted(response, notes)
}

fn start(
    mock: &HuggingFace,
    headers: &HeaderMap,
    body: &Bytes,
    notes: &mut Vec<String>,
) -> Result<Reply, Refusal> {
    let params = request::params(headers, body, mock.switches().json_token_request)?;
    let mut store = mock.store();
    let client = client::authenticate(headers, &params, &store)?;
    let app = check_client(&store, &client)?;
    let scopes = check_scope(params.first("scope"), &app.scopes, &app.name, notes)?;
    let now = mock.clock().seconds();
    let device = Device {
        user_code: user_code(mock, &store),
        client_id: app.client_id,
        scopes,
        expires_at: now + LIFETIME,
        polled_at: None,
        state: DeviceState::Pending,
    };
    let device_code = mock.random().uuid();
    let reply = Reply {
        device_code: device_code.clone(),
        user_code: device.user_code.clone(),
        verification_uri: format!("{}/oauth/device", mock.origin()),
        expires_in: LIFETIME,
    };
    store.devices.insert(device_code, device);
    Ok(reply)
}

/// The device names its app, and proves it where the app has a secret.
fn check_client(store: &Store, client: &Client) -> Result<crate::App, Refusal> {
    let id = client.id().ok_or(Refusal::NoClient)?;
    let app = store.app(id).ok_or(Refusal::Client(TokenRefusal::AppGone))?;
    if app.public || client.is_proven() { Ok(app.clone()) } else { Err(Refusal::NoSecret(app.name.clone())) }
}

fn check_scope(
    asked: Option<&str>,
    own: &Scopes,
    app: &str,
    notes: &mut Vec<String>,
) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(asked.unwrap_or_default());
    if asked.is_empty() {
        notes.push(format!("scope is missing: the app's own are taken: {own}"));
        return Ok(own.clone());
    }
    for scope in asked.iter() {
        if !is_scope(scope) {
            return Err(Refusal::UnknownScope(scope.to_owned()));
        }
        if !own.contains(scope) {
            return Err(Refusal::ScopeNotEnabled { scope: scope.to_owned(), app: app.to_owned() });
        }
    }
    Ok(asked)
}

/// `A6MY-0314`: four and four, capitals and digits. No two devices show the same.
fn user_code(mock: &HuggingFace, store: &Store) -> String {
    const CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    loop {
        let half = || mock.random().string(CHARACTERS, 4);
        let code = format!("{}-{}", half(), half());
        if store.devices.values().all(|device| device.user_code != code) {
            return code;
        }
    }
}

fn refuse(mock: &HuggingFace, refusal: &Refusal) -> Response {
    let (status, code, description) = match refusal {
        Refusal::Client(error) => {
            let wire = error.wire(&mock.switches());
            (wire.status, wire.code, wire.description.to_owned())
        }
        Refusal::NoClient => {
            (StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest, "Missing client_id".to_owned())
        }
        Refusal::NoSecret(_) => {
            (StatusCode::BAD_REQUEST, ErrorCode::InvalidClient, DELETE_THE_SECRET.to_owned())
        }
        // Seen: the valid names are listed.
        Refusal::UnknownScope(_) => {
            let names: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
            let text = format!("Invalid scope, expected one of: {}", names.join(", "));
            (StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest, text)
        }
        Refusal::ScopeNotEnabled { .. } => {
            (StatusCode::BAD_REQUEST, ErrorCode::InvalidScope, "Invalid scope".to_owned())
        }
    };
    let response = answer::oauth_error(status, code, &description);
    kit::note(response, refusal.to_string())
}
