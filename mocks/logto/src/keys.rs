//! The signing keys of a tenant: EC P-384, as seeded (contract §1.2).

mod ring;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value, json};

pub use ring::TenantKey;
pub(crate) use ring::{KeyError, SigningKeys};

/// A key pair, with the public key as a JWK.
pub(crate) struct SigningKey {
    pair: EcdsaKeyPair,
    decoding: DecodingKey,
    kid: String,
    jwk: Value,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Generates a key.
    ///
    /// # Panics
    /// If the crypto library cannot generate a key, because nothing works without one.
    pub(crate) fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
            .expect("the crypto library makes P-384 keys");
        let point = pair.public_key().as_ref();
        // Uncompressed point: 0x04, then x and y of 48 bytes each (SEC 1 §2.3.3).
        let (x, y) = point[1..].split_at(48);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // RFC 7638 §3: required members, in lexicographic order, without white space.
        let members = format!(r#"{{"crv":"P-384","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()));
        let jwk =
            json!({ "kty": "EC", "use": "sig", "kid": kid, "alg": "ES384", "crv": "P-384", "x": x, "y": y });
        let decoding = DecodingKey::from_ec_components(&x, &y).expect("its own coordinates are valid");
        Self { pair, decoding, kid, jwk }
    }

    /// The public key.
    pub(crate) fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The key id in tokens and key sets.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// A signed JWT; with `typ` only if Logto sends one (contract §1.6).
    pub(crate) fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!("ES384"));
        if let Some(typ) = typ {
            header.insert("typ".to_owned(), json!(typ));
        }
        header.insert("kid".to_owned(), json!(self.kid));
        let encode = |value: &str| URL_SAFE_NO_PAD.encode(value);
        let signed =
            format!("{}.{}", encode(&Value::Object(header).to_string()), encode(&claims.to_string()));
        let signature =
            self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("the crypto library signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a JWT with a valid signature; its times are not checked.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::ES384);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<Value>(token, &self.decoding, &validation).ok().map(|data| data.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_without_a_type_and_verifies_only_its_own() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let token = key.sign(None, &json!({ "sub": "u" }));
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header, json!({ "alg": "ES384", "kid": key.jwk()["kid"] }));
        assert_eq!(key.verify(&token).unwrap(), json!({ "sub": "u" }));
        assert_eq!(other.verify(&token), None);
        assert_eq!(key.jwk()["kid"].as_str().unwrap().len(), 43);
    }
}
