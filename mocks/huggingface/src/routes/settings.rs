//! The pages under `/settings`: one's own apps, and the apps one gave access to.

mod applications;
mod connected;
mod guard;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};

use crate::HuggingFace;

pub(super) fn router() -> Router<HuggingFace> {
    Router::new()
        .route("/settings/applications", get(applications::list))
        .route("/settings/applications/new", get(applications::new).post(applications::create))
        .route("/settings/applications/{client_id}", get(applications::show).post(applications::save))
        .route("/settings/applications/{client_id}/secret", post(applications::make_secret))
        .route("/settings/applications/{client_id}/secret/delete", post(applications::delete_secret))
        .route("/settings/applications/{client_id}/delete", post(applications::delete))
        .route("/settings/connected-applications", get(connected::list))
        .route("/settings/connected-applications/{client_id}/revoke", post(connected::revoke))
}
