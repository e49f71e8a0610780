//! The structure of a sign-in experience (contract §4, §14 "Sign-in experience"): members in the
//! order of zod's complaints.

use serde_json::{Map, Value};
use url::Url;

use crate::connectors::is_language;
use crate::routes::email::is_strict_email;
use crate::wire::{ApiError, Complaint, Issue, body, kind};

type Members = Map<String, Value>;

const IDENTIFIERS: [&str; 3] = ["username", "email", "phone"];
const MODES: [&str; 3] = ["SignIn", "Register", "SignInAndRegister"];
const TERMS: [&str; 3] = ["Automatic", "ManualRegistrationOnly", "Manual"];
const FACTORS: [&str; 5] =
    ["Totp", "WebAuthn", "BackupCode", "EmailVerificationCode", "PhoneVerificationCode"];
const MFA_POLICIES: [&str; 7] = [
    "UserControlled",
    "Mandatory",
    "PromptOnlyAtSignIn",
    "PromptAtSignInAndSignUp",
    "NoPrompt",
    "PromptAtSignInAndSignUpMandatory",
    "PromptOnlyAtSignInMandatory",
];

/// Refuses members of the wrong structure.
pub(super) fn check(members: &Members) -> Result<(), ApiError> {
    let looks = [color(members), branding(members), language(members)];
    let mut issues: Vec<Option<Issue>> = looks.into_iter().flatten().collect();
    issues.insert(0, body::typed(members, &["hideLogtoBranding"], "boolean"));
    issues.extend(["termsOfUseUrl", "privacyPolicyUrl"].map(|name| address(members, name)));
    issues.push(body::choice(members, &["agreeToTermsPolicy"], &TERMS));
    issues.extend(sign_in(members));
    issues.extend(sign_up(members));
    issues.extend(nested(members, "socialSignIn", |social| {
        let switches = ["automaticAccountLinking", "skipRequiredIdentifiers"];
        switches.map(|name| body::typed(social, &["socialSignIn", name], "boolean")).into()
    }));
    issues.push(body::typed(members, &["socialSignInConnectorTargets"], "array"));
    issues.extend(texts(members, "socialSignInConnectorTargets"));
    issues.push(body::choice(members, &["signInMode"], &MODES));
    issues.push(body::typed(members, &["customCss"], "string").filter(|_| !members["customCss"].is_null()));
    issues.extend(nested(members, "customContent", |content| {
        content.keys().map(|name| body::typed(content, &["customContent", name], "string")).collect()
    }));
    issues.extend(nested(members, "passwordPolicy", password_policy));
    issues.extend(nested(members, "mfa", mfa));
    issues.push(body::typed(members, &["singleSignOnEnabled"], "boolean"));
    issues.push(support_email(members));
    issues.extend(["supportWebsiteUrl", "unknownSessionRedirectUrl"].map(|name| address(members, name)));
    issues.extend(nested(members, "captchaPolicy", |policy| {
        vec![body::typed(policy, &["captchaPolicy", "enabled"], "boolean")]
    }));
    issues.extend(nested(members, "sentinelPolicy", |policy| {
        let numbers = ["maxAttempts", "lockoutDuration"];
        numbers.map(|name| body::typed(policy, &["sentinelPolicy", name], "number")).into()
    }));
    body::without(issues)
}

/// Nested members, in the order in which they are returned.
const ORDERS: [(&str, &[&str]); 8] = [
    ("color", &["primaryColor", "isDarkModeEnabled", "darkPrimaryColor"]),
    ("branding", &["logoUrl", "darkLogoUrl", "favicon", "darkFavicon"]),
    ("languageInfo", &["autoDetect", "fallbackLanguage"]),
    ("signUp", &["identifiers", "password", "verify", "secondaryIdentifiers"]),
    ("socialSignIn", &["automaticAccountLinking", "skipRequiredIdentifiers"]),
    ("mfa", &["factors", "policy", "organizationRequiredMfaPolicy"]),
    ("captchaPolicy", &["enabled"]),
    ("sentinelPolicy", &["maxAttempts", "lockoutDuration"]),
];

/// A member as zod returns it: the known members, in zod's order.
pub(super) fn ordered(name: &str, value: Value) -> Value {
    let order = ORDERS.iter().find(|(known, _)| *known == name);
    match (order, value) {
        (Some((_, order)), Value::Object(mut members)) => {
            let known = order.iter().filter_map(|name| members.remove_entry(*name));
            Value::Object(known.collect())
        }
        (_, value) => value,
    }
}

/// Complaints about an optional member that is an object.
fn nested(
    members: &Members,
    name: &str,
    check: impl Fn(&Members) -> Vec<Option<Issue>>,
) -> Vec<Option<Issue>> {
    match members.get(name) {
        Some(Value::Object(inner)) => check(inner),
        _ => vec![body::typed(members, &[name], "object")],
    }
}

fn color(members: &Members) -> Vec<Option<Issue>> {
    nested(members, "color", |color| {
        let hex = |name: &str| {
            let path = ["color", name];
            let odd = color.get(name).and_then(Value::as_str).is_some_and(|text| !is_hex_color(text));
            body::needed(color, &path, "string")
                .or_else(|| odd.then(|| Issue::new(&path, Complaint::Pattern)))
        };
        let dark = body::needed(color, &["color", "isDarkModeEnabled"], "boolean");
        vec![hex("primaryColor"), dark, hex("darkPrimaryColor")]
    })
}

/// `#` and three or six hexadecimal digits.
fn is_hex_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.chars().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn branding(members: &Members) -> Vec<Option<Issue>> {
    nested(members, "branding", |branding| {
        let names = ["logoUrl", "darkLogoUrl", "favicon", "darkFavicon"];
        names
            .map(|name| {
                let path = ["branding", name];
                let text = branding.get(name).and_then(Value::as_str);
                let odd = text.is_some_and(|text| Url::parse(text).is_err());
                body::typed(branding, &path, "string")
                    .or_else(|| odd.then(|| Issue::new(&path, Complaint::Url)))
            })
            .into()
    })
}

fn language(members: &Members) -> Vec<Option<Issue>> {
    nested(members, "languageInfo", |info| {
        let fallback = info.get("fallbackLanguage").and_then(Value::as_str);
        let path = ["languageInfo", "fallbackLanguage"];
        let odd = !fallback.is_some_and(is_language);
        vec![
            body::needed(info, &["languageInfo", "autoDetect"], "boolean"),
            odd.then(|| Issue::new(&path, Complaint::Custom)),
        ]
    })
}

/// A URL, nothing, or null.
fn address(members: &Members, name: &str) -> Option<Issue> {
    let value = members.get(name).filter(|value| !value.is_null())?;
    let odd = value.as_str().is_some_and(|text| !text.is_empty() && Url::parse(text).is_err());
    body::typed(members, &[name], "string").or_else(|| odd.then(|| Issue::new(&[name], Complaint::Url)))
}

fn support_email(members: &Members) -> Option<Issue> {
    let name = "supportEmail";
    let value = members.get(name).filter(|value| !value.is_null())?;
    let odd = value.as_str().is_some_and(|text| !text.is_empty() && !is_strict_email(text));
    body::typed(members, &[name], "string").or_else(|| odd.then(|| Issue::new(&[name], Complaint::Email)))
}

fn sign_in(members: &Members) -> Vec<Option<Issue>> {
    nested(members, "signIn", |sign_in| {
        let mut issues = vec![body::needed(sign_in, &["signIn", "methods"], "array")];
        let methods = sign_in.get("methods").and_then(Value::as_array).into_iter().flatten();
        for (index, method) in methods.enumerate() {
            let path = ["signIn", "methods"];
            let Some(method) = method.as_object() else {
                let complaint = Complaint::Type { expected: "object", received: kind(method) };
                issues.push(Some(Issue::new(&path, complaint).at(index)));
                continue;
            };
            let below = |issue: Option<Issue>| issue.map(|issue| issue.below(&path, index));
            issues.push(below(body::needed_choice(method, &["identifier"], &IDENTIFIERS)));
            let switches = ["password", "verificationCode", "isPasswordPrimary"];
            issues.extend(switches.map(|name| below(body::needed(method, &[name], "boolean"))));
        }
        issues
    })
}

fn sign_up(members: &Members) -> Vec<Option<Issue>> {
    nested(members, "signUp", |sign_up| {
        let mut issues = vec![body::needed(sign_up, &["signUp", "identifiers"], "array")];
        let identifiers = sign_up.get("identifiers").and_then(Value::as_array);
        for (index, identifier) in identifiers.into_iter().flatten().enumerate() {
            let known = identifier.as_str().is_some_and(|text| IDENTIFIERS.contains(&text));
            let complaint = Complaint::Choice { options: &IDENTIFIERS, received: Some(identifier.clone()) };
            issues.push((!known).then(|| Issue::new(&["signUp", "identifiers"], complaint).at(index)));
        }
        issues.push(body::needed(sign_up, &["signUp", "password"], "boolean"));
        issues.push(body::needed(sign_up, &["signUp", "verify"], "boolean"));
        issues
    })
}

/// The items of a list are texts, which may be empty.
fn texts(members: &Members, name: &str) -> Vec<Option<Issue>> {
    let items = members.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    let odd = items.filter(|(_, item)| !item.is_string());
    odd.map(|(index, item)| Some(Issue::not_a_string(&[name], item).at(index))).collect()
}

fn password_policy(policy: &Members) -> Vec<Option<Issue>> {
    let inner = |name: &str| policy.get(name).and_then(Value::as_object);
    let mut issues: Vec<Option<Issue>> = ["length", "characterTypes", "rejects"]
        .map(|name| body::typed(policy, &["passwordPolicy", name], "object"))
        .into();
    let number = |group: &str, name: &str, most: Option<i64>| {
        let path = ["passwordPolicy", group, name];
        let members = inner(group)?;
        let given = members.get(name).and_then(Value::as_i64);
        let complaint = match given? {
            small if small < 1 => Complaint::TooSmall(1),
            large if most.is_some_and(|most| large > most) => Complaint::TooLarge(most?),
            _ => return None,
        };
        Some(Issue::new(&path, complaint))
    };
    for (group, name, most) in
        [("length", "min", None), ("length", "max", None), ("characterTypes", "min", Some(4))]
    {
        let path = ["passwordPolicy", group, name];
        issues.push(inner(group).and_then(|members| body::typed(members, &path, "number")));
        issues.push(number(group, name, most));
    }
    if let Some(rejects) = inner("rejects") {
        let switches = ["pwned", "repetitionAndSequence", "userInfo"];
        issues.extend(
            switches.map(|name| body::typed(rejects, &["passwordPolicy", "rejects", name], "boolean")),
        );
        issues.push(body::typed(rejects, &["passwordPolicy", "rejects", "words"], "array"));
    }
    issues
}

fn mfa(mfa: &Members) -> Vec<Option<Issue>> {
    let mut issues = vec![body::needed(mfa, &["mfa", "factors"], "array")];
    for (index, factor) in mfa.get("factors").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let known = factor.as_str().is_some_and(|text| FACTORS.contains(&text));
        let complaint = Complaint::Choice { options: &FACTORS, received: Some(factor.clone()) };
        issues.push((!known).then(|| Issue::new(&["mfa", "factors"], complaint).at(index)));
    }
    issues.push(body::needed_choice(mfa, &["mfa", "policy"], &MFA_POLICIES));
    issues
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: Value) -> bool {
        check(body.as_object().unwrap()).is_err()
    }

    #[test]
    fn what_a_console_sends_is_accepted() {
        for body in [
            json!({ "color": { "primaryColor": "#fff", "isDarkModeEnabled": true, "darkPrimaryColor": "#00AAff" } }),
            json!({ "languageInfo": { "autoDetect": true, "fallbackLanguage": "fr" } }),
            json!({ "termsOfUseUrl": null, "privacyPolicyUrl": "", "supportEmail": "help@example.com" }),
            json!({ "passwordPolicy": { "length": { "min": 1 }, "characterTypes": { "min": 4 }, "rejects": {} } }),
            json!({ "mfa": { "policy": "Mandatory", "factors": ["Totp", "BackupCode"] } }),
            json!({ "customCss": null, "customContent": { "/sign-in": "<p>" } }),
        ] {
            assert!(!refused(body.clone()), "{body}");
        }
    }

    #[test]
    fn members_of_the_wrong_structure_are_refused() {
        for body in [
            json!({ "color": { "primaryColor": "#ffff", "isDarkModeEnabled": true, "darkPrimaryColor": "#000" } }),
            json!({ "passwordPolicy": { "length": { "min": 0 } } }),
            json!({ "mfa": { "policy": "Mandatory" } }),
            json!({ "mfa": { "policy": "Mandatory", "factors": ["x"] } }),
            json!({ "signIn": { "methods": ["username"] } }),
            json!({ "socialSignIn": [] }),
            json!({ "supportEmail": 1 }),
        ] {
            assert!(refused(body.clone()), "{body}");
        }
    }
}
