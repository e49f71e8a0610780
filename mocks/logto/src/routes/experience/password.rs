//! Verification by password (contract §2.1, "Username + password").

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::interaction::{self, InteractionError};
use super::password_policy::{self, Person};
use super::profile::is_username;
use super::requirements::{rejected, username_in_use};
use crate::shared::Shared;
use crate::store::PasswordVerification;
use crate::wire::{self, ApiError, Complaint, Issue, body};

/// Why a password is not accepted.
#[derive(Debug, thiserror::Error)]
enum PasswordError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("nobody has this identifier, or the password is another")]
    InvalidCredentials,
    #[error("the user is suspended")]
    Suspended,
    #[error("somebody has this username already")]
    UsernameInUse,
    #[error("the password policy refuses it")]
    Rejected(Vec<Value>),
}

impl PasswordError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::Body(error) => error.clone(),
            Self::InvalidCredentials => ApiError::new(
                422,
                "session.invalid_credentials",
                "Incorrect account or password. Please check your input.",
            ),
            Self::Suspended => ApiError::new(401, "user.suspended", "This account is suspended."),
            Self::UsernameInUse => username_in_use(),
            Self::Rejected(issues) => rejected(issues),
        };
        error.response(self.to_string())
    }
}

/// `POST /api/experience/verification/password`.
pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    answer(known(&shared, query.as_deref(), &headers, &text))
}

/// `POST /api/experience/verification/new-password-identity`: username and
/// password of somebody who is going to register, in one call.
pub(super) async fn new_identity(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    answer(new(&shared, query.as_deref(), &headers, &text))
}

fn answer(done: Result<String, PasswordError>) -> Response {
    match done {
        Ok(id) => wire::json(StatusCode::OK, &json!({ "verificationId": id })),
        Err(error) => error.response(),
    }
}

/// What both calls carry.
struct Credentials {
    kind: String,
    identifier: String,
    password: String,
}

fn known(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    text: &str,
) -> Result<String, PasswordError> {
    let members = body::object(text).map_err(PasswordError::Body)?;
    let given = credentials(&members, |_, issues| {
        // An identifier of any type; an empty password says nothing.
        if members.get("password") == Some(&json!("")) {
            issues.push(Issue::new(&["password"], Complaint::TooShort(1)));
        }
    })
    .map_err(PasswordError::Body)?;
    let mut store = shared.store();
    interaction::started(interaction::find(shared, &mut store, headers, query)?)?;
    let user = store
        .user_by_identifier(&given.kind, &given.identifier)
        .filter(|user| user.password.as_ref() == Some(&given.password))
        .ok_or(PasswordError::InvalidCredentials)?;
    if user.is_suspended {
        return Err(PasswordError::Suspended);
    }
    let (id, user) = (shared.long_id(), user.id.clone());
    let verification =
        PasswordVerification::Known { id: id.clone(), identifier: given.kind, value: given.identifier, user };
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    keep(&mut interaction::started(interaction)?.passwords, verification);
    Ok(id)
}

fn new(
    shared: &Shared,
    query: Option<&str>,
    headers: &HeaderMap,
    text: &str,
) -> Result<String, PasswordError> {
    let members = body::object(text).map_err(PasswordError::Body)?;
    let given = credentials(&members, |identifier, issues| {
        // Only usernames, and only such as a user can have.
        match identifier.get("type") {
            Some(Value::String(kind)) if kind == "username" => {}
            other => {
                let received = other.cloned().unwrap_or_default();
                let complaint = Complaint::Literal { expected: "username", received };
                issues.push(Issue::new(&["identifier", "type"], complaint));
            }
        }
        if identifier.get("value").and_then(Value::as_str).is_some_and(|value| !is_username(value)) {
            issues.push(Issue::new(&["identifier", "value"], Complaint::Pattern));
        }
    })
    .map_err(PasswordError::Body)?;
    let mut store = shared.store();
    interaction::started(interaction::find(shared, &mut store, headers, query)?)?;
    if store.user_by_identifier("username", &given.identifier).is_some() {
        return Err(PasswordError::UsernameInUse);
    }
    let policy = store.sign_in_experience.get("passwordPolicy").cloned().unwrap_or_default();
    let person = Person { username: Some(&given.identifier), ..Person::default() };
    let issues = password_policy::issues(&policy, &given.password, person);
    if !issues.is_empty() {
        return Err(PasswordError::Rejected(issues));
    }
    let id = shared.long_id();
    let verification =
        PasswordVerification::New { id: id.clone(), username: given.identifier, password: given.password };
    let interaction = interaction::find(shared, &mut store, headers, query)?;
    keep(&mut interaction::started(interaction)?.passwords, verification);
    Ok(id)
}

/// There is one verification of a kind: a later one takes its place.
fn keep(kept: &mut Vec<PasswordVerification>, verification: PasswordVerification) {
    kept.retain(|known| std::mem::discriminant(known) != std::mem::discriminant(&verification));
    kept.push(verification);
}

fn credentials(
    members: &Map<String, Value>,
    further: impl Fn(&Map<String, Value>, &mut Vec<Issue>),
) -> Result<Credentials, ApiError> {
    let mut issues = Vec::new();
    let nothing = Map::new();
    let identifier = match members.get("identifier") {
        Some(Value::Object(identifier)) => identifier,
        other => {
            let received = other.map_or("undefined", wire::kind);
            issues.push(Issue::new(&["identifier"], Complaint::Type { expected: "object", received }));
            &nothing
        }
    };
    let mut text = |members: &Map<String, Value>, path: &[&str]| match members.get(path[path.len() - 1]) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => {
            issues.push(Issue::not_a_string(path, other));
            String::new()
        }
        None => {
            issues.push(Issue::required(path));
            String::new()
        }
    };
    let (mut kind, mut value) = (String::new(), String::new());
    if !identifier.is_empty() {
        kind = text(identifier, &["identifier", "type"]);
        value = text(identifier, &["identifier", "value"]);
    }
    let password = text(members, &["password"]);
    further(identifier, &mut issues);
    if issues.is_empty() {
        Ok(Credentials { kind, identifier: value, password })
    } else {
        Err(ApiError::guard(&issues))
    }
}
