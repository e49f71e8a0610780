//! The sign-in experience (contract §4, "Sign-in experience").

use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::experience_guard;
use crate::connectors::MessageKind;
use crate::store::{Connector, Store};
use crate::wire::body::object;
use crate::wire::{Answer, ApiError, Code, Json, refusals};

/// `GET /sign-in-exp`.
pub(super) fn read(shared: Authorized) -> Json {
    Json(shared.store().sign_in_experience.clone().into())
}

/// `PATCH /sign-in-exp`: replaces the given members and returns the full row.
pub(super) fn patch(shared: Authorized, text: String) -> Answer {
    let mut store = shared.store();
    let members = object(&text)?;
    experience_guard::check(&members)?;
    change(&mut store, members)?;
    Ok(Json(store.sign_in_experience.clone().into()))
}

refusals! {
    /// Why the sign-in experience is not changed.
    enum ExperienceError {
        #[error("there is nothing to change")]
        Nothing => ApiError::nothing_to_change(),
        #[error("an identifier is named twice")]
        Duplicate => Code::SignInExperiencesDuplicatedSignUpIdentifiers.error(),
        #[error("e-mail addresses and phone numbers must be verified")]
        Unverified => Code::SignInExperiencesPasswordlessRequiresVerify.error(),
        #[error("the tenant has no {0} connector")]
        NoConnector(kind: &'static str) => Code::SignInExperiencesEnabledConnectorNotFound.about(&[kind]),
        #[error("a sign-in method has neither password nor verification code")]
        NoFactor => Code::SignInExperiencesAtLeastOneAuthenticationFactor.error(),
        #[error("a sign-in method has no verification code, and the sign-up no password")]
        NoCode => Code::SignInExperiencesCodeSignInMustBeEnabled.error(),
    }
}

fn change(store: &mut Store, members: Map<String, Value>) -> Result<(), ExperienceError> {
    if let Some(sign_up) = members.get("signUp") {
        check_sign_up(sign_up, |kind| store.sends(kind))?;
    }
    let current = |name: &str| members.get(name).or_else(|| store.sign_in_experience.get(name));
    if let (Some(sign_in), Some(sign_up)) = (members.get("signIn"), current("signUp")) {
        check_sign_in(sign_in, sign_up, |kind| store.sends(kind))?;
    }
    // Unknown members are ignored.
    let can_change =
        |name: &str| !["id", "tenantId"].contains(&name) && store.sign_in_experience.contains_key(name);
    let known: Vec<(String, Value)> = members.into_iter().filter(|(name, _)| can_change(name)).collect();
    if known.is_empty() {
        return Err(ExperienceError::Nothing);
    }
    for (name, value) in known {
        let value = match name.as_str() {
            "socialSignInConnectorTargets" => known_targets(store, value),
            "passwordPolicy" => with_defaults(&value),
            _ => experience_guard::ordered(&name, value),
        };
        store.sign_in_experience.insert(name, value);
    }
    Ok(())
}

/// What is asked of a person at registration must be possible.
fn check_sign_up(sign_up: &Value, sends: impl Fn(MessageKind) -> bool) -> Result<(), ExperienceError> {
    let identifiers: Vec<&str> =
        sign_up["identifiers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if (1..identifiers.len()).any(|at| identifiers[..at].contains(&identifiers[at])) {
        return Err(ExperienceError::Duplicate);
    }
    if identifiers.iter().any(|identifier| *identifier != "username") && sign_up["verify"] != true {
        return Err(ExperienceError::Unverified);
    }
    match identifiers {
        _ if identifiers.contains(&"email") && !sends(MessageKind::Email) => {
            Err(ExperienceError::NoConnector("Email"))
        }
        _ if identifiers.contains(&"phone") && !sends(MessageKind::Sms) => {
            Err(ExperienceError::NoConnector("Sms"))
        }
        _ => Ok(()),
    }
}

/// Each method requires a password or a code; a code requires a connector that sends it.
fn check_sign_in(
    sign_in: &Value,
    sign_up: &Value,
    sends: impl Fn(MessageKind) -> bool,
) -> Result<(), ExperienceError> {
    let methods = || sign_in["methods"].as_array().into_iter().flatten();
    let by_code = |identifier: &str| {
        methods().any(|method| method["identifier"] == identifier && method["verificationCode"] == true)
    };
    if by_code("email") && !sends(MessageKind::Email) {
        return Err(ExperienceError::NoConnector("Email"));
    }
    if by_code("phone") && !sends(MessageKind::Sms) {
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

/// The given parts of a password policy are stored with all their members.
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
