//! Why an ID token is not believed.

/// The check of OIDC Core §3.1.3.7 that an ID token fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The header asks for what is not understood (RFC 7515 §4.1.9 to §4.1.11).
    #[error("Unsupported: {0}")]
    Header(String),
    /// `iss`.
    #[error("Invalid issuer: expected `{expected}` (found `{found}`)")]
    Issuer {
        /// The issuer of the discovery document.
        expected: String,
        /// The token's.
        found: String,
    },
    /// `aud`.
    #[error("Invalid audiences: {0}")]
    Audience(String),
    /// `alg` is `none`.
    #[error("Signature verification failed: No signature found")]
    NoSignature,
    /// `alg` is none that the provider announces.
    #[error("Signature verification failed: Disallowed signature algorithm: {0}")]
    DisallowedAlgorithm(String),
    /// `alg` is announced, and nothing here can verify it.
    #[error("Signature verification failed: Unsupported signature algorithm: {0}")]
    UnsupportedAlgorithm(String),
    /// No key has the token's `kid` and is for its `alg`.
    #[error("Signature verification failed: No matching key found")]
    NoMatchingKey,
    /// Several keys are.
    #[error("Signature verification failed: Ambiguous key identification: {0} keys fit")]
    AmbiguousKey(usize),
    /// The key cannot be used.
    #[error("Signature verification failed: Invalid cryptographic key: {0}")]
    InvalidKey(String),
    /// The signature is not that of this key over this token.
    #[error("Signature verification failed: Crypto error: bad signature")]
    BadSignature,
    /// `exp` or `iat`.
    #[error("Expired: {0}")]
    Time(String),
    /// `nonce`.
    #[error("Invalid nonce: {0}")]
    Nonce(&'static str),
}
