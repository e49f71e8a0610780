//! Verification by password (contract §2.1, "Username + password").

use serde_json::{Map, Value, json};

use super::interaction::Started;
use super::password_policy::{self, Person};
use super::profile::is_username;
use super::requirements::{rejected, username_in_use};
use crate::store::{Experience, Policy, Store, Verification};
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, Json, body, refusals};

refusals! {
    /// Why a password is not accepted.
    enum PasswordError {
        #[error("no user has this identifier, or the password is wrong")]
        InvalidCredentials => Code::SessionInvalidCredentials.error(),
        #[error("the user is suspended")]
        Suspended => Code::UserSuspended.error(),
        #[error("too many wrong passwords: locked out for {0} minutes more")]
        LockedOut(minutes: i64) =>
            Code::SessionVerificationBlockedTooManyAttempts.about(&[&in_minutes(*minutes)]),
        #[error("another user already has this username")]
        UsernameInUse => username_in_use(),
        #[error("the password policy rejects the password")]
        Rejected(issues: Vec<Value>) => rejected(issues),
    }
}

/// `POST /api/experience/verification/password`.
pub(super) fn verify(call: Started, text: String) -> Answer {
    let members = body::object(&text)?;
    // Accepts an identifier of any type, and a password that is not empty.
    let kind =
        |identifier: &Map<String, Value>| body::needed_choice(identifier, &["identifier", "type"], &KINDS);
    let given = credentials(&members, kind, |_| true, true)?;
    let mut store = call.store();
    let proved = proves(&store, &given);
    let (now, policy) = (call.context.clock.millis(), Policy::of(&store.sign_in_experience));
    if let Some(until) = store.sentinel.report(&given.identifier, proved.is_err(), now, policy) {
        return Err(PasswordError::LockedOut((until - now + 30_000).div_euclid(60_000)).into());
    }
    proved?;
    let id = call.long_id();
    Ok(kept(
        call.experience(&mut store)?,
        Verification::Password { id, identifier: given.kind, value: given.identifier },
    ))
}

/// `POST /api/experience/verification/new-password-identity`: username and password of a person who
/// is about to register, in one call.
pub(super) fn new_identity(call: Started, text: String) -> Answer {
    let members = body::object(&text)?;
    // Only usernames are accepted, and only valid ones.
    let kind = |identifier: &Map<String, Value>| {
        let received = identifier.get("type");
        let complaint = Complaint::Literal { expected: json!("username"), received: received.cloned() };
        (received != Some(&json!("username"))).then(|| Issue::new(&["identifier", "type"], complaint))
    };
    let given = credentials(&members, kind, is_username, false)?;
    let mut store = call.store();
    if store.user_by_identifier("username", &given.identifier).is_some() {
        return Err(PasswordError::UsernameInUse.into());
    }
    let policy = store.sign_in_experience.get("passwordPolicy").cloned().unwrap_or_default();
    let person = Person { username: Some(&given.identifier), ..Person::default() };
    let issues = password_policy::issues(&policy, &given.password, person);
    if !issues.is_empty() {
        return Err(PasswordError::Rejected(issues).into());
    }
    let (id, username) = (call.long_id(), given.identifier);
    let verification = Verification::NewPasswordIdentity { id, username, password: given.password };
    Ok(kept(call.experience(&mut store)?, verification))
}

/// Types of identifiers.
const KINDS: [&str; 3] = ["username", "email", "phone"];

/// The members that both calls have.
struct Credentials {
    kind: String,
    identifier: String,
    password: String,
}

/// Whether a user has these credentials.
fn proves(store: &Store, given: &Credentials) -> Result<(), PasswordError> {
    let user = store
        .user_by_identifier(&given.kind, &given.identifier)
        .filter(|user| user.password.as_ref() == Some(&given.password))
        .ok_or(PasswordError::InvalidCredentials)?;
    if user.is_suspended { Err(PasswordError::Suspended) } else { Ok(()) }
}

/// A time from now, as a browser formats it.
fn in_minutes(minutes: i64) -> String {
    let digits = minutes.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let plural = if minutes == 1 { "" } else { "s" };
    format!("in {} minute{plural}", grouped.join(","))
}

/// The verification, which is kept, as the page is told of it.
fn kept(experience: &mut Experience, verification: Verification) -> Json {
    let answer = json!({ "verificationId": verification.id() });
    experience.keep(verification);
    Json(answer)
}

/// Parses the body: an identifier whose type passes `kind` and whose value `fits`, and a password.
fn credentials(
    members: &Map<String, Value>,
    kind: impl Fn(&Map<String, Value>) -> Option<Issue>,
    fits: fn(&str) -> bool,
    password_needed: bool,
) -> Result<Credentials, ApiError> {
    let mut issues = vec![body::needed(members, &["identifier"], "object")];
    let identifier = members.get("identifier").and_then(Value::as_object);
    let text = |members: Option<&Map<String, Value>>, name: &str| {
        members.and_then(|members| members.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (value, password) = (text(identifier, "value"), text(Some(members), "password"));
    if let Some(identifier) = identifier {
        let path = ["identifier", "value"];
        issues.push(kind(identifier));
        issues.push(body::needed(identifier, &path, "string"));
        let unfit = identifier.get("value").is_some_and(Value::is_string) && !fits(&value);
        issues.push(unfit.then(|| Issue::new(&path, Complaint::Pattern)));
    }
    issues.push(body::needed(members, &["password"], "string"));
    let empty = password_needed && members.get("password") == Some(&json!(""));
    issues.push(empty.then(|| Issue::new(&["password"], Complaint::TooShort(1))));
    body::without(issues)?;
    Ok(Credentials { kind: text(identifier, "type"), identifier: value, password })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_formatted_as_in_a_browser() {
        let told = [0, 1, 90, 1440, 1_000_000].map(in_minutes);
        assert_eq!(
            told,
            ["in 0 minutes", "in 1 minute", "in 90 minutes", "in 1,440 minutes", "in 1,000,000 minutes"]
        );
    }
}
