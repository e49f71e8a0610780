//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};
use http::header::VARY;
use http::{HeaderMap, Method, Uri};
use oauth::ErrorCode;

use super::{
    authorize, client_auth, consent, cors, device, discovery, end_session, introspection, pushed, resume,
    revocation, token, userinfo,
};
use crate::shared::Shared;
use crate::wire::OidcError;

pub(crate) fn router() -> Router<Arc<Shared>> {
    // Scripts may read, post, or both.
    let preflight = |methods| {
        move |headers: HeaderMap, method: Method, uri: Uri| async move {
            cors::preflight(&headers, methods).unwrap_or_else(|| {
                let mut response = unknown_route(&method, uri.path());
                // CORS was looked at, unlike for any other unknown route.
                response.headers_mut().remove(VARY);
                response
            })
        }
    };
    Router::new()
        .route("/oidc/.well-known/openid-configuration", get(discovery::get).options(preflight("GET")))
        .route("/oidc/.well-known/oauth-authorization-server", get(discovery::get).options(preflight("GET")))
        .route("/oidc/jwks", get(discovery::jwks).options(preflight("GET")))
        .route("/oidc/auth", get(authorize::get).post(authorize::post))
        .route("/oidc/auth/{uid}", get(resume::get))
        .route(
            "/oidc/device/auth",
            post(device::authorization::post).get(device::resumption::get).options(preflight("POST")),
        )
        .route("/oidc/device", get(device::verification::get).post(device::verification::post))
        .route("/oidc/device/{uid}", get(device::resumption::get))
        .route("/device", get(device::shortcut))
        .route("/oidc/token", post(token::post).options(preflight("POST")))
        .route("/oidc/token/introspection", post(introspection::post).options(preflight("POST")))
        .route("/oidc/request", post(pushed::post).options(preflight("POST")))
        .route("/oidc/token/revocation", post(revocation::post).options(preflight("POST")))
        .route("/oidc/me", get(userinfo::get).post(userinfo::post).options(preflight("GET,POST")))
        .route("/oidc/session/end", get(end_session::get).post(end_session::post))
        .route("/oidc/session/end/confirm", post(end_session::confirm))
        .route("/oidc/session/end/success", get(end_session::success))
        .route("/consent", get(consent::get))
        .route_layer(from_fn(client_auth::escapes))
}

/// Any other route or method below `/oidc` (contract §0.1).
pub(crate) fn unknown_route(method: &Method, path: &str) -> Response {
    let path = path.strip_prefix("/oidc").filter(|rest| !rest.is_empty()).unwrap_or("/");
    let description = format!("unrecognized route or not allowed method ({method} on {path})");
    OidcError::new(404, ErrorCode::InvalidRequest, description.clone()).before_provider(description)
}
