//! Reasons to reject an ID token. The wording follows `openidconnect`.

/// The check of OIDC Core §3.1.3.7 that an ID token fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The header requires unsupported processing (RFC 7515 §4.1.9 to §4.1.11).
    #[error("Unsupported: {0}")]
    Header(String),
    /// `iss` is not the expected issuer.
    #[error("Invalid issuer: expected `{expected}` (found `{found}`)")]
    Issuer {
        /// The issuer of the discovery document.
        expected: String,
        /// `iss` of the token.
        found: String,
    },
    /// `aud` does not name the app, or names another audience as well.
    #[error("Invalid audiences: {0}")]
    Audience(String),
    /// `alg` is `none`.
    #[error("Signature verification failed: No signature found")]
    NoSignature,
    /// `alg` is not announced by the provider.
    #[error("Signature verification failed: Disallowed signature algorithm: {0}")]
    DisallowedAlgorithm(String),
    /// `alg` is announced, but not supported here.
    #[error("Signature verification failed: Unsupported signature algorithm: {0}")]
    UnsupportedAlgorithm(String),
    /// No key has the token's `kid` and supports its `alg`.
    #[error("Signature verification failed: No matching key found")]
    NoMatchingKey,
    /// Several keys fit; the field counts them.
    #[error("Signature verification failed: Ambiguous key identification: {0} keys fit")]
    AmbiguousKey(usize),
    /// The key cannot be used.
    #[error("Signature verification failed: Invalid cryptographic key: {0}")]
    InvalidKey(String),
    /// The signature does not match the key and the token.
    #[error("Signature verification failed: Crypto error: bad signature")]
    BadSignature,
    /// `exp` or `iat` is out of range.
    #[error("Expired: {0}")]
    Time(String),
    /// `nonce` is missing, or is not that of the request.
    #[error("Invalid nonce: {0}")]
    Nonce(&'static str),
}
