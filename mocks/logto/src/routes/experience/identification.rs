//! `POST /api/experience/identification` (contract §2.1 steps 5, §2.2).

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::interaction::{self, Started};
use super::requirements::{
    absent, available, demanded, missing_profile, no_robot, registering, verified_social,
};
use super::{blocklist, social_identity};
use crate::shared::Shared;
use crate::store::{Experience, Profile, SocialUser, SocialVerification, Store, User, Verification};
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
        #[error("the verification is of an existing user, but the interaction registers a new one")]
        OfKnown => Code::SessionVerificationFailed.error(),
        #[error("a forgotten password is reset with a verification code only")]
        NoCode => ApiError { status: 422, ..Code::SessionNotSupportedForForgotPassword.error() },
        #[error("no user has this identity")]
        UnknownIdentity { related: Option<Related> } => {
            let data = match related {
                Some((kind, value)) => json!({ "relatedUser": { "type": kind, "value": value } }),
                None => json!({}),
            };
            Code::UserIdentityNotExist.error().with_data(data)
        },
        #[error("no user has the e-mail address or the phone number of this identity")]
        NobodyToLink => Code::UserIdentityNotExist.error(),
        #[error("the user of the password no longer exists")]
        UserGone { identifier: String } =>
            Code::UserUserNotExist.error().with_data(json!({ "identifier": identifier })),
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
pub(super) fn post(call: Started, text: String) -> Answer<Response> {
    let members = body::object(&text)?;
    body::without([
        body::typed(&members, &["verificationId"], "string"),
        body::typed(&members, &["linkSocialIdentity"], "boolean"),
    ])?;
    let mut store = call.store();
    let uid = call.interaction(&mut store)?.uid.clone();
    let experience = call.experience(&mut store)?.clone();
    let given = members.get("verificationId").and_then(Value::as_str).filter(|id| !id.is_empty());
    let proof = given.map(|id| experience.verification(id).ok_or(IdentificationError::NoVerification));
    if experience.event == "Register" {
        let mut profile = experience.profile.clone();
        if let Some(proof) = proof {
            let proof = proof?;
            told_by(&store, registering(&store, &experience), &mut profile, proof)?;
            // Stored even if something is still missing: the next call of the page has no proof.
            if let Some(experience) = running(&mut store, &uid) {
                experience.profile = profile.clone();
                experience.takes_over = matches!(proof, Verification::Social(_));
            }
        }
        let user = register(&call, &mut store, &experience, profile)?;
        if let Some(experience) = running(&mut store, &uid) {
            experience.user = Some(user);
            experience.profile = Profile::default();
            experience.takes_over = false;
        }
        return Ok(wire::text(StatusCode::CREATED, "Created"));
    }
    let proof = proof.ok_or(IdentificationError::NoVerificationId)??;
    interaction::allowed(&store, &experience.event)?;
    if experience.event == "ForgotPassword" {
        return Err(IdentificationError::NoCode.into());
    }
    let links = members.get("linkSocialIdentity") == Some(&Value::Bool(true));
    let (user, told) = identified(&store, proof, links)?;
    match experience.user {
        Some(earlier) if earlier != user => return Err(IdentificationError::Conflict.into()),
        Some(_) => {}
        None => {
            if let Some(experience) = running(&mut store, &uid) {
                experience.user = Some(user);
                experience.profile.set(told);
                experience.takes_over = matches!(proof, Verification::Social(_));
            }
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn running<'s>(store: &'s mut Store, uid: &str) -> Option<&'s mut Experience> {
    store.interactions.get_mut(uid).and_then(|found| found.experience.as_mut())
}

/// The user whom a verification proves, and what the interaction will change about them when it
/// completes: data that the connector keeps in sync, and an identity that is to be linked.
fn identified(store: &Store, proof: &Verification, links: bool) -> Answer<(String, Profile)> {
    let (user, told) = match proof {
        Verification::Social(verification) => {
            let social = social_identity::user_info(verification)?;
            let user = if links {
                related(store, social).ok_or(IdentificationError::NobodyToLink)?.0
            } else {
                known(store, verification, social)?
            };
            let mut told = social_identity::synced(store, verification, false)?;
            if links {
                told.set(social_identity::identity(store, verification)?);
            }
            (user, told)
        }
        Verification::Password { identifier, value, .. } => {
            (by_password(store, identifier, value)?, Profile::default())
        }
        Verification::NewPasswordIdentity { .. } => return Err(IdentificationError::MethodNotEnabled.into()),
    };
    if user.is_suspended { Err(IdentificationError::Suspended.into()) } else { Ok((user.id.clone(), told)) }
}

/// The user with this identity.
fn known<'s>(store: &'s Store, verification: &SocialVerification, social: &SocialUser) -> Answer<&'s User> {
    let target = social_identity::connector(store, verification)?.target();
    let found = store.user_by_identity(&target, &social.id);
    Ok(found.ok_or_else(|| {
        let related = related(store, social).map(|(_, by)| by);
        IdentificationError::UnknownIdentity { related }
    })?)
}

/// Type and value of an identifier.
type Related = (&'static str, String);

/// The user with the phone number or else the e-mail address from the provider, and which of them
/// matched.
fn related<'s>(store: &'s Store, social: &SocialUser) -> Option<(&'s User, Related)> {
    let by = |kind, value: &Option<String>| {
        let value = value.clone()?;
        Some((store.user_by_identifier(kind, &value)?, (kind, value)))
    };
    by("phone", &social.phone).or_else(|| by("email", &social.email))
}

/// A password is accepted only if the sign-in experience allows it. Its user is looked up again.
fn by_password<'s>(store: &'s Store, identifier: &str, value: &str) -> Result<&'s User, IdentificationError> {
    let methods = store.sign_in_experience.get("signIn").and_then(|sign_in| sign_in.get("methods"));
    let enabled = methods.and_then(Value::as_array).into_iter().flatten().any(|method| {
        method.get("identifier").and_then(Value::as_str) == Some(identifier)
            && method.get("password") == Some(&Value::Bool(true))
    });
    if !enabled {
        return Err(IdentificationError::MethodNotEnabled);
    }
    let found = store.user_by_identifier(identifier, value);
    found.ok_or_else(|| IdentificationError::UserGone { identifier: value.to_owned() })
}

/// Adds to the profile what a verification says about a new user: an identity with name, avatar and an
/// e-mail address that no user has, or username and password.
fn told_by(store: &Store, user: Option<&User>, profile: &mut Profile, proof: &Verification) -> Answer<()> {
    let told = match proof {
        Verification::Social(verification) => {
            blocklist::check_social(store, verification)?;
            let mut told = social_identity::identity(store, verification)?;
            told.set(social_identity::synced(store, verification, true)?);
            told
        }
        Verification::NewPasswordIdentity { username, password, .. } => Profile {
            username: Some(username.clone()),
            password: Some(password.clone()),
            ..Profile::default()
        },
        Verification::Password { .. } => return Err(IdentificationError::OfKnown.into()),
    };
    absent(user, &told)?;
    available(store, &told)?;
    profile.set(told);
    Ok(())
}

/// Creates the user from the profile. A second call creates a second, empty user, because nothing
/// is required that the first one has (as in a real Logto).
fn register(shared: &Shared, store: &mut Store, experience: &Experience, profile: Profile) -> Answer<String> {
    interaction::allowed(store, "Register")?;
    no_robot(store, experience)?;
    let missing = demanded(store, registering(store, experience), &profile, verified_social(experience));
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
