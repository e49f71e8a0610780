//! Signing keys, and the key set that publishes them.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use thiserror::Error;

kit::reasons! {
    /// Why a key cannot be generated or used.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(crate) enum KeyError {
        /// The crypto library failed to generate a key.
        #[error("the crypto library could not make the {0} key")]
        Generate(&'static str) => "hf/key-not-made",
        /// The crypto library failed to sign.
        #[error("signing with {algorithm} failed: {reason}")]
        Sign {
            /// Name of the algorithm.
            algorithm: &'static str,
            /// The error of the library.
            reason: String,
        } => "hf/not-signed",
    }
}

/// A public key as defined by RFC 7517, with its members in the usual order.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Jwk {
    kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
}

/// A private key, parsed and checked once: `jsonwebtoken` would do that again for every signature,
/// which for RSA takes longer than signing.
enum Pair {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A private key that signs JWS.
pub(crate) struct SigningKey {
    pair: Pair,
    /// RFC 7638 thumbprint.
    kid: String,
    jwk: Jwk,
}

/// The JOSE header, with its members in the order of the real site.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("alg", &self.jwk.alg)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Signs `claims` as a compact JWS; the header has `alg`, and `kid` if requested.
    pub(crate) fn sign(&self, claims: &impl Serialize, with_kid: bool) -> Result<String, KeyError> {
        let header = Header { alg: self.jwk.alg, kid: with_kid.then_some(self.kid.as_str()) };
        let message = format!("{}.{}", self.part(&header)?, self.part(claims)?);
        let signature = match &self.pair {
            Pair::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
                    .map_err(|error| self.failed(error))?;
                signature
            }
        };
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Encodes a part of a compact serialization (RFC 7515 §7.1).
    fn part(&self, content: &impl Serialize) -> Result<String, KeyError> {
        let json = serde_json::to_vec(content).map_err(|error| self.failed(error))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    fn failed(&self, reason: impl std::fmt::Display) -> KeyError {
        KeyError::Sign { algorithm: self.jwk.alg, reason: reason.to_string() }
    }

    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Generates an Ed25519 key, for access tokens.
    pub(crate) fn ed25519() -> Result<SigningKey, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate("Ed25519"))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let kid = thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        let jwk = Jwk {
            kty: "OKP",
            crv: Some("Ed25519"),
            usage: "sig",
            alg: "EdDSA",
            kid: Some(kid.clone()),
            n: None,
            e: None,
            x: Some(x),
        };
        Ok(SigningKey { pair: Pair::Ed25519(pair), kid, jwk })
    }

    fn rsa_2048() -> Result<SigningKey, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate("RSA"))?;
        let public = pair.public_key();
        let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        let jwk = Jwk {
            kty: "RSA",
            crv: None,
            usage: "sig",
            alg: "RS256",
            kid: Some(kid.clone()),
            n: Some(n),
            e: Some(e),
            x: None,
        };
        Ok(SigningKey { pair: Pair::Rsa(pair), kid, jwk })
    }
}

/// RFC 7638 §3: the SHA-256 of the required members in alphabetical order.
fn thumbprint(members: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

/// The RSA key, shared by the process: generating it takes a tenth of a second, hundreds of times
/// as long as starting a stack. It is generated on first use, because a thread that draws random
/// numbers while a process exits makes the crypto library abort that process.
static RSA: OnceLock<Result<Arc<SigningKey>, KeyError>> = OnceLock::new();

fn rsa_blocking() -> Result<Arc<SigningKey>, KeyError> {
    RSA.get_or_init(|| SigningKey::rsa_2048().map(Arc::new)).clone()
}

/// Generates an RSA key off the executor.
pub(crate) async fn new_rsa() -> Result<Arc<SigningKey>, KeyError> {
    off_the_executor(|| SigningKey::rsa_2048().map(Arc::new)).await
}

/// Runs the work on a new thread. If the system cannot start one, the work blocks other requests
/// instead; tokio's own threads would panic then.
async fn off_the_executor(
    make: fn() -> Result<Arc<SigningKey>, KeyError>,
) -> Result<Arc<SigningKey>, KeyError> {
    let (sender, made) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("rsa-key".to_owned());
    // If the request was dropped, the receiver is gone.
    match thread.spawn(move || drop(sender.send(make()))) {
        Ok(_) => made.await.unwrap_or(Err(KeyError::Generate("RSA"))),
        Err(_) => make(),
    }
}

/// The RSA key of id_tokens; waits off the executor while it is generated.
pub(crate) async fn rsa() -> Result<Arc<SigningKey>, KeyError> {
    match RSA.get() {
        Some(key) => key.clone(),
        None => off_the_executor(rsa_blocking).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kids_are_thumbprints_of_43_characters() {
        let first = SigningKey::ed25519().unwrap();
        assert_eq!(first.kid.len(), 43);
        assert_ne!(first.kid, SigningKey::ed25519().unwrap().kid, "a new key each time");
    }

    #[test]
    fn the_header_holds_alg_and_kid_only() {
        let key = SigningKey::ed25519().unwrap();
        let header = |with_kid| {
            let token = key.sign(&serde_json::json!({}), with_kid).unwrap();
            let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
            String::from_utf8(header).unwrap()
        };
        assert_eq!(header(false), r#"{"alg":"EdDSA"}"#);
        assert_eq!(header(true), format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, key.kid));
    }

    #[test]
    fn a_signature_is_verified_with_the_published_key() {
        use jsonwebtoken::{Algorithm, DecodingKey, Validation};
        let ed = SigningKey::ed25519().unwrap();
        let rsa = rsa_blocking().unwrap();
        let member = |member: &Option<String>| member.clone().unwrap();
        let cases = [
            (&ed, Algorithm::EdDSA, DecodingKey::from_ed_components(&member(&ed.jwk.x))),
            (
                &*rsa,
                Algorithm::RS256,
                DecodingKey::from_rsa_components(&member(&rsa.jwk.n), &member(&rsa.jwk.e)),
            ),
        ];
        for (key, algorithm, decoding) in cases {
            let token = key.sign(&serde_json::json!({ "sub": "a+b %c" }), true).unwrap();
            let mut validation = Validation::new(algorithm);
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            let decoded =
                jsonwebtoken::decode::<serde_json::Value>(&token, &decoding.unwrap(), &validation).unwrap();
            assert_eq!(decoded.claims["sub"], "a+b %c");
        }
    }

    #[tokio::test]
    async fn the_rsa_key_is_generated_once() {
        let (first, second) = (rsa().await.unwrap(), rsa().await.unwrap());
        assert!(Arc::ptr_eq(&first, &second));
    }
}
