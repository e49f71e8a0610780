//! `POST /oidc/token/revocation` (contract §1.7; RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use oauth::ErrorCode;

use super::client_auth::{self, ClientAuthError};
use super::{audit, cors, form};
use crate::shared::Shared;
use crate::wire::{self, OidcError};

/// Why nothing is revoked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum RevocationError {
    #[error(transparent)]
    ContentType(#[from] form::WrongContentType),
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    #[error("`{0}` is given twice")]
    Twice(String),
    #[error("the parameter `token` is missing")]
    NoToken,
    #[error("a JWT cannot be revoked")]
    Structured,
    #[error("the token was given to another application")]
    OfOther,
}

impl RevocationError {
    fn wire(&self, issuer: &str) -> OidcError {
        match self {
            Self::ContentType(error) => error.wire(),
            Self::Client(error) => error.wire(issuer),
            Self::Twice(name) => {
                OidcError::invalid_request(format!("'{name}' parameter must not be provided twice"))
            }
            Self::NoToken => OidcError::invalid_request("missing required parameter 'token'"),
            Self::Structured => OidcError::new(
                400,
                ErrorCode::UnsupportedTokenType,
                "Structured JWT Tokens cannot be revoked via the revocation_endpoint",
            ),
            Self::OfOther => {
                OidcError::invalid_request("client is not authorized to revoke the presented token")
            }
        }
    }
}

/// Revokes the whole grant of a token; an unknown token is no error (RFC 7009 §2.2).
pub(super) async fn post(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let response = match revoke(&shared, &headers, &body) {
        Ok(()) => wire::text(StatusCode::OK, ""),
        Err(RevocationError::Client(error)) => {
            let mut response = error.response(&headers, &shared.issuer());
            // The only endpoint whose answers are not kept from caches.
            response.headers_mut().remove(CACHE_CONTROL);
            return response;
        }
        Err(error) => error.wire(&shared.issuer()).response(error.to_string()),
    };
    cors::allow_with_reason(response, &headers)
}

fn revoke(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<(), RevocationError> {
    let form = form::parse(headers, body, "/token/revocation")?;
    let mut store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    if let Some(name) = form.repeated().first() {
        return Err(RevocationError::Twice((*name).to_owned()));
    }
    let token = form.first("token").ok_or(RevocationError::NoToken)?;
    if token.split('.').count() == 3 {
        return Err(RevocationError::Structured);
    }
    let of_access =
        store.access_tokens.get(token).map(|token| (token.client.clone(), token.grant.clone(), None));
    let found = of_access.or_else(|| {
        let token = store.refresh_tokens.get(token)?;
        Some((token.client.clone(), token.grant.clone(), Some(token.account.clone())))
    });
    let Some((client, grant, refreshed)) = found else { return Ok(()) };
    if client != application.id && !application.is_confidential() {
        // Whoever cannot prove who they are does not learn that there is such a token.
        return Ok(());
    }
    if client != application.id {
        return Err(RevocationError::OfOther);
    }
    store.revoke_grant(&grant);
    if let (Some(account), Ok(presented)) = (refreshed, client_auth::Presented::of(headers, &form)) {
        audit::revoked(shared, &mut store, &form, &presented, (&account, &grant));
    }
    Ok(())
}
