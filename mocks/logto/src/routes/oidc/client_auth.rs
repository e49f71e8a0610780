//! Client authentication at the token, revocation and introspection endpoints
//! (contract §1.6; RFC 6749 §2.3).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use oauth::params::Params;
use oauth::secret::Difference;
use oauth::{basic, secret};

use super::cors;
use crate::shared::Shared;
use crate::store::{Application, Store};
use crate::wire::{ApiError, ErrorCode, OidcError};

/// Why a client is not authenticated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum ClientAuthError {
    #[error("neither an Authorization header nor a client_id")]
    Nothing,
    #[error("a secret in the header and one in the body")]
    TwoMechanisms,
    #[error("the client_id of the header is not that of the body")]
    Mismatch,
    #[error("the Authorization header is malformed: {0}")]
    Malformed(String),
    #[error("id or secret in the Authorization header are not form-encoded (RFC 6749 §2.3.1)")]
    NotEncoded,
    #[error("the secret in the Authorization header is empty")]
    EmptySecret,
    #[error("no application has the id `{0}`")]
    UnknownClient(String),
    #[error("the secret of `{id}` {reason}")]
    Secret { id: String, reason: String, by_header: bool },
    #[error("the secret of `{0}` has expired")]
    SecretExpired(String),
    #[error("the origin `{origin}` is neither that of a redirect URI of `{id}` nor allowed for it")]
    Origin { origin: String, id: String },
}

impl ClientAuthError {
    pub(crate) fn wire(&self, issuer: &str) -> OidcError {
        let invalid = |text: &str| OidcError::invalid_request(text);
        match self {
            Self::Nothing => invalid("no client authentication mechanism provided"),
            Self::TwoMechanisms => invalid("client authentication must only be provided using one mechanism"),
            Self::Mismatch => invalid("client_id mismatch"),
            Self::Malformed(_) => invalid("invalid authorization header value format"),
            Self::NotEncoded => {
                invalid("client_id and client_secret in the authorization header are not properly encoded")
            }
            Self::EmptySecret => invalid("client_secret must be provided in the Authorization header"),
            Self::UnknownClient(id) => {
                OidcError::new(400, ErrorCode::InvalidClient, format!("invalid client {id}"))
            }
            Self::Secret { by_header, .. } => failed(issuer, *by_header),
            Self::SecretExpired(_) => invalid("client secret has expired"),
            Self::Origin { origin, id } => invalid(&format!("origin {origin} not allowed for client: {id}")),
        }
    }

    /// As a response of the token, revocation and introspection endpoints.
    pub(super) fn response(&self, headers: &HeaderMap, issuer: &str) -> Response {
        let (error, reason) = (self.wire(issuer), self.to_string());
        match self {
            Self::SecretExpired(_) => error.before_provider(reason),
            Self::Origin { .. } => cors::withhold(error.uncached(reason), headers),
            _ => cors::allow_with_reason(error.uncached(reason), headers),
        }
    }
}

/// 401, with a challenge if a header was sent (RFC 6749 §5.2).
pub(crate) fn failed(issuer: &str, by_header: bool) -> OidcError {
    let text = "client authentication failed";
    let mut error = OidcError::new(401, ErrorCode::InvalidClient, text);
    if by_header {
        let challenge =
            format!("Basic realm=\"{issuer}\", error=\"invalid_client\", error_description=\"{text}\"");
        error.www_authenticate = Some(challenge);
    }
    error
}

/// Credentials as they were sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presented {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) by_header: bool,
}

impl Presented {
    pub(crate) fn of(headers: &HeaderMap, form: &Params) -> Result<Self, ClientAuthError> {
        let (id, secret) = (form.first("client_id"), form.first("client_secret"));
        let Some(header) = headers.get(AUTHORIZATION) else {
            let id = id.ok_or(ClientAuthError::Nothing)?.to_owned();
            return Ok(Self { id, secret: secret.map(ToOwned::to_owned), by_header: false });
        };
        let header = header.to_str().unwrap_or_default();
        let raw = basic::parse(header).map_err(|error| ClientAuthError::Malformed(error.to_string()))?;
        if !(is_encoded(&raw.id) && is_encoded(&raw.secret)) {
            return Err(ClientAuthError::NotEncoded);
        }
        let given = basic::form_decoded(&raw);
        if id.is_some_and(|id| id != given.id) {
            return Err(ClientAuthError::Mismatch);
        }
        if given.secret.is_empty() {
            return Err(ClientAuthError::EmptySecret);
        }
        if secret.is_some() {
            return Err(ClientAuthError::TwoMechanisms);
        }
        Ok(Self { id: given.id, secret: Some(given.secret), by_header: true })
    }
}

/// Checks the header before any endpoint does, as Logto's own middleware for swapping secrets: a
/// broken escape is an error that it does not handle (contract §1.6).
pub(super) async fn escapes(request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = header.and_then(|header| basic::parse(header).ok());
    match sent.filter(|sent| !(has_whole_escapes(&sent.id) && has_whole_escapes(&sent.secret))) {
        Some(_) => ApiError::internal().response("the Authorization header has a broken escape"),
        None => next.run(request).await,
    }
}

/// Whether JavaScript's `decodeURIComponent` accepts it.
fn has_whole_escapes(half: &str) -> bool {
    let whole = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    half.split('%').skip(1).all(whole) && percent_encoding::percent_decode_str(half).decode_utf8().is_ok()
}

/// Whether one half of the header can be decoded, and then consists of visible characters and
/// spaces (RFC 6749 appendix A.2).
fn is_encoded(half: &str) -> bool {
    let plain = percent_encoding::percent_decode_str(half).decode_utf8();
    plain.is_ok_and(|text| text.chars().all(|c| matches!(c, ' '..='~')))
}

/// Authenticates the application; any of its secrets is accepted.
pub(crate) fn authenticate(
    shared: &Shared,
    store: &Store,
    headers: &HeaderMap,
    form: &Params,
) -> Result<Application, ClientAuthError> {
    let presented = Presented::of(headers, form)?;
    let id = presented.id.clone();
    let application =
        store.application(&id).ok_or_else(|| ClientAuthError::UnknownClient(id.clone()))?.clone();
    let given = presented.secret.unwrap_or_default();
    let found = application.secrets.iter().find(|known| secret::equal(&known.value, &given));
    let now = shared.context.clock.millis();
    if found.is_some_and(|found| found.expires_at.is_some_and(|at| at < now)) {
        return Err(ClientAuthError::SecretExpired(id));
    }
    if let Some(origin) = cors::foreign_origin(headers, &application) {
        return Err(ClientAuthError::Origin { origin, id });
    }
    if !application.is_confidential() {
        // Its method is `none`, so any secret is another method.
        return match given.as_str() {
            "" => Ok(application),
            _ => {
                let reason = "is sent, but the application has none".to_owned();
                Err(ClientAuthError::Secret { id, reason, by_header: presented.by_header })
            }
        };
    }
    if found.is_none() {
        // The most similar of its secrets explains what is wrong with the given one.
        let differences =
            application.secrets.iter().map(|known| secret::difference(&known.value, &given, Some(&id)));
        let nearest = differences.min_by_key(|difference| *difference == Difference::Other);
        let reason = nearest.map_or_else(|| "does not exist".to_owned(), |nearest| nearest.to_string());
        return Err(ClientAuthError::Secret { id, reason, by_header: presented.by_header });
    }
    Ok(application)
}
