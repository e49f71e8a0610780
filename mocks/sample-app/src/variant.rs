//! Defects of other apps. Every variant is a defect that was shipped, and cites where it was seen.
//! The app has none of them by default.

use serde::{Deserialize, Serialize};

/// A defect of another app or SDK, named after what its code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Logto's endpoint is configured with a trailing slash, and paths are appended verbatim:
    /// `//oidc/…` (Logto's Python SDK, `LogtoClient.py`; ghostfolio#6413).
    ConcatenatesEndpoint,
    /// The path of Logto's endpoint is kept, and `/oidc/…` is appended to it, as Logto's SDKs do
    /// (`appendPath`; with `LOGTO_ENDPOINT=https://…/oidc` every request goes to `/oidc/oidc/…`).
    KeepsEndpointPath,
    /// The session cookie is `Secure` where the browser came over https, and not over plain http
    /// (huggingface/chat-ui#1627).
    SecureOverHttps,
    /// The callback is assumed to be at `/callback`, wherever it is (`handleSignIn` of Logto's
    /// Next.js SDK with search parameters; logto-io/js#968, #701).
    AssumesCallbackPath,
    /// A callback whose address is not exactly the redirect URI, including its query, is shown as
    /// an ordinary page (`isSignInRedirected` of Logto's React SDK).
    IgnoresOtherCallbacks,
    /// All browsers share one storage (default argument of Logto's Python SDK, logto-io/python#33).
    SharesOneStorage,
    /// The callback is handled twice, as by a React effect that runs twice (logto-io/js#476, #520,
    /// #1073).
    HandlesCallbackTwice,
    /// Every sign-in has an item of its own in the session, which only its callback removes: those
    /// that a person abandons pile up (`_state_<name>_<state>` of Authlib; authlib#622).
    PilesUpSignIns,
    /// State and verifier stay in the session after the callback, so that visiting its address
    /// again redeems the code again.
    KeepsSignInSession,
    /// Only ID tokens signed with RS256 are accepted, the default of generic clients (OIDC Core
    /// §3.1.3.7; typebot#1955, logto#4910).
    ExpectsRs256,
    /// Sign In is a form that is posted and answered with 307, which preserves the method
    /// (sqlpage#1133, pac4j#866).
    PostsWith307,
    /// The authorization request is unescaped after it is encoded (`QueryUnescape(Encode())` in
    /// Logto's Go SDK, `core/sign_in.go`).
    UnescapesRequest,
    /// Tokens from a refresh are not stored, as when a Next.js server component cannot set its
    /// cookie (logto-io/js#684, next-auth#11240).
    LosesRefreshedTokens,
    /// The API expects access tokens to be JWTs (logto#4399, #7042).
    ExpectsJwt,
    /// The home page starts a sign-in if the browser is not signed in (angularx-social-login#300).
    ProtectsHome,
}

/// The address after unescaping it as a whole: `&` and `#` within a value then end the value.
pub(crate) fn unescaped(address: &str) -> String {
    let spaced = address.replace('+', " ");
    let bytes = spaced.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| spaced.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            .flatten();
        plain.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_its_escapes_has_other_parameters() {
        let plain = unescaped("http://a/auth?redirect_uri=http%3A%2F%2Fb%2F%3Fx%3D1%26y%3D2&scope=a+b");
        assert_eq!(plain, "http://a/auth?redirect_uri=http://b/?x=1&y=2&scope=a b");
        assert_eq!(unescaped("100%25 %zz %"), "100% %zz %");
    }
}
