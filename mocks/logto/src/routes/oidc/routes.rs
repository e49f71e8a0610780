//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use oauth::ErrorCode;

use super::{authorize, consent, discovery, end_session, resume, revocation, token, userinfo};
use crate::shared::Shared;
use crate::wire::OidcError;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oidc/.well-known/openid-configuration", get(discovery::get))
        .route("/oidc/.well-known/oauth-authorization-server", get(discovery::get))
        .route("/oidc/jwks", get(discovery::jwks))
        .route("/oidc/auth", get(authorize::get).post(authorize::post))
        .route("/oidc/auth/{uid}", get(resume::get))
        .route("/oidc/token", post(token::post))
        .route("/oidc/token/revocation", post(revocation::post))
        .route("/oidc/me", get(userinfo::get).post(userinfo::post))
        .route("/oidc/session/end", get(end_session::get).post(end_session::post))
        .route("/oidc/session/end/confirm", post(end_session::confirm))
        .route("/oidc/session/end/success", get(end_session::success))
        .route("/consent", get(consent::get))
}

/// Any other route or method below `/oidc` (contract §0.1).
pub(crate) fn unknown_route(method: &Method, path: &str) -> Response {
    let path = path.strip_prefix("/oidc").unwrap_or(path);
    let description = format!("unrecognized route or not allowed method ({method} on {path})");
    OidcError::new(404, ErrorCode::InvalidRequest, description.clone()).response(description)
}
