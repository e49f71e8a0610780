//! `POST /api/experience/profile`: the data that the person enters about themselves (contract §2.1,
//! "required profile missing").

use http::StatusCode;
use serde_json::{Map, Value};

use super::interaction::Started;
use super::password_policy::{self, Person};
use super::requirements::{absent, available, identified, registering, rejected};
use super::{blocklist, social_identity};
use crate::store::{Experience, PROFILE, Profile, Store, User, Verification};
use crate::version::Fact;
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, NotImplemented, body, refusals};

/// The accepted types, as the guard lists them.
const KINDS: [&str; 6] = ["username", "password", "email", "phone", "social", "extraProfile"];

refusals! {
    /// Why the data is refused.
    enum ProfileError {
        #[error("this interaction resets a password")]
        ForgotPassword => Code::SessionNotSupportedForForgotPassword.error(),
        #[error("this interaction does not reset a password")]
        NoForgotPassword => Code::SessionInvalidInteractionType.error(),
        #[error("this double does not reset passwords")]
        NoReset => NotImplemented,
        #[error("the password policy rejects the password")]
        Rejected(issues: Vec<Value>) => rejected(issues),
        #[error("no verification has that id")]
        NoVerification => Code::SessionVerificationSessionNotFound.error(),
        #[error("the username has more than 128 characters")]
        UsernameTooLong => Code::UserUsernameTooLong.error(),
    }
}

/// Maximum length in characters.
const USERNAME_LIMIT: usize = 128;

/// Letters, digits and underscores, but not a digit first.
pub(crate) fn is_username(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(|c: char| word(c) && !c.is_ascii_digit()) && text.chars().all(word)
}

/// Adds one datum about the person.
pub(super) fn post(call: Started, text: String) -> Answer<StatusCode> {
    let told = told(&text)?;
    let mut store = call.store();
    let uid = call.interaction(&mut store)?.uid.clone();
    let experience = call.experience(&mut store)?.clone();
    let user = match experience.event.as_str() {
        "ForgotPassword" => return Err(ProfileError::ForgotPassword.into()),
        "SignIn" => Some(identified(&store, &experience)?),
        _ => registering(&store, &experience),
    };
    let mut profile = experience.profile.clone();
    let takes_over = matches!(told, Told::Social(_));
    match told {
        Told::Username(username) => {
            let is_long = username.len() > USERNAME_LIMIT;
            let told = Profile { username: Some(username), ..Profile::default() };
            absent(user, &told)?;
            if is_long && call.has(Fact::UsernameLimit) {
                return Err(ProfileError::UsernameTooLong.into());
            }
            if is_long {
                // It is stored in a column that is too short for it: the interaction is lost.
                call.interaction(&mut store)?.experience = None;
                return Ok(StatusCode::NO_CONTENT);
            }
            available(&store, &told)?;
            profile.set(told);
        }
        Told::Password(password) => {
            let policy = store.sign_in_experience.get("passwordPolicy").cloned().unwrap_or_default();
            let of_user = |member: fn(&User) -> Option<&str>| user.and_then(member);
            let person = Person {
                username: profile.username.as_deref().or_else(|| of_user(|user| user.username.as_deref())),
                email: profile
                    .primary_email
                    .as_deref()
                    .or_else(|| of_user(|user| user.primary_email.as_deref())),
                name: profile.name.as_deref().or_else(|| of_user(|user| user.name.as_deref())),
            };
            let issues = password_policy::issues(&policy, &password, person);
            if !issues.is_empty() {
                return Err(ProfileError::Rejected(issues).into());
            }
            let told = Profile { password: Some(password), ..Profile::default() };
            absent(user, &told)?;
            profile.set(told);
        }
        // The double never verifies codes, so a verification of one cannot be named.
        Told::Code => return Err(ProfileError::NoVerification.into()),
        Told::Social(id) => link(&store, &experience, &id, user.is_none(), &mut profile)?,
        Told::Extra(values) => {
            // Members that are not part of a profile become custom data.
            let (standard, custom) =
                values.into_iter().partition(|(name, _)| PROFILE.contains(&name.as_str()));
            profile.extra = Some((standard, custom));
        }
    }
    if let Some(experience) = store.interactions.get_mut(&uid).and_then(|found| found.experience.as_mut()) {
        experience.profile = profile;
        experience.takes_over = takes_over;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Adds the identity of a social verification, and what comes with it, unless it is known already.
fn link(store: &Store, experience: &Experience, id: &str, is_new: bool, profile: &mut Profile) -> Answer<()> {
    let Some(Verification::Social(verification)) = experience.verification(id) else {
        return Err(ProfileError::NoVerification.into());
    };
    blocklist::check_social(store, verification)?;
    let told = social_identity::identity(store, verification)?;
    available(store, &told)?;
    profile.set(told);
    profile.fill(social_identity::synced(store, verification, is_new)?);
    Ok(())
}

/// `PUT /api/experience/profile/password`: a new password for a forgotten one. Always a refusal,
/// because a person cannot prove here that a password is theirs to reset.
pub(super) fn put_password(call: Started, text: String) -> Answer<()> {
    body::without([body::needed(&body::object(&text)?, &["password"], "string")])?;
    let resets = call.experience(&mut call.store())?.event == "ForgotPassword";
    Err(if resets { ProfileError::NoReset } else { ProfileError::NoForgotPassword }.into())
}

/// The data in the body.
enum Told {
    Username(String),
    Password(String),
    /// An address or a number, by a verification of a code.
    Code,
    /// An identity, by its verification.
    Social(String),
    Extra(Map<String, Value>),
}

fn told(text: &str) -> Result<Told, ApiError> {
    let members = body::object(text)?;
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let member = |name: &str| {
        body::without([body::needed(&members, &[name], "string")])?;
        Ok::<_, ApiError>(members.get(name).and_then(Value::as_str).unwrap_or_default())
    };
    match kind {
        "username" => {
            let value = member("value")?;
            if is_username(value) {
                Ok(Told::Username(value.to_owned()))
            } else {
                Err(ApiError::guard(&[Issue::new(&["value"], Complaint::Pattern)]))
            }
        }
        "password" => Ok(Told::Password(member("value")?.to_owned())),
        "email" | "phone" => member("verificationId").map(|_| Told::Code),
        "social" => member("verificationId").map(|id| Told::Social(id.to_owned())),
        "extraProfile" => {
            body::without([body::needed(&members, &["values"], "object")])?;
            Ok(Told::Extra(members.get("values").and_then(Value::as_object).cloned().unwrap_or_default()))
        }
        _ => Err(ApiError::guard(&[Issue::new(&["type"], Complaint::Discriminator(&KINDS))])),
    }
}

#[cfg(test)]
mod tests {
    use super::is_username;

    #[test]
    fn a_username_is_a_word_that_does_not_begin_with_a_digit() {
        for (text, good) in
            [("ada", true), ("_a1", true), ("9bad", false), ("a-b", false), ("", false), ("é", false)]
        {
            assert_eq!(is_username(text), good, "{text}");
        }
    }
}
