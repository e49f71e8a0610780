//! ID tokens of the recordings' provider: RS256, with what the browser requested.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

const KEY_ID: &str = "golden-idp-key";

/// Generating a key takes a tenth of a second, so the process has only one.
static KEY: OnceLock<RsaKeyPair> = OnceLock::new();

fn key() -> &'static RsaKeyPair {
    KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).expect("the crypto library makes RSA keys"))
}

/// The answer to `GET /oauth/jwks`.
pub(super) fn key_set() -> Value {
    let public = key().public_key();
    let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e }] })
}

/// A token with these claims, in which those in `replaced` replace others; null removes a claim.
pub(super) fn signed(claims: Value, replaced: &Map<String, Value>) -> String {
    let Value::Object(mut claims) = claims else { unreachable!("claims are an object") };
    claims.extend(replaced.clone());
    claims.retain(|_, value| !value.is_null());
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "RS256", "kid": KEY_ID });
    let signed = format!("{}.{}", encode(header), encode(Value::Object(claims)));
    let mut signature = vec![0; key().public_modulus_len()];
    key()
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("the crypto library signs");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
