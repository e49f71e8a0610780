//! How people may sign up and sign in: what Logto refuses (contract §4; `validateSignUp`,
//! `validateSignIn` and `validateMfa` of Logto's sources).

use serde_json::Value;

use super::experience::{ExperienceError, Rules, require};
use crate::connectors::MessageKind;
use crate::wire::Code;

/// The connectors that send codes.
const SENDERS: [(&str, MessageKind); 2] = [("email", MessageKind::Email), ("phone", MessageKind::Sms)];

fn list<'a>(settings: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + Clone {
    settings[name].as_array().into_iter().flatten()
}

fn sender(kind: MessageKind, sends: impl Fn(MessageKind) -> bool) -> Rules {
    if sends(kind) { Ok(()) } else { Err(ExperienceError::NoConnector(kind.name())) }
}

/// What is asked of a person at registration must be possible.
pub(super) fn check(sign_up: &Value, sends: impl Fn(MessageKind) -> bool) -> Rules {
    let primary: Vec<&str> = list(sign_up, "identifiers").filter_map(Value::as_str).collect();
    let secondary = || list(sign_up, "secondaryIdentifiers");
    let more: Vec<&str> = secondary().filter_map(|item| item["identifier"].as_str()).collect();
    let either_is_primary = primary.contains(&"email") || primary.contains(&"phone");
    let repeated = |name: &&str| primary.contains(name) || (*name == "emailOrPhone" && either_is_primary);
    require(more.is_empty() || !primary.is_empty(), Code::SignInExperiencesMissingSignUpIdentifiers)?;
    let unique = |names: &[&str]| (1..names.len()).all(|at| !names[..at].contains(&names[at]));
    require(
        unique(&primary) && unique(&more) && !more.iter().any(repeated),
        Code::SignInExperiencesDuplicatedSignUpIdentifiers,
    )?;
    let needs_code = |name: &&str| *name != "username";
    let verified = sign_up["verify"] == true || !primary.iter().chain(&more).any(needs_code);
    let each = secondary().all(|item| item["identifier"] == "username" || item["verify"] == true);
    require(verified && each, Code::SignInExperiencesPasswordlessRequiresVerify)?;
    for (name, kind) in SENDERS {
        if primary.contains(&name) || more.contains(&name) || more.contains(&"emailOrPhone") {
            sender(kind, &sends)?;
        }
    }
    Ok(())
}

/// Whether people sign in with codes that are sent to such an identifier.
fn by_code(sign_in: &Value, identifier: &str) -> bool {
    list(sign_in, "methods")
        .any(|method| method["identifier"] == identifier && method["verificationCode"] == true)
}

/// Each method requires a password or a code; a code requires a connector that sends it, and cannot be a
/// second factor too.
pub(super) fn check_sign_in(
    sign_in: &Value,
    sign_up: &Value,
    mfa: &Value,
    sends: impl Fn(MessageKind) -> bool,
) -> Rules {
    let mut methods = list(sign_in, "methods");
    for (identifier, kind) in SENDERS {
        if by_code(sign_in, identifier) {
            sender(kind, &sends)?;
        }
    }
    let has_factor = |method: &Value| method["password"] == true || method["verificationCode"] == true;
    require(methods.clone().all(has_factor), Code::SignInExperiencesAtLeastOneAuthenticationFactor)?;
    let codes_only = sign_up["verify"] == true && sign_up["password"] != true;
    let fits = |method: &Value| method["verificationCode"] == true || method["identifier"] == "username";
    require(!codes_only || methods.all(fits), Code::SignInExperiencesCodeSignInMustBeEnabled)?;
    require(
        !(by_code(sign_in, "email") && is_factor(mfa, MessageKind::Email)),
        Code::SignInExperiencesEmailVerificationCodeCannotBeUsedForSignIn,
    )?;
    require(
        !(by_code(sign_in, "phone") && is_factor(mfa, MessageKind::Sms)),
        Code::SignInExperiencesPhoneVerificationCodeCannotBeUsedForSignIn,
    )
}

fn is_factor(mfa: &Value, kind: MessageKind) -> bool {
    list(mfa, "factors").any(|factor| factor == kind.method())
}

/// Factors must not repeat, nor be what people sign in with; codes on paper only stand in for another one.
pub(super) fn check_mfa(mfa: &Value, sign_in: &Value) -> Rules {
    let factors: Vec<&Value> = list(mfa, "factors").collect();
    let unique = (1..factors.len()).all(|at| !factors[..at].contains(&factors[at]));
    require(unique, Code::SignInExperiencesDuplicatedMfaFactors)?;
    let alone = factors.len() == 1 && factors[0] == "BackupCode";
    require(!alone, Code::SignInExperiencesBackupCodeCannotBeEnabledAlone)?;
    require(
        !(by_code(sign_in, "email") && is_factor(mfa, MessageKind::Email)),
        Code::SignInExperiencesEmailVerificationCodeCannotBeUsedForMfa,
    )?;
    require(
        !(by_code(sign_in, "phone") && is_factor(mfa, MessageKind::Sms)),
        Code::SignInExperiencesPhoneVerificationCodeCannotBeUsedForMfa,
    )
}
