//! The rules of every hop by name, and what breaks them.

/// A rule of every hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Tokens and secrets in an address end up in logs and histories
    /// (RFC 6750 §5.3, RFC 6749 §2.3.1). `id_token_hint` is the exception that
    /// OpenID Connect RP-Initiated Logout makes.
    NoSecretInAddress,
    /// A redirect that carries a code must not be kept by a cache (RFC 9700 §4.3.1).
    CodesAreNotCached,
    /// A JSON answer with a token says `no-store` (RFC 6749 §5.1).
    TokensAreNotCached,
    /// An answer that sets a cookie is not shared with others by a cache (RFC 9111 §7.3).
    CookiesAreNotCached,
    /// An authorization response returns the `state` of its request (RFC 6749 §4.1.2).
    StateIsReturned,
    /// An authorization response names who gave it, and nobody else (RFC 9207 §2).
    IssuerIsNamed,
}

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// What was seen, and which rule says that it must not be.
    pub what: String,
}
