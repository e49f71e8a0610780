//! `GET|POST /oidc/me` (contract §1.7).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use oauth::params::Params;
use serde_json::{Map, Value};

use super::{claims, cors};
use crate::shared::{Shared, SharedState};
use crate::version::Fact;
use crate::wire::{self, ErrorCode, Json, OidcError, Query};

/// Why no claims are returned (RFC 6750 §3.1).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum UserinfoError {
    #[error("no access token")]
    NoToken {
        /// Whether that is a matter of authorization.
        unauthorized: bool,
    },
    #[error("the token is in the query")]
    InQuery,
    #[error("the Authorization header is not a scheme and a token")]
    Form,
    #[error("the scheme of the Authorization header is not Bearer")]
    Scheme,
    #[error("a token in the header and one in the body")]
    Twice,
    #[error("the token is unknown, expired, revoked, or its session or user no longer exists")]
    Invalid,
    #[error("the token has no scope openid")]
    Scope,
    #[error("the origin `{origin}` is neither that of a redirect URI of `{id}` nor allowed for it")]
    Origin { origin: String, id: String },
}

const NO_TOKEN: &str = "no access token provided";

impl UserinfoError {
    fn wire(&self, issuer: &str) -> OidcError {
        fn invalid(text: &str) -> (u16, ErrorCode, &str) {
            (400, ErrorCode::InvalidRequest, text)
        }
        let foreign;
        let (status, code, text) = match self {
            Self::NoToken { unauthorized: true } => (401, ErrorCode::InvalidToken, NO_TOKEN),
            Self::NoToken { unauthorized: false } => invalid(NO_TOKEN),
            Self::InQuery => invalid("access tokens must not be provided via query parameter"),
            Self::Form => invalid("invalid authorization header value format"),
            Self::Origin { origin, id } => {
                foreign = format!("origin {origin} not allowed for client: {id}");
                invalid(&foreign)
            }
            Self::Scheme => invalid("authorization header scheme must be `Bearer`"),
            Self::Twice => invalid("access token must only be provided using one mechanism"),
            Self::Invalid => (401, ErrorCode::InvalidToken, "invalid token provided"),
            Self::Scope => (403, ErrorCode::InsufficientScope, "access token missing openid scope"),
        };
        let mut error = OidcError::new(status, code, text);
        let mut challenge = format!("Bearer realm=\"{issuer}\"");
        if !matches!(self, Self::NoToken { .. }) {
            challenge += &format!(", error=\"{}\", error_description=\"{text}\"", code.as_str());
        }
        if *self == Self::Scope {
            error.scope = Some("openid".to_owned());
            challenge += ", scope=\"openid\"";
        }
        error.www_authenticate = Some(challenge);
        error
    }
}

/// With the token in the header.
pub(super) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    answer(&shared, &params, &headers, "")
}

/// With the token in the header or the form.
pub(super) fn post(
    State(shared): SharedState,
    Query(params): Query,
    headers: HeaderMap,
    body: String,
) -> Response {
    answer(&shared, &params, &headers, &body)
}

fn answer(shared: &Shared, query: &Params, headers: &HeaderMap, body: &str) -> Response {
    let refuse = |error: &UserinfoError| error.wire(&shared.issuer()).uncached(error.to_string());
    match look(shared, query, headers, body) {
        Ok(claims) => cors::allow_with_reason(wire::uncached(Json(claims.into()).into_response()), headers),
        Err(error @ UserinfoError::Origin { .. }) => cors::withhold(refuse(&error), headers),
        Err(error) => cors::allow_with_reason(refuse(&error), headers),
    }
}

fn look(
    shared: &Shared,
    query: &Params,
    headers: &HeaderMap,
    body: &str,
) -> Result<Map<String, Value>, UserinfoError> {
    let token = token(shared, query, headers, body)?;
    let store = shared.store();
    let found = store.access_tokens.get(&token).filter(|token| token.expires > shared.now());
    let token = found.ok_or(UserinfoError::Invalid)?;
    if token.session_uid.as_ref().is_some_and(|uid| store.session_by_uid(uid).is_none()) {
        return Err(UserinfoError::Invalid);
    }
    if !token.scopes.contains("openid") {
        return Err(UserinfoError::Scope);
    }
    let application = store.application(&token.client).ok_or(UserinfoError::Invalid)?;
    if let Some(origin) = cors::foreign_origin(headers, application) {
        return Err(UserinfoError::Origin { origin, id: application.id.clone() });
    }
    let user = store.user(&token.account).filter(|user| store.admits(user)).ok_or(UserinfoError::Invalid)?;
    Ok(claims::of(&store, user, &token.scopes, claims::Document::Userinfo))
}

fn token(shared: &Shared, query: &Params, headers: &HeaderMap, body: &str) -> Result<String, UserinfoError> {
    if query.first("access_token").is_some() {
        return Err(UserinfoError::InQuery);
    }
    let in_form = Params::parse(body).first("access_token").map(ToOwned::to_owned);
    let in_header = match headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        None => None,
        // The scheme is not case-sensitive here, unlike in the Management API (contract §11).
        Some(header) => match header.split(' ').collect::<Vec<_>>().as_slice() {
            [scheme, token] if scheme.eq_ignore_ascii_case("bearer") => Some((*token).to_owned()),
            [_, _] => return Err(UserinfoError::Scheme),
            _ => return Err(UserinfoError::Form),
        },
    };
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(UserinfoError::Twice),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(UserinfoError::NoToken { unauthorized: shared.has(Fact::NoTokenUnauthorized) }),
    }
}
