//! Parts of a user with their own routes: custom data, profile and password (contract §4, "Users").

use axum::extract::Path;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::profile;
use super::users::UserError;
use crate::shared::Shared;
use crate::store::{User, column};
use crate::wire::body::{self, object};
use crate::wire::{Answer, ApiError, Json};

/// `GET /users/:id/custom-data`.
pub(super) fn custom_data(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let user = store.user(&id).ok_or(UserError::Unknown)?;
    Ok(Json(column(&Value::Object(user.custom_data.clone()))))
}

/// `PATCH /users/:id/custom-data`: merged with the existing data.
pub(super) fn patch_custom_data(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    body::without([body::needed(&members, &["customData"], "object")])?;
    let user = merged(&shared, &id, &members["customData"], |user| &mut user.custom_data)?;
    Ok(Json(column(&Value::Object(user.custom_data))))
}

/// `PATCH /users/:id/profile`: merged with the existing profile.
pub(super) fn patch_profile(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = profile::BODY.members(&text)?;
    let user = merged(&shared, &id, &members["profile"], |user| &mut user.profile)?;
    Ok(Json(user.profile_json()))
}

fn merged(
    shared: &Shared,
    id: &str,
    given: &Value,
    slot: fn(&mut User) -> &mut Map<String, Value>,
) -> Result<User, UserError> {
    let mut store = shared.store();
    let user = store.user_mut(id).ok_or(UserError::Unknown)?;
    slot(user).extend(given.as_object().cloned().unwrap_or_default());
    user.updated_at = shared.context.clock.millis();
    Ok(user.clone())
}

fn password(text: &str) -> Result<String, ApiError> {
    let members = object(text)?;
    body::without([body::text(&members, "password", true), body::empty(&members, "password")])?;
    Ok(members.get("password").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// `PATCH /users/:id/password`: the password policy is not applied.
pub(super) fn patch_password(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let password = password(&text)?;
    let mut store = shared.store();
    let user = store.user_mut(&id).ok_or(UserError::Unknown)?;
    user.password = Some(password);
    user.updated_at = shared.context.clock.millis();
    Ok(Json(user.json(shared.context.version)))
}

/// `POST /users/:id/password/verify`: 204 if the password is correct.
pub(super) fn verify_password(
    shared: Authorized,
    Path(id): Path<String>,
    text: String,
) -> Answer<StatusCode> {
    let password = password(&text)?;
    let store = shared.store();
    let user = store.user(&id).ok_or(UserError::Unknown)?;
    let is_right = user.password.as_ref() == Some(&password);
    if is_right { Ok(StatusCode::NO_CONTENT) } else { Err(UserError::WrongPassword.into()) }
}

/// `GET /users/:id/has-password`.
pub(super) fn has_password(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let user = store.user(&id).ok_or(UserError::Unknown)?;
    Ok(Json(json!({ "hasPassword": user.password.is_some() })))
}
