//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use http::header::VARY;
use http::{HeaderMap, Method, Uri};
use kit::Route;

use super::{
    authorize, client_auth, consent, cors, device, discovery, end_session, introspection, pushed, resume,
    revocation, token, userinfo,
};
use crate::shared::Shared;
use crate::version::Fact;
use crate::wire::{ErrorCode, OidcError};

pub(crate) fn routes() -> Vec<Route<Arc<Shared>>> {
    let mut routes = vec![
        Route::get("/oidc/.well-known/openid-configuration", discovery::get),
        Route::get("/oidc/.well-known/oauth-authorization-server", discovery::get),
        Route::get("/oidc/jwks", discovery::jwks),
        Route::get("/oidc/auth", authorize::get),
        Route::post("/oidc/auth", authorize::post),
        Route::get("/oidc/auth/{uid}", resume::get),
        Route::post("/oidc/device/auth", device::authorization::post),
        Route::get("/oidc/device/auth", device::resumption::get),
        Route::get("/oidc/device", device::verification::get),
        Route::post("/oidc/device", device::verification::post),
        Route::get("/oidc/device/{uid}", device::resumption::get),
        Route::get("/device", device::shortcut),
        Route::post("/oidc/token", token::post),
        Route::post("/oidc/token/introspection", introspection::post),
        Route::post("/oidc/request", pushed::post),
        Route::post("/oidc/token/revocation", revocation::post),
        Route::get("/oidc/me", userinfo::get),
        Route::post("/oidc/me", userinfo::post),
        Route::get("/oidc/session/end", end_session::get),
        Route::post("/oidc/session/end", end_session::post),
        Route::post("/oidc/session/end/confirm", end_session::confirm),
        Route::get("/oidc/session/end/success", end_session::success),
        Route::get("/consent", consent::get),
    ];
    routes.extend(OF_SCRIPTS.map(|(path, methods)| {
        Route::options(path, async move |headers: HeaderMap, method: Method, uri: Uri| {
            cors::preflight(&headers, methods).unwrap_or_else(|| {
                let mut response = unknown_route(&method, uri.path());
                // CORS was already handled, unlike for any other unknown route.
                response.headers_mut().remove(VARY);
                response
            })
        })
    }));
    routes
}

/// The routes that scripts of other origins may call, with their methods.
const OF_SCRIPTS: [(&str, &str); 9] = [
    ("/oidc/.well-known/openid-configuration", "GET"),
    ("/oidc/.well-known/oauth-authorization-server", "GET"),
    ("/oidc/jwks", "GET"),
    ("/oidc/device/auth", "POST"),
    ("/oidc/token", "POST"),
    ("/oidc/token/introspection", "POST"),
    ("/oidc/request", "POST"),
    ("/oidc/token/revocation", "POST"),
    ("/oidc/me", "GET,POST"),
];

pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Route::router(routes())
        .route_layer(from_fn(client_auth::escapes))
        .route_layer(from_fn_with_state(shared.clone(), if_there))
}

/// Paths that not every version has.
const SINCE: [(&str, Fact); 2] = [
    ("/oidc/device", Fact::DeviceFlow),
    ("/oidc/.well-known/oauth-authorization-server", Fact::ServerMetadata),
];

/// Treats a path that this version does not have as any unknown one.
async fn if_there(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let lacks = |(start, fact): &(&str, Fact)| path.starts_with(start) && !shared.has(*fact);
    if SINCE.iter().any(lacks) {
        return unknown_route(request.method(), path);
    }
    next.run(request).await
}

/// Any other route or method below `/oidc` (contract §0.1).
pub(crate) fn unknown_route(method: &Method, path: &str) -> Response {
    let path = path.strip_prefix("/oidc").filter(|rest| !rest.is_empty()).unwrap_or("/");
    let description = format!("unrecognized route or not allowed method ({method} on {path})");
    OidcError::new(404, ErrorCode::InvalidRequest, description.clone()).before_provider(description)
}
