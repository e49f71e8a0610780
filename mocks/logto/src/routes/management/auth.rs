//! Who may use the Management API (contract §4): an extractor, so that no route
//! can forget it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::{Value, json};

use crate::routes::admin::RESOURCE;
use crate::shared::Shared;
use crate::wire::ApiError;

/// Proof that the caller may use the Management API.
#[derive(Debug)]
pub(super) struct Authorized;

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
enum AuthError {
    #[error("no Authorization header")]
    Missing,
    #[error("the Authorization header is not of type Bearer")]
    Type,
    #[error("the token is not one of the admin tenant, or has expired")]
    Invalid,
    #[error("the token has no scope `all`: it must be asked for")]
    Scope,
}

impl AuthError {
    fn wire(self) -> ApiError {
        match self {
            Self::Missing => {
                ApiError::new(401, "auth.authorization_header_missing", "Authorization header is missing.")
            }
            Self::Type => ApiError::new(
                401,
                "auth.authorization_token_type_not_supported",
                "Authorization type is not supported.",
            )
            .with_data(json!({ "supportedTypes": ["Bearer"] })),
            Self::Invalid => ApiError::new(
                401,
                "auth.unauthorized",
                "Unauthorized. Please check credentials and its scope.",
            ),
            Self::Scope => ApiError::new(
                403,
                "auth.forbidden",
                "Forbidden. Please check your user roles and permissions.",
            ),
        }
    }
}

impl FromRequestParts<Arc<Shared>> for Authorized {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        match check(parts, shared) {
            Ok(()) => Ok(Self),
            Err(error) => Err(error.wire().response(error.to_string())),
        }
    }
}

fn check(parts: &Parts, shared: &Shared) -> Result<(), AuthError> {
    let header = parts.headers.get(AUTHORIZATION).ok_or(AuthError::Missing)?;
    // The scheme's case matters here (contract §11).
    let token = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or(AuthError::Type)?;
    let claims = shared.admin_keys.verify(token).ok_or(AuthError::Invalid)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    if text("aud") != RESOURCE || text("iss") != shared.admin_endpoint("/oidc") || expires <= shared.now() {
        return Err(AuthError::Invalid);
    }
    if text("scope").split(' ').any(|scope| scope == "all") { Ok(()) } else { Err(AuthError::Scope) }
}
