//! The public routes, one module an endpoint.

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
use axum::routing::{get, options, post};
use http::header::CONTENT_TYPE;

use crate::{Framing, HuggingFace};

/// Everything the site answers.
pub(crate) fn router(mock: HuggingFace) -> Router {
    let across_origins = Router::new()
        .route("/.well-known/openid-configuration", get(discovery::get).merge(options(cors::preflight)))
        .route(
            "/.well-known/oauth-authorization-server",
            get(discovery::authorization_server).merge(options(cors::preflight)),
        )
        .route("/oauth/token", post(token::post).merge(options(cors::preflight)))
        .route("/oauth/register", post(register::post).merge(options(cors::preflight)))
        .route(
            "/oauth/userinfo",
            get(userinfo::get).merge(post(userinfo::get)).merge(options(cors::preflight)),
        )
        .route("/api/whoami-v2", get(whoami::get).merge(options(cors::preflight)))
        .layer(axum::middleware::map_response(cors::open));
    Router::new()
        .route("/", get(home::get))
        .route("/oauth/authorize", get(authorize::get).merge(post(authorize::post)))
        .route("/oauth/device", get(device::get).merge(post(device::post)))
        .route("/oauth/device/verify", post(device::verify))
        .route("/oauth/jwks", get(jwks::get))
        .route("/login", get(login::get).merge(post(login::post)))
        .route("/logout", post(logout::post).merge(get(home::not_found)))
        .route("/avatars/{file}", get(avatars::get))
        .merge(settings::router())
        .merge(across_origins)
        .fallback(home::not_found)
        .method_not_allowed_fallback(home::method_not_allowed)
        .layer(axum::middleware::map_response_with_state(mock.clone(), framing))
        .with_state(mock)
}

/// Pages are shown in no frame, as the switch says.
async fn framing(State(mock): State<HuggingFace>, mut response: Response) -> Response {
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && mock.store().switches.framing == Framing::Refused {
        kit::refuse_frames(response.headers_mut());
    }
    response
}
