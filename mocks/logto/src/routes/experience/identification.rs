//! `POST /api/experience/identification` (contract §2.1 steps 5, §2.2).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::interaction::{self, Call};
use super::requirements::{available, demanded, missing_profile, no_robot, username_exists, verified_social};
use crate::shared::Shared;
use crate::store::{
    Connector, Experience, PasswordVerification, Profile, SocialUser, Store, User, VerificationState,
};
use crate::version::Version;
use crate::wire::{self, Answer, ApiError, Code, body, refusals};

/// The longest name that Logto stores (contract §11).
const NAME_LIMIT: usize = 128;

refusals! {
    /// Why the person is not identified.
    enum IdentificationError {
        #[error("SignIn without a verificationId")]
        NoVerificationId => Code::GuardInvalidInput.about(&["{{type}}"]),
        #[error("no verification has that id")]
        NoVerification => Code::SessionVerificationSessionNotFound.error(),
        #[error("the verification has not succeeded")]
        NotVerified => Code::SessionVerificationFailed.error(),
        #[error("the verification is of an existing user, but the interaction registers a new one")]
        OfKnown => Code::SessionVerificationFailed.error(),
        #[error("no user has this identity")]
        UnknownIdentity { related: Option<Related> } => {
            let data = match related {
                Some((kind, value)) => json!({ "relatedUser": { "type": kind, "value": value } }),
                None => json!({}),
            };
            Code::UserIdentityNotExist.error().with_data(data)
        },
        #[error("another user already has this identity")]
        IdentityInUse => Code::UserIdentityAlreadyInUse.error(),
        #[error("the user is suspended")]
        Suspended => Code::UserSuspended.error(),
        #[error("another user was already identified")]
        Conflict => Code::SessionIdentityConflict.error(),
        #[error("the sign-in experience does not allow a password for this identifier")]
        MethodNotEnabled => Code::UserSignInMethodNotEnabled.error(),
        #[error("the sign-in experience requires more: {0:?}")]
        MissingProfile(fields: Vec<&'static str>) => missing_profile(fields),
        #[error("the name has more than 128 characters")]
        NameTooLong(version: Version) => ApiError::value_too_long(*version),
    }
}

/// Identifies the person, or creates a user.
pub(super) fn post(call: Call, text: String) -> Answer<Response> {
    let members = body::object(&text)?;
    body::without([
        body::typed(&members, &["verificationId"], "string"),
        body::typed(&members, &["linkSocialIdentity"], "boolean"),
    ])?;
    let mut store = call.store();
    let uid = call.interaction(&mut store)?.uid.clone();
    let experience = call.experience(&mut store)?.clone();
    let given = members.get("verificationId").and_then(Value::as_str);
    let proof = given.map(|id| proof(&experience, id).ok_or(IdentificationError::NoVerification));
    if experience.event == "Register" {
        let mut profile = experience.profile.clone();
        if let Some(proof) = proof {
            told_by(&store, experience.user.as_deref(), &mut profile, proof?)?;
            // Stored even if something is still missing: the next call of the page has no proof.
            if let Some(experience) = running(&mut store, &uid) {
                experience.profile = profile.clone();
            }
        }
        let user = register(&call, &mut store, &experience, profile)?;
        if let Some(experience) = running(&mut store, &uid) {
            experience.user = Some(user);
            experience.profile = Profile::default();
        }
        return Ok(wire::text(StatusCode::CREATED, "Created"));
    }
    let proof = proof.ok_or(IdentificationError::NoVerificationId)??;
    interaction::allowed(&store, &experience.event)?;
    let links = members.get("linkSocialIdentity") == Some(&Value::Bool(true));
    let user = match proof {
        Proof::Social { connector, state } => {
            let VerificationState::Verified(social) = state else {
                return Err(IdentificationError::NotVerified.into());
            };
            let connector =
                store.connector(&connector).cloned().ok_or(IdentificationError::NoVerification)?;
            sign_in(&call, &mut store, &connector, &social, links)?
        }
        Proof::Password(PasswordVerification::Known { identifier, user, .. }) => {
            by_password(&store, &identifier, user)?
        }
        Proof::Password(PasswordVerification::New { .. }) => {
            return Err(IdentificationError::MethodNotEnabled.into());
        }
    };
    if experience.user.is_some_and(|earlier| earlier != user) {
        return Err(IdentificationError::Conflict.into());
    }
    if let Some(experience) = running(&mut store, &uid) {
        experience.user = Some(user);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn running<'s>(store: &'s mut Store, uid: &str) -> Option<&'s mut Experience> {
    store.interactions.get_mut(uid).and_then(|found| found.experience.as_mut())
}

/// A verification of either kind.
enum Proof {
    Social { connector: String, state: VerificationState },
    Password(PasswordVerification),
}

fn proof(experience: &Experience, id: &str) -> Option<Proof> {
    let social = experience.verifications.iter().find(|known| known.id == id);
    let social =
        social.map(|known| Proof::Social { connector: known.connector.clone(), state: known.state.clone() });
    social
        .or_else(|| experience.passwords.iter().find(|known| known.id() == id).cloned().map(Proof::Password))
}

/// A password is accepted only if the sign-in experience allows it.
fn by_password(store: &Store, identifier: &str, user: String) -> Result<String, IdentificationError> {
    let methods = store.sign_in_experience.get("signIn").and_then(|sign_in| sign_in.get("methods"));
    let enabled = methods.and_then(Value::as_array).into_iter().flatten().any(|method| {
        method.get("identifier").and_then(Value::as_str) == Some(identifier)
            && method.get("password") == Some(&Value::Bool(true))
    });
    if !enabled {
        return Err(IdentificationError::MethodNotEnabled);
    }
    match store.user(&user) {
        None => Err(IdentificationError::NoVerification),
        Some(user) if user.is_suspended => Err(IdentificationError::Suspended),
        Some(_) => Ok(user),
    }
}

/// The profile of a new user from a verification: an identity with name, avatar and an e-mail
/// address that no user has, or username and password.
fn told_by(store: &Store, created: Option<&str>, profile: &mut Profile, proof: Proof) -> Answer<()> {
    match proof {
        Proof::Social { connector, state } => {
            let VerificationState::Verified(social) = state else {
                return Err(IdentificationError::NotVerified.into());
            };
            let connector = store.connector(&connector).ok_or(IdentificationError::NoVerification)?;
            if let Some(email) = &social.email {
                super::blocklist::check(store, email)?;
            }
            let target = connector.target();
            if store.user_by_identity(&target, &social.id).is_some() {
                return Err(IdentificationError::IdentityInUse.into());
            }
            let email = social.email.clone();
            let phone = social.phone.clone();
            profile.primary_phone = phone.filter(|phone| store.user_by_identifier("phone", phone).is_none());
            profile.primary_email = email.filter(|email| store.user_by_identifier("email", email).is_none());
            profile.name.clone_from(&social.name);
            profile.avatar.clone_from(&social.avatar);
            profile.social = Some((target, social));
        }
        Proof::Password(PasswordVerification::New { username, password, .. }) => {
            // This interaction already created a user.
            if created.and_then(|id| store.user(id)).is_some_and(|user| user.username.is_some()) {
                return Err(username_exists().into());
            }
            profile.username = Some(username);
            profile.password = Some(password);
            available(store, profile)?;
        }
        Proof::Password(PasswordVerification::Known { .. }) => {
            return Err(IdentificationError::OfKnown.into());
        }
    }
    Ok(())
}

/// Type and value of an identifier.
type Related = (&'static str, String);

/// The user with the phone number or else the e-mail address from the provider, and which of them
/// matched.
fn related(store: &Store, social: &SocialUser) -> Option<(String, Related)> {
    let by = |kind, value: &Option<String>| {
        let value = value.clone()?;
        Some((store.user_by_identifier(kind, &value)?.id.clone(), (kind, value)))
    };
    by("phone", &social.phone).or_else(|| by("email", &social.email))
}

fn sign_in(
    shared: &Shared,
    store: &mut Store,
    connector: &Connector,
    social: &SocialUser,
    links: bool,
) -> Result<String, IdentificationError> {
    let target = connector.target();
    let related = related(store, social);
    let known = store.user_by_identity(&target, &social.id).map(|user| user.id.clone());
    let id = match (known, related) {
        (Some(id), _) => id,
        (None, Some((id, _))) if links => id,
        (None, related) => {
            let related = related.map(|(_, by)| by);
            return Err(IdentificationError::UnknownIdentity { related });
        }
    };
    let now = shared.context.clock.millis();
    let Some(user) = store.user_mut(&id) else { return Err(IdentificationError::NoVerification) };
    if user.is_suspended {
        return Err(IdentificationError::Suspended);
    }
    if links {
        // Replaces an earlier identity of the same target (contract §2.1).
        user.identities.insert(target, social.identity());
        user.updated_at = now;
    }
    if connector.sync_profile {
        // Name and avatar only; never the e-mail, never the details.
        if let Some(name) = &social.name {
            user.name = Some(name.clone());
        }
        if let Some(avatar) = &social.avatar {
            user.avatar = Some(avatar.clone());
        }
        user.updated_at = now;
    }
    Ok(id)
}

/// Creates the user from the profile. A second call creates a second, empty user, because nothing
/// is required that the first one has (as in a real Logto).
fn register(shared: &Shared, store: &mut Store, experience: &Experience, profile: Profile) -> Answer<String> {
    interaction::allowed(store, "Register")?;
    no_robot(store, experience)?;
    let created = experience.user.as_deref().and_then(|id| store.user(id));
    let missing = demanded(store, created, &profile, verified_social(experience));
    if !missing.is_empty() {
        return Err(IdentificationError::MissingProfile(missing).into());
    }
    if profile.name.as_ref().is_some_and(|name| name.chars().count() > NAME_LIMIT) {
        return Err(IdentificationError::NameTooLong(store.version).into());
    }
    available(store, &profile)?;
    let Profile { username, password, primary_email, primary_phone, name, avatar, extra, social } = profile;
    let (standard, custom) = extra.unwrap_or_default();
    let now = shared.context.clock.millis();
    let user = User {
        username,
        password,
        primary_email,
        primary_phone,
        name,
        avatar,
        profile: standard,
        custom_data: custom,
        identities: social.into_iter().map(|(target, social)| (target, social.identity())).collect(),
        ..User::new(shared.short_id(), now)
    };
    let id = user.id.clone();
    // Lists are newest first.
    store.add_user(user);
    Ok(id)
}
