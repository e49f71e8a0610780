//! Users (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode};
use indexmap::IndexMap;
use oauth::params::Params;
use serde_json::Value;

use super::auth::Authorized;
use crate::routes::is_username;
use crate::shared::Shared;
use crate::store::{Store, User};
use crate::wire::body::object;
use crate::wire::{self, ApiError, Complaint, Issue};

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

/// What a body may say of a user.
#[derive(Default)]
struct Given {
    username: Option<Option<String>>,
    primary_email: Option<Option<String>>,
    name: Option<Option<String>>,
    avatar: Option<Option<String>>,
    password: Option<String>,
}

/// Why a user cannot be made or changed like this.
#[derive(Debug, thiserror::Error)]
enum UserError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no such user")]
    Unknown,
    #[error("somebody has this username already")]
    UsernameInUse,
    #[error("somebody has this e-mail address already")]
    EmailInUse,
}

impl UserError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::Unknown => ApiError::not_found(),
            Self::UsernameInUse => {
                ApiError::new(422, "user.username_already_in_use", "This username is already in use.")
            }
            Self::EmailInUse => {
                let text = "This email is associated with an existing account.";
                ApiError::new(422, "user.email_already_in_use", text)
            }
        };
        error.response(self.to_string())
    }
}

/// `POST /users`: no policy is applied to the password (contract §2.1).
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    let done = given(&body, false).map_err(UserError::Body).and_then(|given| {
        let mut store = shared.store();
        free(&store, &given, None)?;
        let now = shared.context.clock.millis();
        let user = User {
            id: shared.short_id(),
            username: given.username.flatten(),
            primary_email: given.primary_email.flatten(),
            name: given.name.flatten(),
            avatar: given.avatar.flatten(),
            identities: IndexMap::new(),
            last_sign_in_at: None,
            created_at: now,
            updated_at: now,
            application_id: None,
            is_suspended: false,
            password: given.password,
        };
        let answer = user.json();
        // Lists are newest first.
        store.users.insert(0, user);
        Ok(answer)
    });
    answer(done)
}

/// `PATCH /users/:id`: the given members; null takes one away.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let done = given(&body, true).map_err(UserError::Body).and_then(|given| {
        let mut store = shared.store();
        if store.user(&id).is_none() {
            return Err(UserError::Unknown);
        }
        free(&store, &given, Some(&id))?;
        let now = shared.context.clock.millis();
        let user = store.user_mut(&id).ok_or(UserError::Unknown)?;
        for (slot, given) in [
            (&mut user.username, given.username),
            (&mut user.primary_email, given.primary_email),
            (&mut user.name, given.name),
            (&mut user.avatar, given.avatar),
        ] {
            if let Some(given) = given {
                *slot = given;
            }
        }
        user.updated_at = now;
        Ok(user.json())
    });
    answer(done)
}

fn answer(done: Result<Value, UserError>) -> Response {
    match done {
        Ok(user) => wire::json(StatusCode::OK, &user),
        Err(error) => error.response(),
    }
}

/// Usernames and e-mail addresses are unique.
fn free(store: &Store, given: &Given, except: Option<&str>) -> Result<(), UserError> {
    let taken = |kind: &str, value: &Option<Option<String>>| {
        let value = value.as_ref().and_then(Option::as_ref);
        let holder = value.and_then(|value| store.user_by_identifier(kind, value));
        holder.is_some_and(|holder| Some(holder.id.as_str()) != except)
    };
    match () {
        () if taken("username", &given.username) => Err(UserError::UsernameInUse),
        () if taken("email", &given.primary_email) => Err(UserError::EmailInUse),
        () => Ok(()),
    }
}

/// Reads the members that a double has a use for. `clears`: null takes one away.
fn given(body: &str, clears: bool) -> Result<Given, ApiError> {
    let members = object(body)?;
    let mut issues = Vec::new();
    let mut text = |name: &str, nullable: bool, fits: fn(&str) -> bool| match members.get(name) {
        None => None,
        Some(Value::Null) if nullable => Some(None),
        Some(Value::String(text)) if fits(text) => Some(Some(text.clone())),
        Some(Value::String(_)) => {
            issues.push(Issue::new(&[name], Complaint::Pattern));
            None
        }
        Some(other) => {
            issues.push(Issue::not_a_string(&[name], other));
            None
        }
    };
    let given = Given {
        primary_email: text("primaryEmail", clears, is_email),
        username: text("username", clears, is_username),
        name: text("name", clears, |_| true),
        avatar: text("avatar", true, |_| true),
        password: text("password", false, |_| true).flatten(),
    };
    if given.password.as_deref() == Some("") {
        issues.push(Issue::new(&["password"], Complaint::TooShort(1)));
    }
    if issues.is_empty() { Ok(given) } else { Err(ApiError::guard(&issues)) }
}

/// Something, one `@`, a domain with a dot.
fn is_email(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace());
    text.split_once('@').is_some_and(|(local, domain)| {
        word(local)
            && word(domain)
            && domain.rsplit_once('.').is_some_and(|(host, top)| !host.is_empty() && top.len() >= 2)
    })
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
