//! Authorization of the Management API (contract §4): an extractor, so that every route has to use
//! it.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::{Value, json};

use crate::routes::admin::{ADMIN_RESOURCE, RESOURCE};
use crate::shared::Shared;
use crate::wire::Code;

/// Proof that the caller may use the Management API, with access to the state.
#[derive(Debug)]
pub(in crate::routes) struct Authorized(Arc<Shared>);

impl Deref for Authorized {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Why the caller is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("no Authorization header")]
    Missing,
    #[error("the Authorization header is not of type Bearer")]
    Type,
    #[error("the token is not a JWT")]
    NoJwt,
    #[error("the token is not signed by this Logto")]
    UnknownKey,
    #[error("the signature of the token is invalid")]
    Signature,
    #[error("the claim `{claim}` of the token is invalid")]
    Claim { claim: &'static str, payload: Value },
    #[error("the token has expired")]
    Expired { payload: Value },
    #[error("the token does not have the scope `all`; request the token with it")]
    Scope,
    #[error("the token is not an access token for the userinfo of a person, or has ended")]
    NoPerson,
    #[error("the token does not have the scope `openid`")]
    NoOpenId,
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let unauthorized = |data: Value| Code::AuthUnauthorized.error().with_data(data);
        let claim = |code: &str, name: &str, claim: &str, payload: &Value| json!({ "code": code, "name": name, "claim": claim, "reason": "check_failed", "payload": payload });
        let error = match &self {
            Self::Missing => Code::AuthAuthorizationHeaderMissing.error(),
            Self::Type => Code::AuthAuthorizationTokenTypeNotSupported
                .error()
                .with_data(json!({ "supportedTypes": ["Bearer"] })),
            Self::NoJwt => unauthorized(json!({ "code": "ERR_JWS_INVALID", "name": "JWSInvalid" })),
            Self::UnknownKey => {
                unauthorized(json!({ "code": "ERR_JWKS_NO_MATCHING_KEY", "name": "JWKSNoMatchingKey" }))
            }
            Self::Signature => unauthorized(json!({
                "code": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "name": "JWSSignatureVerificationFailed",
            })),
            Self::Claim { claim: name, payload } => unauthorized(claim(
                "ERR_JWT_CLAIM_VALIDATION_FAILED",
                "JWTClaimValidationFailed",
                name,
                payload,
            )),
            Self::Expired { payload } => unauthorized(claim("ERR_JWT_EXPIRED", "JWTExpired", "exp", payload)),
            Self::NoPerson => Code::AuthUnauthorized.error(),
            Self::Scope | Self::NoOpenId => Code::AuthForbidden.error(),
        };
        error.response(self.to_string())
    }
}

impl FromRequestParts<Arc<Shared>> for Authorized {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, AuthError> {
        check(&parts.headers, shared, RESOURCE).map(|()| Self(shared.clone()))
    }
}

/// Whether the caller may use the Management API of the admin tenant.
pub(crate) fn check_admin(shared: &Shared, headers: &HeaderMap) -> Result<(), AuthError> {
    check(headers, shared, ADMIN_RESOURCE)
}

/// Proof that a person has signed in: the opaque access token for userinfo. It opens the Account API.
#[derive(Debug)]
pub(in crate::routes) struct Person;

impl FromRequestParts<Arc<Shared>> for Person {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, AuthError> {
        let (token, store) = (bearer(&parts.headers)?, shared.store());
        let found = store.access_tokens.get(token).filter(|token| token.expires > shared.now());
        let scopes = &found.ok_or(AuthError::NoPerson)?.scopes;
        if scopes.contains("openid") { Ok(Self) } else { Err(AuthError::NoOpenId) }
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, AuthError> {
    let header = headers.get(AUTHORIZATION).ok_or(AuthError::Missing)?;
    // The scheme is case-sensitive here (contract §11).
    let rest = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer")).ok_or(AuthError::Type)?;
    Ok(rest.trim())
}

fn check(headers: &HeaderMap, shared: &Shared, audience: &str) -> Result<(), AuthError> {
    let token = bearer(headers)?;
    let (header, _) = parts(token).ok_or(AuthError::NoJwt)?;
    let kid = header.get("kid").and_then(Value::as_str);
    // Keys of both tenants are accepted; the audience determines the API.
    let payload = if Some(shared.admin_keys.kid()) == kid {
        shared.admin_keys.verify(token)
    } else {
        kid.filter(|kid| shared.keys.knows(kid)).ok_or(AuthError::UnknownKey)?;
        shared.keys.verify(token)
    };
    let payload = payload.ok_or(AuthError::Signature)?;
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    let issuers = [shared.admin_endpoint("/oidc"), shared.issuer()];
    if !issuers.iter().any(|issuer| issuer == text("iss")) {
        return Err(AuthError::Claim { claim: "iss", payload });
    }
    if text("aud") != audience {
        return Err(AuthError::Claim { claim: "aud", payload });
    }
    if payload.get("exp").and_then(Value::as_i64).unwrap_or_default() <= shared.now() {
        return Err(AuthError::Expired { payload });
    }
    if text("scope").split(' ').any(|scope| scope == "all") { Ok(()) } else { Err(AuthError::Scope) }
}

/// Header and claims of a token, if it has the form of a JWT.
fn parts(token: &str) -> Option<(Value, Value)> {
    let decoded = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
    };
    match token.split('.').collect::<Vec<_>>().as_slice() {
        [header, claims, _] => Some((decoded(header)?, decoded(claims)?)),
        _ => None,
    }
}
