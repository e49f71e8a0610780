//! The keys that the judge verifies with.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreJsonWebKey, CoreJsonWebKeyType, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm as Algorithm,
};
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId, SignatureVerificationError};
use serde::{Deserialize, Serialize};

/// A key of `openidconnect`, which decides everything about it.
///
/// Its own arithmetic for P-384 is slow, so that aws-lc is asked first whether
/// an ES384 signature is good. One that is not, the library refuses itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Key(CoreJsonWebKey);

impl Key {
    /// The point of a P-384 key, uncompressed (RFC 7518 §6.2.1, SEC 1 §2.3.3).
    fn point(&self) -> Option<Vec<u8>> {
        let members = serde_json::to_value(&self.0).ok()?;
        if members.get("crv")? != "P-384" {
            return None;
        }
        let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(members.get(name)?.as_str()?).ok();
        Some([vec![0x04], coordinate("x")?, coordinate("y")?].concat())
    }
}

impl JsonWebKey for Key {
    type KeyUse = CoreJsonWebKeyUse;
    type SigningAlgorithm = Algorithm;

    fn key_id(&self) -> Option<&JsonWebKeyId> {
        self.0.key_id()
    }

    fn key_type(&self) -> &CoreJsonWebKeyType {
        self.0.key_type()
    }

    fn key_use(&self) -> Option<&CoreJsonWebKeyUse> {
        self.0.key_use()
    }

    fn signing_alg(&self) -> JsonWebKeyAlgorithm<&Algorithm> {
        self.0.signing_alg()
    }

    fn new_symmetric(key: Vec<u8>) -> Self {
        Self(CoreJsonWebKey::new_symmetric(key))
    }

    fn verify_signature(
        &self,
        algorithm: &Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureVerificationError> {
        // That use, type and algorithm of the key fit was checked when it was chosen from the set.
        if *algorithm == Algorithm::EcdsaP384Sha384
            && let Some(point) = self.point()
            && UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature).is_ok()
        {
            return Ok(());
        }
        self.0.verify_signature(algorithm, message, signature)
    }

    fn hash_bytes(&self, bytes: &[u8], algorithm: &Algorithm) -> Result<Vec<u8>, String> {
        self.0.hash_bytes(bytes, algorithm)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_good_signature_is_good_to_the_library_too_and_a_bad_one_to_neither() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let key: Key =
            serde_json::from_value(json!({ "kty": "EC", "crv": "P-384", "alg": "ES384", "x": x, "y": y }))
                .unwrap();
        assert_eq!(key.point().as_deref(), Some(pair.public_key().as_ref()));

        let signature = pair.sign(&SystemRandom::new(), b"a message").unwrap();
        let verify = |message: &[u8], signature: &[u8]| {
            let (ours, theirs) = (
                key.verify_signature(&Algorithm::EcdsaP384Sha384, message, signature),
                key.0.verify_signature(&Algorithm::EcdsaP384Sha384, message, signature),
            );
            assert_eq!(ours.is_ok(), theirs.is_ok());
            ours.is_ok()
        };
        assert!(verify(b"a message", signature.as_ref()));
        assert!(!verify(b"another message", signature.as_ref()));
        assert!(!verify(b"a message", &[0; 96]));
        assert!(!verify(b"a message", b"short"));
    }
}
