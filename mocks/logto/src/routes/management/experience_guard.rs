//! The structure of a sign-in experience (contract §4, §14 "Sign-in experience"), in the order of
//! Logto's schema: `sign_in_experiences.sql`, `sign-in-experience.ts` and the route.

use serde_json::Value;

use crate::connectors::is_language;
use crate::routes::email::is_strict_email;
use crate::wire::Guard::{
    Anything, Checked, Choice, Either, Flag, List, Nullable, Number, Object, Only, Optional, Record, Text,
};
use crate::wire::{Bound, Complaint, Guard, Issue, Rule};

static TEXT: Guard = Text(&[]);
static FLAG: Guard = Flag;
static TEXTS: Guard = List(&TEXT);
static NUMBER: Guard = Number(&[]);

/// The body of `PATCH /sign-in-exp`.
pub(super) static GUARD: Guard = Object(&[
    ("color", Optional(&COLOR)),
    ("branding", Optional(&BRANDING)),
    ("hideLogtoBranding", Optional(&FLAG)),
    ("languageInfo", Optional(&LANGUAGE)),
    ("agreeToTermsPolicy", Optional(&Choice(&["Automatic", "ManualRegistrationOnly", "Manual"]))),
    ("signIn", Optional(&SIGN_IN)),
    ("signUp", Optional(&SIGN_UP)),
    ("socialSignIn", Optional(&SOCIAL)),
    ("socialSignInConnectorTargets", Optional(&TEXTS)),
    ("signInMode", Optional(&Choice(&["SignIn", "Register", "SignInAndRegister"]))),
    ("customCss", Optional(&Nullable(&TEXT))),
    ("customContent", Optional(&Record(&TEXT))),
    ("customUiAssets", Optional(&Nullable(&ASSETS))),
    ("customUiCsp", Optional(&Object(&[("scriptSrc", Optional(&TEXTS)), ("connectSrc", Optional(&TEXTS))]))),
    ("passwordPolicy", Optional(&PASSWORDS)),
    ("mfa", Optional(&MFA)),
    ("adaptiveMfa", Optional(&SWITCH)),
    ("singleSignOnEnabled", Optional(&FLAG)),
    ("captchaPolicy", Optional(&SWITCH)),
    (
        "sentinelPolicy",
        Optional(&Object(&[("maxAttempts", Optional(&NUMBER)), ("lockoutDuration", Optional(&NUMBER))])),
    ),
    ("emailBlocklistPolicy", Optional(&BLOCKLIST)),
    (
        "forgotPasswordMethods",
        Optional(&Nullable(&List(&Choice(&["EmailVerificationCode", "PhoneVerificationCode"])))),
    ),
    ("passkeySignIn", Optional(&PASSKEYS)),
    ("signUpProfileFields", Optional(&Nullable(&List(&Object(&[("name", Text(&[]))]))))),
    ("usernamePolicy", Optional(&USERNAMES)),
    ("termsOfUseUrl", Optional(&ADDRESS)),
    ("privacyPolicyUrl", Optional(&ADDRESS)),
    (
        "supportEmail",
        Optional(&Either(&[Nullable(&Optional(&Text(&[Rule::Email(is_strict_email)]))), Only("")])),
    ),
    ("supportWebsiteUrl", Optional(&ADDRESS)),
    ("unknownSessionRedirectUrl", Optional(&ADDRESS)),
    ("passwordExpiration", Optional(&EXPIRATION)),
    ("verificationCodePolicy", Optional(&CODES)),
]);

/// An address, nothing, or null.
pub(super) static ADDRESS: Guard = Either(&[Nullable(&Optional(&Text(&[Rule::Url]))), Only("")]);

/// `enabled`, and nothing else.
static SWITCH: Guard = Object(&[("enabled", Optional(&FLAG))]);

static COLOR: Guard = Object(&[
    ("primaryColor", Text(&[Rule::Fits(is_hex_color)])),
    ("isDarkModeEnabled", Flag),
    ("darkPrimaryColor", Text(&[Rule::Fits(is_hex_color)])),
]);

/// `#` and three or six hexadecimal digits.
pub(super) fn is_hex_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.chars().all(|digit| digit.is_ascii_hexdigit())
    })
}

static URL: Guard = Text(&[Rule::Url]);

pub(super) static BRANDING: Guard = Object(&[
    ("logoUrl", Optional(&URL)),
    ("darkLogoUrl", Optional(&URL)),
    ("favicon", Optional(&URL)),
    ("darkFavicon", Optional(&URL)),
]);

static LANGUAGE: Guard = Object(&[
    ("autoDetect", Flag),
    // Logto's own check refuses every other value, and a missing one.
    ("fallbackLanguage", Checked(&Anything, unknown_language)),
]);

fn unknown_language(tag: &Value) -> Option<Issue> {
    (!tag.as_str().is_some_and(is_language)).then(|| Issue::new(&[], Complaint::Custom))
}

const IDENTIFIERS: &[&str] = &["username", "email", "phone"];

static SIGN_IN: Guard = Object(&[(
    "methods",
    List(&Object(&[
        ("identifier", Choice(IDENTIFIERS)),
        ("password", Flag),
        ("verificationCode", Flag),
        ("isPasswordPrimary", Flag),
    ])),
)]);

static SIGN_UP: Guard = Object(&[
    ("identifiers", List(&Choice(IDENTIFIERS))),
    ("password", Flag),
    ("verify", Flag),
    (
        "secondaryIdentifiers",
        Optional(&List(&Object(&[
            ("identifier", Either(&[Choice(IDENTIFIERS), Choice(&["emailOrPhone"])])),
            ("verify", Optional(&FLAG)),
        ]))),
    ),
]);

static SOCIAL: Guard =
    Object(&[("automaticAccountLinking", Optional(&FLAG)), ("skipRequiredIdentifiers", Optional(&FLAG))]);

static ASSETS: Guard = Object(&[("id", Text(&[])), ("createdAt", Number(&[]))]);

static POSITIVE: Guard = Number(&[Bound::Whole, Bound::Least(1)]);

static PASSWORDS: Guard = Object(&[
    ("length", Optional(&Object(&[("min", Optional(&POSITIVE)), ("max", Optional(&POSITIVE))]))),
    (
        "characterTypes",
        Optional(&Object(&[("min", Optional(&Number(&[Bound::Whole, Bound::Least(1), Bound::Most(4)])))])),
    ),
    (
        "rejects",
        Optional(&Object(&[
            ("pwned", Optional(&FLAG)),
            ("repetitionAndSequence", Optional(&FLAG)),
            ("userInfo", Optional(&FLAG)),
            ("words", Optional(&TEXTS)),
        ])),
    ),
]);

static MFA: Guard = Object(&[
    (
        "factors",
        List(&Choice(&["Totp", "WebAuthn", "BackupCode", "EmailVerificationCode", "PhoneVerificationCode"])),
    ),
    (
        "policy",
        Choice(&[
            "UserControlled",
            "Mandatory",
            "PromptOnlyAtSignIn",
            "PromptAtSignInAndSignUp",
            "NoPrompt",
            "PromptAtSignInAndSignUpMandatory",
            "PromptOnlyAtSignInMandatory",
        ]),
    ),
    ("organizationRequiredMfaPolicy", Optional(&Choice(&["NoPrompt", "Mandatory"]))),
]);

static BLOCKLIST: Guard = Object(&[
    ("blockDisposableAddresses", Optional(&FLAG)),
    ("blockSubaddressing", Optional(&FLAG)),
    ("customAllowlist", Optional(&TEXTS)),
    ("customBlocklist", Optional(&TEXTS)),
]);

static PASSKEYS: Guard = Object(&[
    ("enabled", Optional(&FLAG)),
    ("showPasskeyButton", Optional(&FLAG)),
    ("allowAutofill", Optional(&FLAG)),
]);

static USERNAMES: Guard = Checked(
    &Object(&[
        ("caseSensitive", Flag),
        ("minLength", Number(&[Bound::Whole, Bound::Least(1), Bound::Most(128)])),
        ("maxLength", Number(&[Bound::Whole, Bound::Least(1), Bound::Most(128)])),
        (
            "allowedChars",
            Object(&[("lowercase", Flag), ("uppercase", Flag), ("numbers", Flag), ("underscore", Flag)]),
        ),
    ]),
    impossible_usernames,
);

fn impossible_usernames(policy: &Value) -> Option<Issue> {
    let length = |name: &str| policy[name].as_i64().unwrap_or_default();
    let said = |member, words| Some(Issue::new(&[member], Complaint::Said(words)));
    if length("minLength") > length("maxLength") {
        return said("maxLength", "Minimum length cannot exceed maximum length.");
    }
    let none =
        ["lowercase", "uppercase", "underscore"].iter().all(|kind| policy["allowedChars"][kind] != true);
    let words = "At least one of lowercase, uppercase, or underscore must be enabled. Usernames cannot start \
                 with a number, so numbers alone are not allowed.";
    if none { said("allowedChars", words) } else { None }
}

/// Either off, or on with a number of days.
static EXPIRATION: Guard = Either(&[
    Object(&[("enabled", Optional(&Guard::Is(false)))]),
    Object(&[
        ("enabled", Guard::Is(true)),
        ("validPeriodDays", Number(&[Bound::Whole, Bound::Least(1)])),
        ("enabledAt", Optional(&Number(&[Bound::Whole, Bound::Least(0)]))),
    ]),
]);

static CODES: Guard = Object(&[
    ("expirationDuration", Optional(&Number(&[Bound::Whole, Bound::Least(60), Bound::Most(3600)]))),
    ("maxRetryAttempts", Optional(&Number(&[Bound::Whole, Bound::Least(1), Bound::Most(100)]))),
]);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: Value) -> bool {
        GUARD.parse(body).is_err()
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
