//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

use super::{
    audit, codes, consent, identification, interaction, password, profile, settings, social, state, submit,
};
use crate::shared::Shared;

pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/experience", put(interaction::start))
        .route("/api/experience/interaction", get(state::get))
        .route("/api/experience/interaction-event", put(interaction::change_event))
        .route(
            "/api/experience/verification/social/{connector}/authorization-uri",
            post(social::authorization_uri),
        )
        .route("/api/experience/verification/social/{connector}/verify", post(social::verify))
        .route("/api/experience/verification/password", post(password::verify))
        .route("/api/experience/verification/new-password-identity", post(password::new_identity))
        .route("/api/experience/verification/verification-code", post(codes::send))
        .route("/api/experience/verification/verification-code/verify", post(codes::verify))
        .route("/api/experience/sso-connectors", get(codes::sso_connectors))
        .route("/api/experience/profile", post(profile::post))
        .route("/api/experience/profile/password", put(profile::put_password))
        .route("/api/experience/identification", post(identification::post))
        .route("/api/experience/submit", post(submit::post))
        .route_layer(from_fn_with_state(shared.clone(), audit::written))
        .route("/api/interaction/consent", get(consent::get).post(consent::post))
        .route("/api/.well-known/sign-in-exp", get(settings::get))
        .route("/api/.well-known/experience", get(settings::get))
}
