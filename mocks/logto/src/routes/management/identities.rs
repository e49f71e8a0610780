//! Social identities of a user (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::Identity;
use crate::wire::body::object;
use crate::wire::{self, ApiError, Complaint, Issue};

fn no_identity() -> ApiError {
    ApiError::new(404, "user.identity_not_exist", "The social account has not been registered yet.")
}

/// `GET /users/:id/identities/:target`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
) -> Response {
    let store = shared.store();
    let Some(user) = store.user(&id) else { return ApiError::not_found().into() };
    match user.json()["identities"].get(&target) {
        Some(identity) => wire::json(StatusCode::OK, &json!({ "identity": identity })),
        None => no_identity().into(),
    }
}

/// `PUT /users/:id/identities/:target`: 201 for a new one, 200 for a changed one.
pub(super) async fn put(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
    body: String,
) -> Response {
    let members = match object(&body) {
        Ok(members) => members,
        Err(error) => return error.into(),
    };
    let user_id = match members.get("userId") {
        Some(Value::String(user_id)) => user_id.clone(),
        Some(other) => return ApiError::guard(&[Issue::not_a_string(&["userId"], other)]).into(),
        None => return ApiError::guard(&[Issue::required(&["userId"])]).into(),
    };
    let details = match members.get("details") {
        None => json!({}),
        Some(details @ Value::Object(_)) => details.clone(),
        Some(other) => {
            let complaint = Complaint::Type { expected: "object", received: wire::kind(other) };
            return ApiError::guard(&[Issue::new(&["details"], complaint)]).into();
        }
    };
    let mut store = shared.store();
    if store.user(&id).is_none() {
        return ApiError::not_found().into();
    }
    if store.user_by_identity(&target, &user_id).is_some_and(|holder| holder.id != id) {
        let text = "The social account has been associated with an existing account.";
        return ApiError::new(422, "user.identity_already_in_use", text).into();
    }
    let now = shared.context.clock.millis();
    let Some(user) = store.user_mut(&id) else { return ApiError::not_found().into() };
    let before = user.identities.insert(target, Identity { user_id, details });
    user.updated_at = now;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    wire::json(status, &user.json()["identities"])
}

/// `DELETE /users/:id/identities/:target`.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let now = shared.context.clock.millis();
    let Some(user) = store.user_mut(&id) else { return ApiError::not_found().into() };
    if user.identities.shift_remove(&target).is_none() {
        return no_identity().into();
    }
    user.updated_at = now;
    wire::json(StatusCode::OK, &user.json())
}
