//! Proof Key for Code Exchange (RFC 7636), the provider's side.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

use crate::secret;

/// The S256 challenge of a verifier (RFC 7636 §4.2).
#[must_use]
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Whether `verifier` belongs to the S256 `challenge` (RFC 7636 §4.6).
#[must_use]
pub fn verify_s256(challenge: &str, verifier: &str) -> bool {
    secret::equal(challenge, &s256(verifier))
}

/// Why a verifier or a challenge is malformed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Defect {
    /// Shorter than 43 characters.
    #[error("has {0} characters, at least 43 are required")]
    TooShort(usize),
    /// Longer than 128 characters.
    #[error("has {0} characters, at most 128 are allowed")]
    TooLong(usize),
    /// A character other than `A-Z a-z 0-9 - . _ ~`.
    #[error("contains {0:?}, but only letters, digits and - . _ ~ are allowed")]
    Character(char),
}

/// Checks the form of a `code_verifier` (RFC 7636 §4.1).
///
/// # Errors
/// The first defect found: length before characters.
pub fn check_verifier(verifier: &str) -> Result<(), Defect> {
    check(verifier)
}

/// Checks the form of a `code_challenge` (RFC 7636 §4.2, the same as for a verifier).
///
/// # Errors
/// The first defect found: length before characters.
pub fn check_challenge(challenge: &str) -> Result<(), Defect> {
    check(challenge)
}

fn check(text: &str) -> Result<(), Defect> {
    let length = text.chars().count();
    if length < 43 {
        return Err(Defect::TooShort(length));
    }
    if length > 128 {
        return Err(Defect::TooLong(length));
    }
    let unreserved = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    match text.chars().find(|c| !unreserved(*c)) {
        Some(character) => Err(Defect::Character(character)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn agrees_with_the_rfc_example() {
        assert_eq!(s256(VERIFIER), CHALLENGE);
        assert!(verify_s256(CHALLENGE, VERIFIER));
        assert!(!verify_s256(CHALLENGE, &VERIFIER.to_lowercase()));
        assert!(!verify_s256("", VERIFIER));
    }

    #[test]
    fn refuses_wrong_lengths_and_characters() {
        assert_eq!(check_verifier(&"a".repeat(42)), Err(Defect::TooShort(42)));
        assert_eq!(check_verifier(&"a".repeat(43)), Ok(()));
        assert_eq!(check_challenge(&"~".repeat(128)), Ok(()));
        assert_eq!(check_challenge(&"a".repeat(129)), Err(Defect::TooLong(129)));
        assert_eq!(check_verifier(&"-._~".repeat(11)), Ok(()));
        let padded = format!("{CHALLENGE}=");
        assert_eq!(check_challenge(&padded), Err(Defect::Character('=')));
    }
}
