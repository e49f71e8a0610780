//! What a tenant requires of a person before a sign-in is complete, what must be unique, and how
//! both are refused (contract §2.1, §2.2).

use serde_json::{Value, json};

use crate::store::{Experience, Profile, Store, User, Verification, VerificationState};
use crate::version::Fact;
use crate::wire::{ApiError, Code};

/// 422 `user.username_already_in_use`.
pub(super) fn username_in_use() -> ApiError {
    Code::UserUsernameAlreadyInUse.error()
}

/// 422 `password.rejected`, with the issues of the policy.
pub(super) fn rejected(issues: &[Value]) -> ApiError {
    Code::PasswordRejected.error().with_data(json!(issues))
}

/// 404 `session.identifier_not_found`.
pub(super) fn not_identified() -> ApiError {
    Code::SessionIdentifierNotFound.error()
}

/// 422 `user.missing_profile` (contract §2.1).
pub(super) fn missing_profile(fields: &[&'static str]) -> ApiError {
    Code::UserMissingProfile.error().with_data(json!({ "missingProfile": fields }))
}

/// The user whom an interaction signs in.
///
/// # Errors
/// None has been identified, or it was deleted since.
pub(super) fn identified<'s>(store: &'s Store, experience: &Experience) -> Result<&'s User, ApiError> {
    let id = experience.user.as_deref().ok_or_else(not_identified)?;
    store.user(id).ok_or_else(ApiError::not_found)
}

/// The user whom an interaction has created already, if it has.
pub(super) fn registering<'s>(store: &'s Store, experience: &Experience) -> Option<&'s User> {
    experience.user.as_deref().and_then(|id| store.user(id))
}

/// Checks that the user, if there is one, lacks what is entered.
pub(super) fn absent(user: Option<&User>, told: &Profile) -> Result<(), ApiError> {
    let Some(user) = user else { return Ok(()) };
    if told.username.is_some() && user.username.is_some() {
        return Err(Code::UserUsernameExistsInProfile.error());
    }
    if told.password.is_some() && user.password.is_some() {
        return Err(Code::UserPasswordExistsInProfile.error());
    }
    Ok(())
}

/// Checks that no user has the entered data.
pub(super) fn available(store: &Store, profile: &Profile) -> Result<(), ApiError> {
    let taken = |kind: &str, told: &Option<String>| {
        told.as_ref().is_some_and(|told| store.user_by_identifier(kind, told).is_some())
    };
    if taken("username", &profile.username) {
        return Err(username_in_use());
    }
    if taken("email", &profile.primary_email) {
        return Err(Code::UserEmailAlreadyInUse.error());
    }
    if taken("phone", &profile.primary_phone) {
        return Err(Code::UserPhoneAlreadyInUse.error());
    }
    let identity = profile.social.as_ref();
    if identity.is_some_and(|(target, social)| store.user_by_identity(target, &social.id).is_some()) {
        return Err(Code::UserIdentityAlreadyInUse.error());
    }
    Ok(())
}

/// Requires the person to prove that they are human, unless a provider vouched for them (contract
/// §2.2).
pub(super) fn no_robot(store: &Store, experience: &Experience) -> Result<(), ApiError> {
    let asked = store.sign_in_experience.get("captchaPolicy").and_then(|policy| policy.get("enabled"));
    if asked == Some(&Value::Bool(true)) && !experience.skips_captcha {
        return Err(Code::SessionCaptchaRequired.error());
    }
    Ok(())
}

/// Whether the person proved a social identity in this interaction.
pub(super) fn verified_social(experience: &Experience) -> bool {
    experience.verifications.iter().any(|known| match known {
        Verification::Social(social) => matches!(social.state, VerificationState::Verified(_)),
        Verification::Password { .. } | Verification::NewPasswordIdentity { .. } => false,
    })
}

/// What the sign-in experience requires and the person lacks. A social identity counts as the
/// password; if the tenant allows it, one that was just verified (`verified`) replaces every
/// requirement.
pub(super) fn demanded(
    store: &Store,
    user: Option<&User>,
    profile: &Profile,
    verified: bool,
) -> Vec<&'static str> {
    let member = |of: &str, name: &str| store.sign_in_experience.get(of).and_then(|of| of.get(name));
    if (verified || profile.social.is_some())
        && member("socialSignIn", "skipRequiredIdentifiers") == Some(&Value::Bool(true))
    {
        return vec![];
    }
    let has = |told: &Option<String>, known: fn(&User) -> &Option<String>| {
        told.is_some() || user.is_some_and(|user| known(user).is_some())
    };
    let social = profile.social.is_some() || user.is_some_and(|user| !user.identities.is_empty());
    let identifiers = member("signUp", "identifiers").and_then(Value::as_array);
    let among = |name: &str| identifiers.into_iter().flatten().any(|identifier| identifier == name);
    // Of several primary identifiers only one counts: a username, or else either of the others.
    let primary = match () {
        () if among("username") => "username",
        () if among("email") && among("phone") => "emailOrPhone",
        () if among("email") => "email",
        () if among("phone") => "phone",
        () => "",
    };
    let more = member("signUp", "secondaryIdentifiers").and_then(Value::as_array);
    let secondary = |name: &str| more.into_iter().flatten().any(|more| more["identifier"] == name);
    let wants = |name: &str| primary == name || secondary(name);
    let username = has(&profile.username, |user| &user.username);
    let email = has(&profile.primary_email, |user| &user.primary_email);
    let password = has(&profile.password, |user| &user.password) || social;
    let wants_password = member("signUp", "password") == Some(&Value::Bool(true));
    let phone = has(&profile.primary_phone, |user| &user.primary_phone);
    let fields = [
        ("username", wants("username") && !username),
        ("emailOrPhone", wants("emailOrPhone") && !email && !phone),
        ("email", wants("email") && !email),
        ("phone", wants("phone") && !phone),
        ("password", wants_password && !password),
    ];
    fields.into_iter().filter_map(|(field, lacks)| lacks.then_some(field)).collect()
}

/// The order in which factors are offered.
const FACTORS: [&str; 4] = ["WebAuthn", "Totp", "PhoneVerificationCode", "EmailVerificationCode"];

/// A tenant with factors requires or suggests one for everyone, depending on its policy. The double
/// binds none, so no user has one.
pub(super) fn second_factor(store: &Store, event: &str) -> Result<(), ApiError> {
    let mfa = store.sign_in_experience.get("mfa").cloned().unwrap_or_default();
    let configured: Vec<&str> = mfa
        .get("factors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let policy = mfa.get("policy").and_then(Value::as_str).unwrap_or_default();
    let only_at_sign_in = policy.starts_with("PromptOnlyAtSignIn");
    if configured.is_empty() || policy == "NoPrompt" || (only_at_sign_in && event == "Register") {
        return Ok(());
    }
    let offered: Vec<&str> = FACTORS.into_iter().filter(|factor| configured.contains(factor)).collect();
    let missing = |data: Value| Code::UserMissingMfa.error().with_data(data);
    if policy.ends_with("Mandatory") {
        return Err(missing(json!({ "availableFactors": offered })));
    }
    if store.has(Fact::SuggestMfa) {
        return Err(Code::UserSuggestMfa.error());
    }
    Err(missing(json!({ "availableFactors": offered, "skippable": true })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    /// Seen with 1.37.1 and 1.42.0.
    #[test]
    fn a_factor_that_may_be_skipped_is_suggested_since_there_is_a_code_for_it() {
        let said = |version| {
            let mut store = Store::seeded(0, version);
            let mfa = json!({ "factors": ["Totp"], "policy": "PromptAtSignInAndSignUp" });
            store.sign_in_experience.insert("mfa".to_owned(), mfa);
            let refused = second_factor(&store, "SignIn").unwrap_err();
            (refused.status, refused.code.map(Code::as_str), refused.data)
        };
        let skippable = json!({ "availableFactors": ["Totp"], "skippable": true });
        assert_eq!(said(Version::release(1, 37, 1)), (422, Some("user.missing_mfa"), Some(skippable)));
        assert_eq!(said(Version::default()), (422, Some("user.suggest_mfa"), None));
    }
}
