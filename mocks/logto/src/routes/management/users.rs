//! Users (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};
use url::Url;

use super::auth::Authorized;
use super::profile;
use crate::routes::email::is_email;
use crate::routes::is_username;
use crate::shared::Shared;
use crate::store::{Store, User};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError, Complaint, Issue};

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

/// Why a user is not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum UserError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no such user")]
    Unknown,
    #[error("no country has such a phone number")]
    Phone,
    #[error("a text has more than 128 characters")]
    TooLong,
    #[error("there is nothing to change")]
    Nothing,
    #[error("a password and the digest of one")]
    TwoPasswords,
    #[error("this double keeps no digests of passwords")]
    Digest,
    #[error("somebody has this username already")]
    UsernameInUse,
    #[error("somebody has this e-mail address already")]
    EmailInUse,
    #[error("somebody has this phone number already")]
    PhoneInUse,
    #[error("the password is another")]
    WrongPassword,
}

impl UserError {
    pub(super) fn response(&self) -> Response {
        let taken = |code, text: &str| ApiError::new(422, code, text);
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::Unknown => ApiError::not_found(),
            Self::Nothing => ApiError::nothing_to_change(),
            Self::TwoPasswords => ApiError::new(
                400,
                "user.password_and_digest",
                "You cannot set both plain text password and password digest.",
            ),
            Self::Digest => return wire::not_implemented(self.to_string()),
            Self::Phone => taken("user.invalid_phone", "Invalid phone number.")
                .with_data(json!({ "name": "ParseError" })),
            Self::TooLong => ApiError::value_too_long(),
            Self::UsernameInUse => taken("user.username_already_in_use", "This username is already in use."),
            Self::EmailInUse => {
                taken("user.email_already_in_use", "This email is associated with an existing account.")
            }
            Self::PhoneInUse => taken(
                "user.phone_already_in_use",
                "This phone number is associated with an existing account.",
            ),
            Self::WrongPassword => taken(
                "session.invalid_credentials",
                "Incorrect account or password. Please check your input.",
            ),
        };
        error.response(self.to_string())
    }
}

/// `POST /users`: no policy is applied to the password (contract §2.1).
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    answer(make(&shared, &body))
}

fn make(shared: &Shared, text: &str) -> Result<Value, UserError> {
    let members = object(text).map_err(UserError::Body)?;
    guard(&members, false).map_err(UserError::Body)?;
    match (members.contains_key("password"), members.contains_key("passwordDigest")) {
        (true, true) => return Err(UserError::TwoPasswords),
        (false, true) => return Err(UserError::Digest),
        _ => {}
    }
    let mut store = shared.store();
    possible(&members)?;
    free(&store, &members, None)?;
    fitting(&members)?;
    let mut user = User::new(shared.short_id(), shared.context.clock.millis());
    fill(&mut user, &members);
    user.password = members.get("password").and_then(Value::as_str).map(ToOwned::to_owned);
    let answer = user.json();
    // Lists are newest first.
    store.add_user(user);
    Ok(answer)
}

/// `PATCH /users/:id`: the given members; null, or an empty text, takes one away.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(change(&shared, &id, &body))
}

fn change(shared: &Shared, id: &str, text: &str) -> Result<Value, UserError> {
    let members = object(text).map_err(UserError::Body)?;
    guard(&members, true).map_err(UserError::Body)?;
    let mut store = shared.store();
    if store.user(id).is_none() {
        return Err(UserError::Unknown);
    }
    possible(&members)?;
    free(&store, &members, Some(id))?;
    fitting(&members)?;
    if !MEMBERS.iter().any(|name| members.contains_key(*name)) {
        return Err(UserError::Nothing);
    }
    let user = store.user_mut(id).ok_or(UserError::Unknown)?;
    fill(user, &members);
    user.updated_at = shared.context.clock.millis();
    Ok(user.json())
}

pub(super) fn answer(done: Result<Value, UserError>) -> Response {
    match done {
        Ok(user) => wire::json(StatusCode::OK, &user),
        Err(error) => error.response(),
    }
}

/// What a user can be told to be.
const MEMBERS: [&str; 7] =
    ["primaryPhone", "primaryEmail", "username", "name", "avatar", "customData", "profile"];

/// The shape of the members, in their order. `clears`: null and the empty text
/// take one away.
fn guard(members: &Map<String, Value>, clears: bool) -> Result<(), ApiError> {
    let text =
        |name: &str, fits: fn(&str) -> bool, complaint: Complaint, nullable: bool, empty: bool| match members
            .get(name)?
        {
            Value::Null if nullable => None,
            Value::String(text) if text.is_empty() && empty || fits(text) => None,
            Value::String(_) => Some(Issue::new(&[name], complaint)),
            other => Some(Issue::not_a_string(&[name], other)),
        };
    let mut issues = vec![
        text("primaryPhone", is_phone, Complaint::Pattern, clears, clears),
        text("primaryEmail", is_email, Complaint::Pattern, clears, clears),
        text("username", is_username, Complaint::Pattern, clears, clears),
        text("password", |text| !text.is_empty(), Complaint::TooShort(1), false, false).filter(|_| !clears),
        text("name", |_| true, Complaint::Pattern, clears, true),
        text("avatar", |text| Url::parse(text).is_ok(), Complaint::Url, true, true),
        body::typed(members, &["customData"], "object"),
    ];
    issues.extend(profile::issues(members));
    body::without(issues)
}

/// Takes the members over; what is given as a whole replaces what was there.
fn fill(user: &mut User, members: &Map<String, Value>) {
    for (slot, name) in [
        (&mut user.primary_phone, "primaryPhone"),
        (&mut user.primary_email, "primaryEmail"),
        (&mut user.username, "username"),
        (&mut user.name, "name"),
        (&mut user.avatar, "avatar"),
    ] {
        if let Some(given) = members.get(name) {
            *slot = given.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        }
    }
    for (slot, name) in [(&mut user.custom_data, "customData"), (&mut user.profile, "profile")] {
        if let Some(given) = members.get(name).and_then(Value::as_object) {
            slot.clone_from(given);
        }
    }
}

/// Usernames, e-mail addresses and phone numbers are unique.
fn free(store: &Store, members: &Map<String, Value>, except: Option<&str>) -> Result<(), UserError> {
    let taken = |kind: &str, name: &str| {
        let value = members.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let holder = value.and_then(|value| store.user_by_identifier(kind, value));
        holder.is_some_and(|holder| Some(holder.id.as_str()) != except)
    };
    match () {
        () if taken("username", "username") => Err(UserError::UsernameInUse),
        () if taken("email", "primaryEmail") => Err(UserError::EmailInUse),
        () if taken("phone", "primaryPhone") => Err(UserError::PhoneInUse),
        () => Ok(()),
    }
}

/// No number of any country begins with 0, or has less than three digits.
fn possible(members: &Map<String, Value>) -> Result<(), UserError> {
    let phone = members.get("primaryPhone").and_then(Value::as_str).filter(|text| !text.is_empty());
    let odd = phone.is_some_and(|digits| digits.starts_with('0') || digits.len() < 3);
    if odd { Err(UserError::Phone) } else { Ok(()) }
}

/// Texts have to fit into the columns of the table.
fn fitting(members: &Map<String, Value>) -> Result<(), UserError> {
    let texts = ["username", "primaryEmail", "primaryPhone", "name"];
    let texts = texts.iter().filter_map(|name| members.get(*name)?.as_str());
    let long = |text: &str| text.chars().count() > TEXT_LIMIT;
    if texts.into_iter().any(long) { Err(UserError::TooLong) } else { Ok(()) }
}

/// Characters.
const TEXT_LIMIT: usize = 128;

/// Digits.
fn is_phone(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_digit())
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
    store.roles.iter_mut().for_each(|role| role.users.retain(|holder| *holder != id));
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
    answer(suspended(&shared, &id, &body))
}

fn suspended(shared: &Shared, id: &str, text: &str) -> Result<Value, UserError> {
    let members = object(text).map_err(UserError::Body)?;
    body::without([body::needed(&members, &["isSuspended"], "boolean")]).map_err(UserError::Body)?;
    let mut store = shared.store();
    let user = store.user_mut(id).ok_or(UserError::Unknown)?;
    user.is_suspended = members.get("isSuspended") == Some(&Value::Bool(true));
    user.updated_at = shared.context.clock.millis();
    let answer = user.json();
    if user.is_suspended {
        sign_out_everywhere(&mut store, id);
    }
    Ok(answer)
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
