//! Users (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode};
use oauth::params::Params;
use serde_json::Value;

use super::applications::object;
use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::{Store, User};
use crate::wire::{self, ApiError};

/// Users on a page when nothing is asked for.
const PAGE_SIZE: usize = 20;

/// `GET /users`, newest first, with the number of all in `Total-Number`.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let number = |name: &str, default: usize| match params.first(name) {
        None => Some(default),
        Some(text) => text.parse().ok().filter(|number| *number >= 1),
    };
    let (Some(page), Some(size @ ..=100)) = (number("page", 1), number("page_size", PAGE_SIZE)) else {
        return ApiError::new(400, "guard.invalid_pagination", "The request pagination value is invalid.")
            .into();
    };
    let store = shared.store();
    let shown = store.users.iter().skip((page - 1) * size).take(size).map(User::json).collect();
    let mut response = wire::json(StatusCode::OK, &Value::Array(shown));
    if let Ok(total) = HeaderValue::from_str(&store.users.len().to_string()) {
        response.headers_mut().insert("total-number", total);
    }
    response
}

/// `GET /users/:id`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().user(&id) {
        Some(user) => wire::json(StatusCode::OK, &user.json()),
        None => ApiError::not_found().into(),
    }
}

/// `DELETE /users/:id`: sessions and tokens end at once.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let mut store = shared.store();
    if store.user(&id).is_none() {
        return ApiError::not_found().into();
    }
    store.users.retain(|user| user.id != id);
    sign_out_everywhere(&mut store, &id);
    StatusCode::NO_CONTENT.into_response()
}

/// `PATCH /users/:id/is-suspended`: a suspension ends sessions and tokens too.
pub(super) async fn suspend(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let suspended = match object(&body).map(|members| members.get("isSuspended").and_then(Value::as_bool)) {
        Ok(Some(suspended)) => suspended,
        Ok(None) => return ApiError::new(400, "guard.invalid_input", "The request body is invalid.").into(),
        Err(error) => return error.into(),
    };
    let mut store = shared.store();
    let Some(user) = store.user_mut(&id) else { return ApiError::not_found().into() };
    user.is_suspended = suspended;
    let answer = user.json();
    if suspended {
        sign_out_everywhere(&mut store, &id);
    }
    wire::json(StatusCode::OK, &answer)
}

fn sign_out_everywhere(store: &mut Store, id: &str) {
    store.sessions.retain(|_, session| session.account.as_deref() != Some(id));
    let grants: Vec<String> = store
        .grants
        .iter()
        .filter(|(_, grant)| grant.account == id)
        .map(|(grant, _)| grant.clone())
        .collect();
    for grant in grants {
        store.revoke_grant(&grant);
    }
}
