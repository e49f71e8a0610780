//! The client that requests a token (RFC 6749 §2.3).

use http::HeaderMap;
use http::header::AUTHORIZATION;
use oauth::basic::{self, Credentials};
use oauth::{Params, secret};

use super::refusal::Refusal;
use crate::config::App;
use crate::routes::client_id_hint::ClientIdHint;
use crate::store::Store;

/// What is known of the client before the grant is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::routes) enum Client {
    /// No client id: the grant determines the client. huggingface.js sends such requests.
    Unnamed,
    /// A client id without a secret.
    Named(String),
    /// A client id with the right secret.
    Proven(String),
}

impl Client {
    pub(in crate::routes) fn id(&self) -> Option<&str> {
        match self {
            Client::Unnamed => None,
            Client::Named(id) | Client::Proven(id) => Some(id),
        }
    }

    pub(in crate::routes) fn is_proven(&self) -> bool {
        matches!(self, Client::Proven(_))
    }
}

/// Identifies the client by header or body.
pub(in crate::routes) fn authenticate(
    headers: &HeaderMap,
    params: &Params,
    store: &Store,
) -> Result<Client, Refusal> {
    let (id, secret) = (params.first("client_id"), params.first("client_secret"));
    if let Some(header) = headers.get(AUTHORIZATION) {
        let header = String::from_utf8_lossy(header.as_bytes());
        return by_header(&basic::parse(&header)?, id, secret, store);
    }
    match (id, secret) {
        (None, None) => Ok(Client::Unnamed),
        (None, Some(_)) => Err(Refusal::SecretWithoutClient),
        (Some(id), None) => find(id, store).map(|app| Client::Named(app.client_id.clone())),
        (Some(id), Some(secret)) => {
            let app = find(id, store)?;
            check_secret(app, &[secret])?;
            Ok(Client::Proven(app.client_id.clone()))
        }
    }
}

/// `client_secret_basic`. Clients send id and secret raw or form-encoded (RFC 6749 §2.3.1), so both
/// readings are tried.
fn by_header(
    sent: &Credentials,
    body_id: Option<&str>,
    body_secret: Option<&str>,
    store: &Store,
) -> Result<Client, Refusal> {
    let decoded = basic::form_decoded(sent);
    let app = match store.app(&sent.id) {
        Some(app) => app,
        None => store.app(&decoded.id).ok_or_else(|| unknown(&sent.id, store))?,
    };
    if let Some(body) = body_id.filter(|body| *body != app.client_id) {
        return Err(Refusal::TwoClients { header: app.client_id.clone(), body: body.to_owned() });
    }
    if body_secret.is_some() {
        return Err(Refusal::TwoMethods);
    }
    // Some clients send an empty password if they have no secret.
    if app.public && sent.secret.is_empty() {
        return Ok(Client::Named(app.client_id.clone()));
    }
    check_secret(app, &[&sent.secret, &decoded.secret])?;
    Ok(Client::Proven(app.client_id.clone()))
}

fn find<'a>(id: &str, store: &'a Store) -> Result<&'a App, Refusal> {
    store.app(id).ok_or_else(|| unknown(id, store))
}

fn unknown(given: &str, store: &Store) -> Refusal {
    Refusal::UnknownClient { given: given.to_owned(), hint: ClientIdHint::of(given, store) }
}

/// Checks that one of the readings is the app's secret.
fn check_secret(app: &App, readings: &[&str]) -> Result<(), Refusal> {
    let Some(expected) = &app.secret else {
        return Err(Refusal::AppHasNoSecret(app.name.clone()));
    };
    if readings.iter().any(|given| secret::equal(expected, given)) {
        return Ok(());
    }
    let given = readings.last().copied().unwrap_or_default();
    Err(Refusal::WrongSecret(secret::difference(expected, given, Some(&app.client_id))))
}
