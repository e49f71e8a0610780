//! Which page an address is, as the router of Logto's page decides (`App.tsx` of its experience app).

use percent_encoding::percent_decode_str;
use url::Url;

/// A page of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/sign-in` and `/register`: the only ones with social buttons.
    First { registers: bool },
    /// `/identifier-sign-in` and `/identifier-register`: only a form.
    Form { registers: bool },
    /// Where a provider sends the person.
    Callback(String),
    /// The same, once the page has taken note of the query.
    SocialCallback(String),
    /// A sign-in that begins without a click; the target, if it is one of a social connector.
    Direct(Option<String>),
    /// Asks to authorize a third-party application.
    Consent,
    /// Asks whether to link an account.
    Link(String),
    /// Asks for more of the person.
    Continue(String),
    /// Another page, without social buttons.
    Other,
    /// No page: an error is shown.
    Nowhere,
}

/// The other pages.
const OTHERS: [&str; 17] = [
    "account-suspended",
    "create-passkey",
    "device",
    "device/success",
    "forgot-password",
    "forgot-password/reset",
    "mfa-onboarding",
    "one-time-token",
    "register/password",
    "reset-password",
    "sign-in/passkey",
    "sign-in/password",
    "sign-in/verification-methods",
    "single-sign-on",
    "single-sign-on/connectors",
    "single-sign-on/email",
    "switch-account",
];

/// The names of the pages that a direct sign-in can fall back to, and their paths (`experience.routes`).
const NAMES: [(&str, &str); 11] = [
    ("signIn", "/sign-in"),
    ("register", "/register"),
    ("sso", "/single-sign-on"),
    ("consent", "/consent"),
    ("device", "/device"),
    ("resetPassword", "/reset-password"),
    ("identifierSignIn", "/identifier-sign-in"),
    ("identifierRegister", "/identifier-register"),
    ("switchAccount", "/switch-account"),
    ("oneTimeToken", "/one-time-token"),
    ("accountSuspended", "/account-suspended"),
];

impl Route {
    pub(super) fn of(address: &Url) -> Self {
        let path = address.path().trim_matches('/');
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        match path.split('/').collect::<Vec<_>>()[..] {
            ["sign-in"] => Self::First { registers: false },
            ["register"] => Self::First { registers: true },
            ["identifier-sign-in"] => Self::Form { registers: false },
            ["identifier-register"] => Self::Form { registers: true },
            ["callback", id] => Self::Callback(decoded(id)),
            ["callback", "social", id] => Self::SocialCallback(decoded(id)),
            ["direct", "social", target] => Self::Direct(Some(decoded(target))),
            ["direct", _] | ["direct", _, _] => Self::Direct(None),
            ["consent"] => Self::Consent,
            ["social", "link", id] => Self::Link(decoded(id)),
            ["continue", kind] => Self::Continue(decoded(kind)),
            ["social", "landing", _] | [_, "verification-code"] => Self::Other,
            ["mfa-binding" | "mfa-verification"] | ["mfa-binding" | "mfa-verification", _] => Self::Other,
            _ if OTHERS.contains(&path) => Self::Other,
            _ => Self::Nowhere,
        }
    }
}

/// Where a direct sign-in that is not possible leads. The page looks its `fallback` up among the *names* of
/// its pages, while the server sends *paths*: only `register`, `consent` and `device` are both.
pub(super) fn fallback(address: &Url) -> &'static str {
    let wanted = address.query_pairs().find(|(name, _)| name == "fallback").map(|(_, name)| name);
    NAMES.iter().find(|(name, _)| wanted.as_deref() == Some(*name)).map_or("/sign-in", |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_pages_have_social_buttons() {
        let route = |path: &str| Route::of(&Url::parse("http://localhost:3001").unwrap().join(path).unwrap());
        assert_eq!(route("/sign-in?app_id=a"), Route::First { registers: false });
        assert_eq!(route("/register"), Route::First { registers: true });
        assert_eq!(route("/callback/h%20f?code=c"), Route::Callback("h f".to_owned()));
        assert_eq!(route("/callback/social/hf"), Route::SocialCallback("hf".to_owned()));
        assert_eq!(route("/direct/social/huggingface"), Route::Direct(Some("huggingface".to_owned())));
        assert_eq!(route("/direct/huggingface"), Route::Direct(None));
        for path in ["/sign-in/password", "/mfa-binding/Totp", "/register/verification-code"] {
            assert_eq!(route(path), Route::Other, "{path}");
        }
        for path in ["/", "/unknown-session", "/nonsense", "/sign-in/nonsense", "/direct"] {
            assert_eq!(route(path), Route::Nowhere, "{path}");
        }
    }

    #[test]
    fn a_fallback_is_the_name_of_a_page() {
        let of = |name: &str| fallback(&Url::parse(&format!("http://x/direct/a?fallback={name}")).unwrap());
        assert_eq!(of("register"), "/register");
        assert_eq!(of("identifierSignIn"), "/identifier-sign-in");
        // What the server sends for `first_screen=identifier:sign_in`.
        assert_eq!(of("identifier-sign-in"), "/sign-in");
    }
}
