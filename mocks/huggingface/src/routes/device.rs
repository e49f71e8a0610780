//! `/oauth/device`: a device requests a code (`POST`), and its user enters the code (`GET`).

mod page;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use oauth::{ErrorCode, Params, Scopes};
use serde::Serialize;
use thiserror::Error;

use super::authorize::metadata_document::{self, Unusable};
use super::token::client::{Client, authenticate};
use super::token::{self, device::check_proof, refusal, request};
use crate::config::{App, JsonTokenRequest, SCOPES, VerificationUri, VerificationUriComplete, is_scope};
use crate::store::{Device, DeviceDecision};
use crate::{HuggingFace, answer};

pub(super) use page::{get, verify};

/// The site shows two groups of four characters, such as `A6MY-0314`.
const USER_CODE_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// RFC 8628 §3.2: the interval that a device uses if it receives none.
const DEFAULT_INTERVAL_SECONDS: u32 = 5;

/// RFC 8628 §3.2. The real site was observed to send only the first three members and `expires_in`.
#[derive(Debug, Serialize)]
struct Reply {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_uri_complete: Option<String>,
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<u32>,
}

kit::reasons! {
    /// Why a device does not get a code.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    enum Refusal {
        #[error(transparent)]
        Client(#[from] refusal::Refusal) => code of 0,
        #[error(transparent)]
        MetadataDocument(#[from] Unusable) => code of 0,
        #[error("scope `{0}` does not exist")]
        UnknownScope(String) => "hf/scope-unknown",
        #[error("scope `{scope}` is not enabled on the app `{app}`")]
        ScopeNotEnabled { scope: String, app: String } => "hf/scope-not-enabled",
    }
}

pub(super) async fn post(State(mock): State<HuggingFace>, headers: HeaderMap, body: Bytes) -> Response {
    let started = match resolve(&mock, &body).await {
        Ok(()) => start(&mock, &headers, &body),
        Err(refusal) => Err(refusal),
    };
    match started {
        Ok(reply) => answer::json(StatusCode::OK, &reply),
        Err(refusal) => refuse(&mock, &refusal),
    }
}

/// Fetches the metadata document if the client is identified by one.
async fn resolve(mock: &HuggingFace, body: &Bytes) -> Result<(), Refusal> {
    let params = Params::parse(&String::from_utf8_lossy(body));
    Ok(metadata_document::resolve(mock, params.first("client_id").unwrap_or_default()).await?)
}

/// Runs the checks, in order, and generates the codes.
fn start(mock: &HuggingFace, headers: &HeaderMap, body: &Bytes) -> Result<Reply, Refusal> {
    let params = request::params(headers, body, JsonTokenRequest::Refused)?;
    let mut store = mock.store();
    let client = authenticate(headers, &params, &store)?;
    let app = check_client(&client, store.app(client.id().unwrap_or_default()))?;
    let scopes = check_scope(&params, app)?;

    let client_id = app.client_id.clone();
    let user_code = user_code(mock);
    let device_code = mock.random().uuid();
    let switches = store.switches.clone();
    let expires_in = switches.device_code_lifetime_seconds;
    let interval = switches.device_interval_seconds.unwrap_or(DEFAULT_INTERVAL_SECONDS);
    let device = Device {
        client_id,
        user_code: user_code.clone(),
        scopes,
        expires_at: mock.clock().seconds() + i64::from(expires_in),
        interval: i64::from(interval),
        last_poll: None,
        decision: DeviceDecision::Pending,
    };
    store.devices.insert(device_code.clone(), device);
    let host = match switches.verification_uri {
        VerificationUri::Origin => mock.origin(),
        VerificationUri::ShortHost => "https://hf.co",
    };
    let verification_uri = format!("{host}/oauth/device");
    let complete = switches.verification_uri_complete == VerificationUriComplete::Present;
    Ok(Reply {
        verification_uri_complete: complete.then(|| format!("{verification_uri}?user_code={user_code}")),
        device_code,
        user_code,
        verification_uri,
        expires_in,
        interval: switches.device_interval_seconds,
    })
}

fn user_code(mock: &HuggingFace) -> String {
    let group = || mock.random().string(USER_CODE_ALPHABET, 4);
    format!("{}-{}", group(), group())
}

/// The client identifies itself (RFC 8628 §3.1), and authenticates if it can.
fn check_client<'a>(client: &Client, app: Option<&'a App>) -> Result<&'a App, Refusal> {
    let app = app.ok_or(refusal::Refusal::NoClientId)?;
    check_proof(client, app)?;
    Ok(app)
}

/// `scope` contains scopes of the app; if it is absent, all of them are requested.
fn check_scope(params: &Params, app: &App) -> Result<Scopes, Refusal> {
    let asked = Scopes::parse(params.first("scope").unwrap_or_default());
    for scope in asked.iter() {
        if !is_scope(scope) {
            return Err(Refusal::UnknownScope(scope.to_owned()));
        }
        if !app.scopes.contains(scope) {
            return Err(Refusal::ScopeNotEnabled { scope: scope.to_owned(), app: app.name.clone() });
        }
    }
    Ok(if asked.is_empty() { app.scopes.clone() } else { asked })
}

/// For a scope that does not exist, `invalid_request` with the valid names was observed; the
/// wording around the names and the answer to a scope that the app lacks are guesses.
fn refuse(mock: &HuggingFace, refusal: &Refusal) -> Response {
    let (code, description) = match refusal {
        Refusal::Client(refusal) => return token::refuse(mock, refusal),
        Refusal::UnknownScope(_) => {
            let names: Vec<_> = SCOPES.iter().map(|(name, _)| *name).collect();
            (ErrorCode::InvalidRequest, format!("Invalid scope, expected one of: {}", names.join(", ")))
        }
        Refusal::MetadataDocument(_) => (ErrorCode::InvalidClient, "Invalid client_id".to_owned()),
        Refusal::ScopeNotEnabled { .. } => (ErrorCode::InvalidScope, "Invalid scope".to_owned()),
    };
    let body = serde_json::json!({ "error": code, "error_description": description });
    let mut response = answer::json(StatusCode::BAD_REQUEST, &body);
    answer::set(&mut response, HeaderName::from_static("x-error-message"), &description);
    kit::note(response, refusal)
}
