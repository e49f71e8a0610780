//! Users (contract §4, "Users").

use axum::extract::Path;
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::profile;
use super::search::is_yes;
use crate::routes::email::is_email;
use crate::routes::is_username;
use crate::store::{Store, User};
use crate::version::Version;
use crate::wire::Guard::{Choice, Either, Nullable, Object, Only, Optional, Record, Text};
use crate::wire::body::{self, object};
use crate::wire::{Answer, ApiError, Code, Guard, Json, NotImplemented, Query, Rule, refusals};

/// `GET /users/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>, Query(params): Query) -> Answer {
    let store = shared.store();
    Ok(Json(shown(&store, store.user(&id).ok_or(UserError::Unknown)?, &params)?))
}

/// A user with what else the query asks for: enterprise identities, of which there are none, or the hash of
/// the password.
fn shown(store: &Store, user: &User, params: &Params) -> Result<Value, UserError> {
    let asks = |name: &str| params.first(name).is_some_and(is_yes);
    if asks("includePasswordHash") {
        return Err(UserError::Hash);
    }
    let mut shown = user.json(store.version);
    if asks("includeSsoIdentities") {
        shown["ssoIdentities"] = json!([]);
    }
    Ok(shown)
}

refusals! {
    /// Why a user is not created, changed or deleted.
    pub(super) enum UserError {
        #[error("the user does not exist")]
        Unknown => ApiError::not_found(),
        #[error("the phone number is not valid in any country")]
        Phone => Code::UserInvalidPhone.error().with_data(json!({ "name": "ParseError" })),
        #[error("a text has more than 128 characters")]
        TooLong(version: Version) => ApiError::value_too_long(*version),
        #[error("there is nothing to change")]
        Nothing => ApiError::nothing_to_change(),
        #[error("both a password and a password digest are given")]
        TwoPasswords => Code::UserPasswordAndDigest.error(),
        #[error("a password digest without its algorithm")]
        NoAlgorithm => Code::UserPasswordAlgorithmRequired.error(),
        #[error("this double does not store password digests")]
        Digest => NotImplemented,
        #[error("this double does not show hashes of passwords")]
        Hash => NotImplemented,
        #[error("another user already has this username")]
        UsernameInUse => Code::UserUsernameAlreadyInUse.error(),
        #[error("another user already has this e-mail address")]
        EmailInUse => Code::UserEmailAlreadyInUse.error(),
        #[error("another user already has this phone number")]
        PhoneInUse => Code::UserPhoneAlreadyInUse.error(),
        #[error("the password is wrong")]
        WrongPassword => Code::SessionInvalidCredentials.error(),
    }
}

/// `POST /users`: the password policy is not applied (contract §2.1).
pub(super) fn create(shared: Authorized, text: String) -> Answer {
    let members = NEW.members(&text)?;
    match (members.contains_key("password"), members.contains_key("passwordDigest")) {
        (true, true) => return Err(UserError::TwoPasswords.into()),
        (false, true) if !members.contains_key("passwordAlgorithm") => {
            return Err(UserError::NoAlgorithm.into());
        }
        (false, true) => return Err(UserError::Digest.into()),
        _ => {}
    }
    let mut store = shared.store();
    possible(&members)?;
    free(&store, &members, None)?;
    fitting(shared.context.version, &members)?;
    let mut user = User::new(shared.short_id(), shared.context.clock.millis());
    fill(&mut user, &members);
    user.password = members.get("password").and_then(Value::as_str).map(ToOwned::to_owned);
    let answer = user.json(shared.context.version);
    // Lists are newest first.
    store.add_user(user);
    Ok(Json(answer))
}

/// `PATCH /users/:id`: the given members; null or an empty text removes one.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = CHANGE.members(&text)?;
    let mut store = shared.store();
    store.user(&id).ok_or(UserError::Unknown)?;
    possible(&members)?;
    free(&store, &members, Some(&id))?;
    fitting(shared.context.version, &members)?;
    if members.is_empty() {
        return Err(UserError::Nothing.into());
    }
    let user = store.user_mut(&id).ok_or(UserError::Unknown)?;
    fill(user, &members);
    user.updated_at = shared.context.clock.millis();
    Ok(Json(user.json(shared.context.version)))
}

/// The body of a new user.
static NEW: Guard = Object(&[
    ("primaryPhone", Optional(&Text(&[Rule::Fits(is_phone)]))),
    ("primaryEmail", Optional(&Text(&[Rule::Fits(is_email)]))),
    ("username", Optional(&Text(&[Rule::Fits(is_username)]))),
    ("password", Optional(&Text(&[Rule::Least(1)]))),
    ("passwordDigest", Optional(&Text(&[Rule::Most(256)]))),
    ("passwordAlgorithm", Optional(&Choice(ALGORITHMS))),
    ("name", Optional(&Text(&[]))),
    ("avatar", Optional(&AVATAR)),
    ("customData", Optional(&Record(&Guard::Anything))),
    ("profile", Optional(&profile::GUARD)),
]);

/// Hashes of passwords.
const ALGORITHMS: &[&str] = &["Argon2i", "Argon2id", "Argon2d", "SHA1", "SHA256", "MD5", "Bcrypt", "Legacy"];

/// The body of a change: null and the empty text remove a member.
static CHANGE: Guard = Object(&[
    ("username", Optional(&Nullable(&Either(&[Text(&[Rule::Fits(is_username)]), Only("")])))),
    ("primaryEmail", Optional(&Nullable(&Either(&[Text(&[Rule::Fits(is_email)]), Only("")])))),
    ("primaryPhone", Optional(&Nullable(&Either(&[Text(&[Rule::Fits(is_phone)]), Only("")])))),
    ("name", Optional(&Nullable(&Either(&[Text(&[]), Only("")])))),
    ("avatar", Optional(&AVATAR)),
    ("customData", Optional(&Record(&Guard::Anything))),
    ("profile", Optional(&profile::GUARD)),
]);

static AVATAR: Guard = Nullable(&Either(&[Text(&[Rule::Url]), Only("")]));

/// Copies the members; an object replaces the previous one as a whole.
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

/// A number of any country has at least three digits and does not begin with 0.
fn possible(members: &Map<String, Value>) -> Result<(), UserError> {
    let phone = members.get("primaryPhone").and_then(Value::as_str).filter(|text| !text.is_empty());
    let odd = phone.is_some_and(|digits| digits.starts_with('0') || digits.len() < 3);
    if odd { Err(UserError::Phone) } else { Ok(()) }
}

/// Texts must fit into the columns of the table.
fn fitting(version: Version, members: &Map<String, Value>) -> Result<(), UserError> {
    let texts = ["username", "primaryEmail", "primaryPhone", "name"];
    let texts = texts.iter().filter_map(|name| members.get(*name)?.as_str());
    let long = |text: &str| text.chars().count() > TEXT_LIMIT;
    if texts.into_iter().any(long) { Err(UserError::TooLong(version)) } else { Ok(()) }
}

/// Maximum length in characters.
const TEXT_LIMIT: usize = 128;

/// Whether the text consists of digits.
fn is_phone(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_digit())
}

/// `DELETE /users/:id`: also ends the user's sessions and tokens.
pub(super) fn delete(shared: Authorized, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut store = shared.store();
    store.user(&id).ok_or_else(ApiError::not_found)?;
    store.users.retain(|user| user.id != id);
    store.roles.iter_mut().for_each(|role| role.users.retain(|holder| *holder != id));
    sign_out_everywhere(&mut store, &id);
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH /users/:id/is-suspended`: suspending also ends sessions and tokens.
pub(super) fn suspend(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    body::without([body::needed(&members, &["isSuspended"], "boolean")])?;
    let mut store = shared.store();
    let user = store.user_mut(&id).ok_or(UserError::Unknown)?;
    user.is_suspended = members.get("isSuspended") == Some(&Value::Bool(true));
    user.updated_at = shared.context.clock.millis();
    let answer = user.json(shared.context.version);
    if user.is_suspended {
        sign_out_everywhere(&mut store, &id);
    }
    Ok(Json(answer))
}

fn sign_out_everywhere(store: &mut Store, id: &str) {
    store.sessions.retain(|_, session| session.account.as_deref() != Some(id));
    store.revoke_grants(|grant| grant.account == id);
}
