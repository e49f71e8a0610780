//! The provider's keys, and how a token selects one.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::refusal::Refusal;

/// A key set (RFC 7517 §5).
#[derive(Debug, Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

impl KeySet {
    /// The one key that may have made a signature of this algorithm. A token without `kid` selects
    /// a key only if exactly one fits (OIDC Core §10.1).
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, Refusal> {
        // Keys of unsupported types are skipped (RFC 7517 §5).
        let readable = self.keys.iter().filter_map(|key| Jwk::deserialize(key).ok());
        let mut fitting = readable.filter(|key| fits(key, kid, algorithm));
        match (fitting.next(), fitting.count()) {
            (None, _) => Err(Refusal::NoMatchingKey),
            (Some(key), 0) => {
                DecodingKey::from_jwk(&key).map_err(|error| Refusal::InvalidKey(error.to_string()))
            }
            (Some(_), others) => Err(Refusal::AmbiguousKey(others + 1)),
        }
    }
}

/// Whether the key has this id and supports signatures of this algorithm.
fn fits(key: &Jwk, kid: Option<&str>, algorithm: Algorithm) -> bool {
    let Jwk { common, algorithm: parameters } = key;
    let of_type = matches!(
        (parameters, algorithm.family()),
        (AlgorithmParameters::RSA(_), AlgorithmFamily::Rsa)
            | (AlgorithmParameters::EllipticCurve(_), AlgorithmFamily::Ec)
            | (AlgorithmParameters::OctetKeyPair(_), AlgorithmFamily::Ed)
    );
    of_type
        && (kid.is_none() || kid == common.key_id.as_deref())
        && common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
        && common.key_algorithm.is_none_or(|only| only == KeyAlgorithm::from(algorithm))
}
