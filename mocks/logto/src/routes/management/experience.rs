//! The sign-in experience (contract §4, "Sign-in experience").

use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::experience_guard::GUARD;
use super::sign_up;
use crate::connectors::MessageKind;
use crate::store::{Connector, Store};
use crate::wire::{Answer, ApiError, Code, Json, refusals};

pub(super) type Members = Map<String, Value>;

/// `GET /sign-in-exp`.
pub(super) fn read(shared: Authorized) -> Json {
    Json(shared.store().sign_in_experience.clone().into())
}

/// `PATCH /sign-in-exp`: replaces the given members and returns the full row.
pub(super) fn patch(shared: Authorized, text: String) -> Answer {
    let members = GUARD.members(&text)?;
    let mut store = shared.store();
    let members = changed(&store, members, shared.context.clock.millis())?;
    store.sign_in_experience.extend(members);
    Ok(Json(store.sign_in_experience.clone().into()))
}

refusals! {
    /// Why the sign-in experience is not changed.
    pub(super) enum ExperienceError {
        #[error("there is nothing to change")]
        Nothing => ApiError::nothing_to_change(),
        #[error("the settings are not possible")]
        Rule(code: Code) => code.error(),
        #[error("the tenant has no {0} connector")]
        NoConnector(kind: &'static str) => Code::SignInExperiencesEnabledConnectorNotFound.about(&[kind]),
        #[error("the tenant has no {0} connector for a forgotten password")]
        NoReset(kind: &'static str) =>
            Code::SignInExperiencesForgotPasswordMethodRequiresConnector.about(&[kind]),
        #[error("{0}")]
        Unsupported(what: &'static str) => Code::RequestInvalidInput.about(&[what]),
        #[error("profile fields are named twice: {0:?}")]
        FieldTwice(names: Vec<String>) => Code::RequestInvalidInput
            .about(&[&format!("Duplicate profile field names: {}", names.join(", "))])
            .with_data(json!({ "duplicateNames": names })),
    }
}

pub(super) type Rules = Result<(), ExperienceError>;

/// Refuses what breaks a rule of Logto's.
pub(super) fn require(holds: bool, code: Code) -> Rules {
    if holds { Ok(()) } else { Err(ExperienceError::Rule(code)) }
}

/// The members as they are stored, once they have passed Logto's rules, in its order.
fn changed(store: &Store, mut members: Members, now: i64) -> Result<Members, ExperienceError> {
    if let Some(fields) = members.get_mut("signUpProfileFields") {
        *fields = known_fields(fields)?;
    }
    let settings = Settings { store, members: &members };
    if let Some(sign_up) = members.get("signUp") {
        sign_up::check(sign_up, |kind| store.sends(kind))?;
    }
    if let Some(sign_in) = members.get("signIn") {
        let (sign_up, mfa) = (settings.effective("signUp"), settings.effective("mfa"));
        sign_up::check_sign_in(sign_in, sign_up, mfa, |kind| store.sends(kind))?;
    }
    if let Some(mfa) = members.get("mfa") {
        sign_up::check_mfa(mfa, settings.effective("signIn"))?;
    }
    settings.check_adaptive_mfa()?;
    settings.check_forgotten_passwords()?;
    settings.check_expiration()?;
    settings.check_environment()?;
    if members.is_empty() {
        return Err(ExperienceError::Nothing);
    }
    Ok(kept(store, members, now))
}

/// The settings as they would be.
struct Settings<'a> {
    store: &'a Store,
    members: &'a Members,
}

impl Settings<'_> {
    fn effective(&self, name: &str) -> &Value {
        self.members.get(name).or_else(|| self.store.sign_in_experience.get(name)).unwrap_or(&Value::Null)
    }

    /// Policies that cannot be skipped are for adaptive MFA only, and it needs one of them.
    fn check_adaptive_mfa(&self) -> Rules {
        let mfa = self.effective("mfa");
        let has_factors = mfa["factors"].as_array().is_some_and(|factors| !factors.is_empty());
        let strict = ["PromptAtSignInAndSignUpMandatory", "PromptOnlyAtSignInMandatory"]
            .iter()
            .any(|policy| mfa["policy"] == **policy);
        let enabled = |adaptive: &Value| adaptive["enabled"].as_bool();
        let is_on = match self.members.get("adaptiveMfa").map(enabled) {
            Some(given) => given,
            None if self.members.contains_key("mfa") && has_factors => {
                Some(enabled(self.effective("adaptiveMfa")) == Some(true))
            }
            None => None,
        };
        match is_on {
            Some(true) if !has_factors => require(false, Code::SignInExperiencesAdaptiveMfaRequiresMfa),
            Some(true) => require(strict, Code::SignInExperiencesAdaptiveMfaRequiresNonSkippablePolicy),
            Some(false) => require(!strict, Code::SignInExperiencesNonAdaptiveMfaRequiresSkippablePolicy),
            None => Ok(()),
        }
    }

    /// Whether a code can be sent for a forgotten password: by every connector there is, unless methods are
    /// chosen.
    fn resets(&self, kind: MessageKind) -> bool {
        let methods = self.effective("forgotPasswordMethods").as_array();
        let chosen = methods.is_none_or(|methods| methods.iter().any(|method| method == kind.method()));
        chosen && self.store.sends(kind)
    }

    fn check_forgotten_passwords(&self) -> Rules {
        let methods = self.members.get("forgotPasswordMethods").and_then(Value::as_array);
        for method in methods.into_iter().flatten() {
            for (kind, name) in [(MessageKind::Email, "email"), (MessageKind::Sms, "sms")] {
                if method == kind.method() && !self.resets(kind) {
                    return Err(ExperienceError::NoReset(name));
                }
            }
        }
        Ok(())
    }

    /// Passwords may expire only if people can set new ones.
    fn check_expiration(&self) -> Rules {
        let resets = [MessageKind::Email, MessageKind::Sms].into_iter().any(|kind| self.resets(kind));
        let given = self.members.get("passwordExpiration").and_then(|given| given["enabled"].as_bool());
        let current = self.store.sign_in_experience.get("passwordExpiration");
        let expires = given.unwrap_or_else(|| current.is_some_and(|current| current["enabled"] == true));
        require(!expires || resets, Code::SignInExperiencesPasswordExpirationRequiresForgotPassword)
    }

    /// What only Logto Cloud has.
    fn check_environment(&self) -> Rules {
        let unsupported = |what| Err(ExperienceError::Unsupported(what));
        if self.members.get("hideLogtoBranding") == Some(&Value::Bool(true)) {
            return unsupported("Hide Logto branding is not supported in this environment");
        }
        if self.has_sources("scriptSrc") || self.has_sources("connectSrc") {
            return unsupported("Custom UI CSP configuration is not available");
        }
        if self
            .members
            .get("emailBlocklistPolicy")
            .is_some_and(|policy| policy["blockDisposableAddresses"] == true)
        {
            return unsupported("Disposable email domain validation is not supported in this environment");
        }
        Ok(())
    }

    fn has_sources(&self, directive: &str) -> bool {
        let sources = self.members.get("customUiCsp").and_then(|csp| csp[directive].as_array());
        sources.is_some_and(|sources| !sources.is_empty())
    }
}

/// A tenant without a catalog of profile fields knows none.
fn known_fields(fields: &Value) -> Result<Value, ExperienceError> {
    let Some(fields) = fields.as_array() else { return Ok(Value::Null) };
    let names: Vec<&str> = fields.iter().filter_map(|field| field["name"].as_str()).collect();
    let mut twice: Vec<String> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if names[at + 1..].contains(name) && !twice.iter().any(|known| known == name) {
            twice.push((*name).to_owned());
        }
    }
    if twice.is_empty() { Ok(json!([])) } else { Err(ExperienceError::FieldTwice(twice)) }
}

/// The members as Logto's database keeps them.
fn kept(store: &Store, members: Members, now: i64) -> Members {
    let mut kept = Members::new();
    let lacks_factors = |mfa: &Value| mfa["factors"].as_array().is_none_or(Vec::is_empty);
    // Without factors nothing is adaptive.
    if members.get("mfa").is_some_and(lacks_factors) && !members.contains_key("adaptiveMfa") {
        kept.insert("adaptiveMfa".to_owned(), json!({ "enabled": false }));
    }
    for (name, value) in members {
        let value = match name.as_str() {
            "socialSignInConnectorTargets" => known_targets(store, value),
            "passwordPolicy" => with_defaults(&value),
            "passwordExpiration" => expiration(&store.sign_in_experience["passwordExpiration"], value, now),
            _ => value,
        };
        kept.insert(name, value);
    }
    kept
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

/// What is not given stays; Logto notes when the policy came into force.
fn expiration(current: &Value, given: Value, now: i64) -> Value {
    if given["enabled"] == false {
        return given;
    }
    let mut policy = current.as_object().cloned().unwrap_or_default();
    policy.extend(given.as_object().cloned().unwrap_or_default());
    if policy.get("enabled") == Some(&Value::Bool(true)) {
        let since = current["enabledAt"].as_i64().filter(|_| current["enabled"] == true);
        policy.insert("enabledAt".to_owned(), json!(since.unwrap_or(now)));
    }
    policy.into()
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
