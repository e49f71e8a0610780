//! What other apps do and the guide's does not: every variant is a defect that
//! somebody has shipped, and says where it was seen. The app has none of them
//! unless it is told to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A defect of somebody's app or SDK, by what the code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Logto's endpoint was configured with a slash at its end, and paths are put
    /// behind it as they are: `//oidc/…` (Logto's Python SDK, `LogtoClient.py`; ghostfolio#6413).
    ConcatenatesEndpoint,
    /// The callback is taken to be at `/callback`, wherever it is (`handleSignIn`
    /// of Logto's Next.js SDK with search parameters; logto-io/js#968, #701).
    AssumesCallbackPath,
    /// A callback whose address is not the redirect URI to the letter, its query
    /// included, is shown as an ordinary page (`isSignInRedirected` of Logto's React SDK).
    IgnoresOtherCallbacks,
    /// One storage serves all browsers (default argument of Logto's Python SDK, logto-io/python#33).
    SharesOneStorage,
    /// The callback is handled twice, as by an effect that runs twice (logto-io/js#476, #520, #1073).
    HandlesCallbackTwice,
    /// State and verifier stay in the session after the callback, so that its
    /// address redeems the code again.
    KeepsSignInSession,
    /// Only ID tokens signed with RS256 are taken, the default of generic clients
    /// (OIDC Core §3.1.3.7; typebot#1955, logto#4910).
    ExpectsRs256,
    /// Sign In is a form that is posted and answered with 307, which keeps the
    /// method (sqlpage#1133, pac4j#866).
    PostsWith307,
    /// The authorization request is un-escaped once it is written
    /// (`QueryUnescape(Encode())` in Logto's Go SDK, `core/sign_in.go`).
    UnescapesRequest,
    /// Tokens that a refresh brings are not kept, as where a Next.js server
    /// component cannot write its cookie (logto-io/js#684, next-auth#11240).
    LosesRefreshedTokens,
    /// The API takes access tokens for JWTs (logto#4399, #7042).
    ExpectsJwt,
    /// The home page begins a sign-in for whoever is not signed in (angularx-social-login#300).
    ProtectsHome,
}

/// What is left of an address whose escapes were taken out of the whole of it:
/// `&` and `#` within a value end the value.
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
