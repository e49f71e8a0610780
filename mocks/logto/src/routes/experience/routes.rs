//! The table of routes.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use kit::Route;

use super::{
    audit, codes, consent, identification, interaction, password, profile, settings, social, state, submit,
};
use crate::shared::Shared;

/// Calls that are written to the audit log.
fn audited() -> [Route<Arc<Shared>>; 14] {
    [
        Route::put("/api/experience", interaction::start),
        Route::get("/api/experience/interaction", state::get),
        Route::put("/api/experience/interaction-event", interaction::change_event),
        Route::post(
            "/api/experience/verification/social/{connector}/authorization-uri",
            social::authorization_uri,
        ),
        Route::post("/api/experience/verification/social/{connector}/verify", social::verify),
        Route::post("/api/experience/verification/password", password::verify),
        Route::post("/api/experience/verification/new-password-identity", password::new_identity),
        Route::post("/api/experience/verification/verification-code", codes::send),
        Route::post("/api/experience/verification/verification-code/verify", codes::verify),
        Route::get("/api/experience/sso-connectors", codes::sso_connectors),
        Route::post("/api/experience/profile", profile::post),
        Route::put("/api/experience/profile/password", profile::put_password),
        Route::post("/api/experience/identification", identification::post),
        Route::post("/api/experience/submit", submit::post),
    ]
}

fn others() -> [Route<Arc<Shared>>; 4] {
    [
        Route::post("/api/interaction/consent", consent::post),
        Route::get("/api/interaction/consent", consent::get),
        Route::get("/api/.well-known/sign-in-exp", settings::get),
        Route::get("/api/.well-known/experience", settings::get),
    ]
}

pub(crate) fn routes() -> Vec<Route<Arc<Shared>>> {
    audited().into_iter().chain(others()).collect()
}

pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let audited = Route::router(audited()).route_layer(from_fn_with_state(shared.clone(), audit::written));
    audited.merge(Route::router(others()))
}
