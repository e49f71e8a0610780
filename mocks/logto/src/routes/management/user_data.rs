//! Parts of a user that have addresses of their own: custom data, profile and
//! password (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::profile;
use super::users::{UserError, answer};
use crate::shared::Shared;
use crate::store::{User, column};
use crate::wire::body::{self, object};
use crate::wire::{self, Complaint, Issue};

/// `GET /users/:id/custom-data`.
pub(super) async fn custom_data(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let store = shared.store();
    let shown = |user: &User| column(&Value::Object(user.custom_data.clone()));
    answer(store.user(&id).map(shown).ok_or(UserError::Unknown))
}

/// `PATCH /users/:id/custom-data`: added to what is there.
pub(super) async fn patch_custom_data(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(
        merged(&shared, &id, &body, "customData", |user| &mut user.custom_data)
            .map(|user| column(&Value::Object(user.custom_data))),
    )
}

/// `PATCH /users/:id/profile`: added to what is there.
pub(super) async fn patch_profile(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(merged(&shared, &id, &body, "profile", |user| &mut user.profile).map(|user| user.profile_json()))
}

fn merged(
    shared: &Shared,
    id: &str,
    text: &str,
    name: &str,
    slot: fn(&mut User) -> &mut Map<String, Value>,
) -> Result<User, UserError> {
    let members = object(text).map_err(UserError::Body)?;
    let mut issues = vec![body::needed(&members, &[name], "object")];
    if name == "profile" && members.contains_key(name) {
        issues = profile::issues(&members);
    }
    body::without(issues).map_err(UserError::Body)?;
    let mut store = shared.store();
    let user = store.user_mut(id).ok_or(UserError::Unknown)?;
    let given = members.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    slot(user).extend(given);
    user.updated_at = shared.context.clock.millis();
    Ok(user.clone())
}

fn password(text: &str) -> Result<String, UserError> {
    let members = object(text).map_err(UserError::Body)?;
    let empty = members.get("password") == Some(&json!(""));
    body::without([
        body::needed(&members, &["password"], "string"),
        empty.then(|| Issue::new(&["password"], Complaint::TooShort(1))),
    ])
    .map_err(UserError::Body)?;
    Ok(members.get("password").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// `PATCH /users/:id/password`: no policy is applied.
pub(super) async fn patch_password(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let done = password(&body).and_then(|password| {
        let mut store = shared.store();
        let user = store.user_mut(&id).ok_or(UserError::Unknown)?;
        user.password = Some(password);
        user.updated_at = shared.context.clock.millis();
        Ok(user.json())
    });
    answer(done)
}

/// `POST /users/:id/password/verify`: 204 for the right one.
pub(super) async fn verify_password(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let done = password(&body).and_then(|password| {
        let store = shared.store();
        let user = store.user(&id).ok_or(UserError::Unknown)?;
        if user.password.as_ref() == Some(&password) { Ok(()) } else { Err(UserError::WrongPassword) }
    });
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.response(),
    }
}

/// `GET /users/:id/has-password`.
pub(super) async fn has_password(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().user(&id) {
        Some(user) => wire::json(StatusCode::OK, &json!({ "hasPassword": user.password.is_some() })),
        None => UserError::Unknown.response(),
    }
}
