//! Key sets of providers (RFC 7517), and verification with their keys (RFC 7518 §3).

use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use serde_json::{Map, Value};

use super::id_token_error::{IdTokenError, LENIENT};

/// A signature algorithm with a private key; key sets contain no others.
#[derive(Clone, Copy)]
pub(super) struct Algorithm {
    name: &'static str,
    family: Family,
}

#[derive(Clone, Copy)]
enum Family {
    Rsa(&'static RsaParameters),
    /// Curve, and number of bytes of a coordinate.
    Ec(&'static EcdsaVerificationAlgorithm, &'static str, usize),
    Ed25519,
}

static ALGORITHMS: [Algorithm; 11] = [
    Algorithm { name: "RS256", family: Family::Rsa(&RSA_PKCS1_2048_8192_SHA256) },
    Algorithm { name: "RS384", family: Family::Rsa(&RSA_PKCS1_2048_8192_SHA384) },
    Algorithm { name: "RS512", family: Family::Rsa(&RSA_PKCS1_2048_8192_SHA512) },
    Algorithm { name: "PS256", family: Family::Rsa(&RSA_PSS_2048_8192_SHA256) },
    Algorithm { name: "PS384", family: Family::Rsa(&RSA_PSS_2048_8192_SHA384) },
    Algorithm { name: "PS512", family: Family::Rsa(&RSA_PSS_2048_8192_SHA512) },
    Algorithm { name: "ES256", family: Family::Ec(&ECDSA_P256_SHA256_FIXED, "P-256", 32) },
    Algorithm { name: "ES384", family: Family::Ec(&ECDSA_P384_SHA384_FIXED, "P-384", 48) },
    Algorithm { name: "ES512", family: Family::Ec(&ECDSA_P521_SHA512_FIXED, "P-521", 66) },
    Algorithm { name: "EdDSA", family: Family::Ed25519 },
    Algorithm { name: "Ed25519", family: Family::Ed25519 },
];

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        ALGORITHMS.into_iter().find(|known| known.name == name)
    }

    /// Type and curve of the key.
    fn key(self) -> (&'static str, Option<&'static str>) {
        match self.family {
            Family::Rsa(_) => ("RSA", None),
            Family::Ec(_, curve, _) => ("EC", Some(curve)),
            Family::Ed25519 => ("OKP", Some("Ed25519")),
        }
    }
}

/// A key set.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Map<String, Value>>);

/// A key of a set.
#[derive(Debug)]
pub(super) struct Key<'a>(&'a Map<String, Value>);

impl KeySet {
    /// A set is an object with a list of objects.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut set: Value = serde_json::from_str(text).ok()?;
        let keys = match set.get_mut("keys")?.take() {
            Value::Array(keys) => keys,
            _ => return None,
        };
        let object = |key| match key {
            Value::Object(members) => Some(members),
            _ => None,
        };
        keys.into_iter().map(object).collect::<Option<_>>().map(Self)
    }

    /// The one key that may have signed with this algorithm, and that has this id if the token has
    /// one.
    pub(super) fn key(&self, algorithm: Algorithm, id: Option<&str>) -> Result<Key<'_>, IdTokenError> {
        let (kind, curve) = algorithm.key();
        let fits = |key: &&Map<String, Value>| {
            let text = |name: &str| key.get(name).and_then(Value::as_str);
            let operations = key.get("key_ops").and_then(Value::as_array);
            text("kty") == Some(kind)
                && id.is_none_or(|id| text("kid") == Some(id))
                && text("alg").is_none_or(|name| name == algorithm.name)
                && text("use").is_none_or(|purpose| purpose == "sig")
                && operations.is_none_or(|names| names.iter().any(|name| name == "verify"))
                && curve.is_none_or(|curve| text("crv") == Some(curve))
        };
        let mut fitting = self.0.iter().filter(fits);
        match (fitting.next(), fitting.count()) {
            (Some(key), 0) => Ok(Key(key)),
            (found, more) => Err(IdTokenError::Keys(more + usize::from(found.is_some()))),
        }
    }
}

impl Key<'_> {
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), IdTokenError> {
        let member = |name: &str| {
            let text = self.0.get(name).and_then(Value::as_str);
            text.and_then(|text| LENIENT.decode(text).ok()).ok_or(IdTokenError::UnusableKey)
        };
        let held = match algorithm.family {
            Family::Rsa(parameters) => {
                let (n, e) = (member("n")?, member("e")?);
                RsaPublicKeyComponents { n, e }.verify(parameters, signed, signature)
            }
            Family::Ec(parameters, _, size) => {
                let (x, y) = (member("x")?, member("y")?);
                if x.len() != size || y.len() != size {
                    return Err(IdTokenError::UnusableKey);
                }
                // Uncompressed point (SEC 1 §2.3.3).
                verify(parameters, &[&[4], &x[..], &y[..]].concat(), signed, signature)
            }
            Family::Ed25519 => verify(&ED25519, &member("x")?, signed, signature),
        };
        held.map_err(|_| IdTokenError::Signature)
    }
}

fn verify(
    parameters: &'static dyn signature::VerificationAlgorithm,
    key: &[u8],
    signed: &[u8],
    signature: &[u8],
) -> Result<(), aws_lc_rs::error::Unspecified> {
    UnparsedPublicKey::new(parameters, key).verify(signed, signature)
}
