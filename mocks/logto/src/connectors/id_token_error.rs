//! Errors of an ID token, or of the key set that verifies it.

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// Base64url as JavaScript decodes it: with or without padding.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why an ID token is invalid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error("the ID token is not a JWT: {0}")]
    NoJwt(&'static str),
    #[error("the ID token is signed with `{0}`, which is not among the algorithms configured")]
    AlgorithmNotAllowed(String),
    #[error("the ID token is signed with `{0}`, which no key set can verify")]
    AlgorithmUnknown(String),
    #[error("the key set endpoint answered {status}")]
    NoKeySet { status: u16 },
    #[error("the key set is invalid")]
    RubbishKeySet,
    #[error("the key set has {0} keys that fit the ID token; expected one")]
    Keys(usize),
    #[error("the key of the ID token cannot be used")]
    UnusableKey,
    #[error("the signature of the ID token is invalid")]
    Signature,
    #[error("`{claim}` of the ID token is not as expected: {found}")]
    Claim { claim: &'static str, found: Value },
    #[error("the connector's {0} is not a duration")]
    NoLengthOfTime(&'static str),
}
