//! The public routes, one module per endpoint.

mod authorize;
mod avatars;
mod client_id_hint;
mod cors;
mod device;
mod discovery;
mod home;
mod jwks;
mod login;
mod logout;
mod register;
mod resource;
mod settings;
mod token;
mod userinfo;
mod whoami;

#[cfg(test)]
mod coverage;
#[cfg(test)]
pub(crate) mod testing;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use kit::Route;

use self::settings::{applications, connected};
use crate::{Framing, HuggingFace};

/// All routes of the site, in groups: the pages, and the endpoints that scripts of any origin may
/// call.
pub(crate) fn router(mock: HuggingFace) -> Router {
    let across_origins = Route::router(across_origins()).layer(axum::middleware::map_response(cors::open));
    Route::router(pages())
        .merge(across_origins)
        .fallback(home::not_found)
        .method_not_allowed_fallback(home::method_not_allowed)
        .layer(axum::middleware::map_response_with_state(mock.clone(), framing))
        .with_state(mock)
}

fn pages() -> [Route<HuggingFace>; 22] {
    [
        Route::get("/", home::get),
        Route::get("/oauth/authorize", authorize::get),
        Route::post("/oauth/authorize", authorize::post),
        Route::get("/oauth/device", device::get),
        Route::post("/oauth/device", device::post),
        Route::post("/oauth/device/verify", device::verify),
        Route::get("/oauth/jwks", jwks::get),
        Route::get("/login", login::get),
        Route::post("/login", login::post),
        Route::post("/logout", logout::post),
        Route::get("/logout", home::not_found),
        Route::get("/avatars/{file}", avatars::get),
        Route::get("/settings/applications", applications::list),
        Route::get("/settings/applications/new", applications::new),
        Route::post("/settings/applications/new", applications::create),
        Route::get("/settings/applications/{client_id}", applications::show),
        Route::post("/settings/applications/{client_id}", applications::save),
        Route::post("/settings/applications/{client_id}/secret", applications::make_secret),
        Route::post("/settings/applications/{client_id}/secret/delete", applications::delete_secret),
        Route::post("/settings/applications/{client_id}/delete", applications::delete),
        Route::get("/settings/connected-applications", connected::list),
        Route::post("/settings/connected-applications/{client_id}/revoke", connected::revoke),
    ]
}

fn across_origins() -> [Route<HuggingFace>; 13] {
    [
        Route::get("/.well-known/openid-configuration", discovery::get),
        Route::options("/.well-known/openid-configuration", cors::preflight),
        Route::get("/.well-known/oauth-authorization-server", discovery::authorization_server),
        Route::options("/.well-known/oauth-authorization-server", cors::preflight),
        Route::post("/oauth/token", token::post),
        Route::options("/oauth/token", cors::preflight),
        Route::post("/oauth/register", register::post),
        Route::options("/oauth/register", cors::preflight),
        Route::get("/oauth/userinfo", userinfo::get),
        Route::post("/oauth/userinfo", userinfo::get),
        Route::options("/oauth/userinfo", cors::preflight),
        Route::get("/api/whoami-v2", whoami::get),
        Route::options("/api/whoami-v2", cors::preflight),
    ]
}

/// Prevents other pages from framing the site's pages, unless the switch allows it.
async fn framing(State(mock): State<HuggingFace>, mut response: Response) -> Response {
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && mock.store().switches.framing == Framing::Refused {
        kit::refuse_frames(response.headers_mut());
    }
    response
}
