//! The rules of every hop by name, and what violates them.

/// A rule that every hop must obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Tokens and secrets must not appear in a URL, because URLs end up in logs and histories (RFC
    /// 6750 §5.3, RFC 6749 §2.3.1). The exception is `id_token_hint`, which OpenID Connect
    /// RP-Initiated Logout allows.
    NoSecretInAddress,
    /// A cache must not store a redirect that carries a code (RFC 9700 §4.3.1).
    CodesAreNotCached,
    /// A JSON response with a token has `no-store` (RFC 6749 §5.1).
    TokensAreNotCached,
    /// A cache must not share a response that sets a cookie (RFC 9111 §7.3).
    CookiesAreNotCached,
    /// An authorization response returns the `state` of its request (RFC 6749 §4.1.2).
    StateIsReturned,
    /// An authorization response names its own issuer, and no other (RFC 9207 §2).
    IssuerIsNamed,
}

/// A violation of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule that was violated.
    pub rule: Rule,
    /// What was seen, and which specification forbids it.
    pub what: String,
}
