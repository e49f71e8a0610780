//! The sign-in experience (contract §4, "Sign-in experience").

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::{Connector, Store};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError, Complaint, Issue};

/// `GET /sign-in-exp`.
pub(super) async fn read(_: Authorized, State(shared): State<Arc<Shared>>) -> Response {
    wire::json(StatusCode::OK, &Value::Object(shared.store().sign_in_experience.clone()))
}

/// `PATCH /sign-in-exp`: the given members, the full row in the answer.
pub(super) async fn patch(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    let mut store = shared.store();
    match change(&mut store, &body) {
        Ok(()) => wire::json(StatusCode::OK, &Value::Object(store.sign_in_experience.clone())),
        Err(error) => error.response(),
    }
}

/// Why the sign-in experience stays as it is.
#[derive(Debug, thiserror::Error)]
enum ExperienceError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is nothing to change")]
    Nothing,
    #[error("an identifier is named twice")]
    Duplicate,
    #[error("e-mail addresses and phone numbers have to be verified")]
    Unverified,
    #[error("there is no {0} connector")]
    NoConnector(&'static str),
    #[error("a sign-in method has neither password nor verification code")]
    NoFactor,
    #[error("a sign-in method has no verification code, and the sign-up no password")]
    NoCode,
}

impl ExperienceError {
    fn response(&self) -> Response {
        let refused = |code, text: &str| ApiError::new(400, code, text);
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::Nothing => ApiError::nothing_to_change(),
            Self::Duplicate => refused(
                "sign_in_experiences.duplicated_sign_up_identifiers",
                "Duplicate sign-up identifiers detected.",
            ),
            Self::Unverified => refused(
                "sign_in_experiences.passwordless_requires_verify",
                "Must enable verify for email/phone sign up identifier.",
            ),
            Self::NoConnector(kind) => refused(
                "sign_in_experiences.enabled_connector_not_found",
                &format!("Enabled {kind} connector not found."),
            ),
            Self::NoFactor => refused(
                "sign_in_experiences.at_least_one_authentication_factor",
                "You have to select at least one authentication factor.",
            ),
            Self::NoCode => refused(
                "sign_in_experiences.code_sign_in_must_be_enabled",
                "Verification code sign in must be enabled when set a password is not required in sign up.",
            ),
        };
        error.response(self.to_string())
    }
}

fn change(store: &mut Store, text: &str) -> Result<(), ExperienceError> {
    let members = object(text).map_err(ExperienceError::Body)?;
    guard(&members).map_err(ExperienceError::Body)?;
    if let Some(sign_up) = members.get("signUp") {
        check_sign_up(sign_up)?;
    }
    let current = |name: &str| members.get(name).or_else(|| store.sign_in_experience.get(name));
    if let (Some(sign_in), Some(sign_up)) = (members.get("signIn"), current("signUp")) {
        check_sign_in(sign_in, sign_up)?;
    }
    // Members that do not exist are passed over.
    let known: Vec<(String, Value)> =
        members.into_iter().filter(|(name, _)| store.sign_in_experience.contains_key(name)).collect();
    if known.is_empty() {
        return Err(ExperienceError::Nothing);
    }
    for (name, value) in known {
        let value = match name.as_str() {
            "socialSignInConnectorTargets" => known_targets(store, value),
            "passwordPolicy" => with_defaults(&value),
            _ => value,
        };
        store.sign_in_experience.insert(name, value);
    }
    Ok(())
}

const IDENTIFIERS: [&str; 3] = ["username", "email", "phone"];
const MODES: [&str; 3] = ["SignIn", "Register", "SignInAndRegister"];

/// The shape of the members, in their order.
fn guard(members: &Map<String, Value>) -> Result<(), ApiError> {
    let mut issues = vec![body::typed(members, &["signIn"], "object")];
    if let Some(sign_in) = members.get("signIn").and_then(Value::as_object) {
        issues.push(body::needed(sign_in, &["signIn", "methods"], "array"));
    }
    issues.push(body::typed(members, &["signUp"], "object"));
    if let Some(sign_up) = members.get("signUp").and_then(Value::as_object) {
        issues.push(body::needed(sign_up, &["signUp", "identifiers"], "array"));
        let identifiers = sign_up.get("identifiers").and_then(Value::as_array);
        for (index, identifier) in identifiers.into_iter().flatten().enumerate() {
            let known = identifier.as_str().is_some_and(|text| IDENTIFIERS.contains(&text));
            let complaint = Complaint::Choice { options: &IDENTIFIERS, received: Some(identifier.clone()) };
            issues.push((!known).then(|| Issue::new(&["signUp", "identifiers"], complaint).at(index)));
        }
        issues.push(body::needed(sign_up, &["signUp", "password"], "boolean"));
        issues.push(body::needed(sign_up, &["signUp", "verify"], "boolean"));
    }
    issues.push(body::typed(members, &["socialSignIn"], "object"));
    issues.push(body::typed(members, &["socialSignInConnectorTargets"], "array"));
    issues.push(body::choice(members, &["signInMode"], &MODES));
    issues.push(body::typed(members, &["passwordPolicy"], "object"));
    for (policy, name, kind) in [
        ("captchaPolicy", "enabled", "boolean"),
        ("sentinelPolicy", "maxAttempts", "number"),
        ("sentinelPolicy", "lockoutDuration", "number"),
    ] {
        issues.push(body::typed(members, &[policy], "object").filter(|_| name != "lockoutDuration"));
        let given = members.get(policy).and_then(Value::as_object);
        issues.push(given.and_then(|given| body::typed(given, &[policy, name], kind)));
    }
    body::without(issues)
}

/// What a person is asked for at registration must be possible. The double has
/// neither e-mail nor SMS connectors.
fn check_sign_up(sign_up: &Value) -> Result<(), ExperienceError> {
    let identifiers: Vec<&str> =
        sign_up["identifiers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if (1..identifiers.len()).any(|at| identifiers[..at].contains(&identifiers[at])) {
        return Err(ExperienceError::Duplicate);
    }
    if identifiers.iter().any(|identifier| *identifier != "username") && sign_up["verify"] != true {
        return Err(ExperienceError::Unverified);
    }
    match identifiers {
        _ if identifiers.contains(&"email") => Err(ExperienceError::NoConnector("Email")),
        _ if identifiers.contains(&"phone") => Err(ExperienceError::NoConnector("Sms")),
        _ => Ok(()),
    }
}

/// Each method needs a password or a code; a code needs a connector that sends it.
fn check_sign_in(sign_in: &Value, sign_up: &Value) -> Result<(), ExperienceError> {
    let methods = || sign_in["methods"].as_array().into_iter().flatten();
    let by_code = |identifier: &str| {
        methods().any(|method| method["identifier"] == identifier && method["verificationCode"] == true)
    };
    if by_code("email") {
        return Err(ExperienceError::NoConnector("Email"));
    }
    if by_code("phone") {
        return Err(ExperienceError::NoConnector("Sms"));
    }
    if methods().any(|method| method["password"] != true && method["verificationCode"] != true) {
        return Err(ExperienceError::NoFactor);
    }
    let codes_only = sign_up["verify"] == true && sign_up["password"] != true;
    if codes_only && methods().any(|method| method["identifier"] != "username") {
        return Err(ExperienceError::NoCode);
    }
    Ok(())
}

/// The parts of a password policy that are given come with all their members.
fn with_defaults(policy: &Value) -> Value {
    let parts = [
        ("length", json!({ "min": 8, "max": 256 })),
        ("characterTypes", json!({ "min": 1 })),
        ("rejects", json!({ "pwned": true, "repetitionAndSequence": true, "userInfo": true, "words": [] })),
    ];
    let filled = parts.into_iter().filter_map(|(name, mut part)| {
        let given = policy.get(name)?.as_object()?;
        for (member, value) in part.as_object_mut()? {
            if let Some(given) = given.get(member) {
                value.clone_from(given);
            }
        }
        Some((name.to_owned(), part))
    });
    filled.collect::<Map<_, _>>().into()
}

/// Targets without a connector are silently removed.
fn known_targets(store: &Store, targets: Value) -> Value {
    let known: Vec<String> = store.connectors.iter().map(Connector::target).collect();
    match targets {
        Value::Array(targets) => {
            targets.into_iter().filter(|target| known.iter().any(|known| target == known)).collect()
        }
        other => other,
    }
}
