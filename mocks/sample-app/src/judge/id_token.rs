//! Parses an ID token and runs the checks of OIDC Core §3.1.3.7 in the order of that list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};

use super::JudgeError;
use super::expected::Expected;
use super::keys::KeySet;
use super::refusal::Refusal;

/// Seconds by which the clocks of app and Logto may differ; the same as in the SDK.
const LEEWAY: f64 = 60.0;

/// A token that is parsed but not yet checked.
struct IdToken<'a> {
    header: Header,
    claims: Claims,
    /// The signed part of the token, followed by the signature.
    signed: &'a str,
    signature: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    crit: Option<Vec<String>>,
}

/// The claims that a token must have (OIDC Core §2), and the optional ones that are checked.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[expect(dead_code, reason = "it must be present; its value is not checked")]
    sub: String,
    #[serde(default)]
    aud: Audiences,
    exp: f64,
    iat: f64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audiences {
    One(String),
    Several(Vec<String>),
}

impl Default for Audiences {
    fn default() -> Self {
        Self::Several(vec![])
    }
}

impl Audiences {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(audience) => std::slice::from_ref(audience),
            Self::Several(audiences) => audiences,
        }
    }
}

/// Checks an ID token with the provider's key set.
pub(super) fn judge(token: &str, keys: &str, expected: &Expected<'_>) -> Result<(), JudgeError> {
    let keys: KeySet = serde_json::from_str(keys).map_err(JudgeError::Keys)?;
    let token = IdToken::parse(token).map_err(JudgeError::Token)?;
    token.check(&keys, expected).map_err(JudgeError::Claims)
}

impl<'a> IdToken<'a> {
    fn parse(token: &'a str) -> Result<Self, serde_json::Error> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(serde_json::Error::custom(format!("it has {} parts, expected 3", parts.len())));
        };
        URL_SAFE_NO_PAD.decode(signature).map_err(|error| unreadable("signature", error))?;
        let signed = &token[..header.len() + 1 + claims.len()];
        Ok(Self { header: part("header", header)?, claims: part("claims", claims)?, signed, signature })
    }

    fn check(&self, keys: &KeySet, expected: &Expected<'_>) -> Result<(), Refusal> {
        self.check_header()?;
        self.check_issuer(expected.issuer)?;
        self.check_audiences(expected.app_id)?;
        self.check_signature(keys, expected)?;
        #[expect(clippy::cast_precision_loss, reason = "a time in seconds is far below 2^53")]
        let now = expected.now as f64;
        self.check_expiry(now)?;
        self.check_age(now)?;
        self.check_nonce(expected.nonce)
    }

    fn check_header(&self) -> Result<(), Refusal> {
        let Header { typ, cty, crit, .. } = &self.header;
        if let Some(typ) = typ {
            let lower = typ.to_lowercase();
            // `application/` may be omitted (RFC 7515 §4.1.9).
            if !["jwt", "jose"].contains(&lower.strip_prefix("application/").unwrap_or(&lower)) {
                return Err(Refusal::Header(format!("unexpected or unsupported JWT type `{typ}`")));
            }
        }
        if let Some(cty) = cty {
            return Err(Refusal::Header(format!("unexpected or unsupported JWT content type `{cty}`")));
        }
        match crit {
            Some(_) => Err(Refusal::Header("critical JWT header fields are unsupported".to_owned())),
            None => Ok(()),
        }
    }

    fn check_issuer(&self, expected: &str) -> Result<(), Refusal> {
        if self.claims.iss == expected {
            return Ok(());
        }
        Err(Refusal::Issuer { expected: expected.to_owned(), found: self.claims.iss.clone() })
    }

    /// The only audience is the app: it trusts no other. `azp` is left to the extensions that use
    /// it.
    fn check_audiences(&self, app_id: &str) -> Result<(), Refusal> {
        let audiences = self.claims.aud.as_slice();
        if !audiences.iter().any(|audience| audience == app_id) {
            let found: Vec<String> = audiences.iter().map(|audience| format!("`{audience}`")).collect();
            let found = found.join(", ");
            return Err(Refusal::Audience(format!("must contain `{app_id}` (found audiences: {found})")));
        }
        match audiences.iter().find(|audience| *audience != app_id) {
            Some(other) => Err(Refusal::Audience(format!("`{other}` is not a trusted audience"))),
            None => Ok(()),
        }
    }

    /// The algorithm must be one of the expected ones, and the key must fit it; the token alone
    /// decides neither.
    fn check_signature(&self, keys: &KeySet, expected: &Expected<'_>) -> Result<(), Refusal> {
        let Header { alg, kid, .. } = &self.header;
        if alg == "none" {
            return Err(Refusal::NoSignature);
        }
        if !expected.algorithms.contains(alg) {
            let expected = expected.algorithms.join(", ");
            return Err(Refusal::DisallowedAlgorithm(format!("algorithm `{alg}` is not one of: {expected}")));
        }
        let algorithm: Algorithm =
            alg.parse().map_err(|_unknown| Refusal::UnsupportedAlgorithm(alg.clone()))?;
        let key = match (algorithm.family(), expected.app_secret) {
            (AlgorithmFamily::Hmac, Some(secret)) => DecodingKey::from_secret(secret.as_bytes()),
            (AlgorithmFamily::Hmac, None) => {
                let why = "symmetric signatures are disallowed for public clients".to_owned();
                return Err(Refusal::DisallowedAlgorithm(why));
            }
            _ => keys.find(kid.as_deref(), algorithm)?,
        };
        let verified = jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), &key, algorithm);
        match verified {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refusal::BadSignature),
            Err(error) => Err(Refusal::InvalidKey(error.to_string())),
        }
    }

    fn check_expiry(&self, now: f64) -> Result<(), Refusal> {
        let end = self.claims.exp;
        if now < end {
            return Ok(());
        }
        Err(Refusal::Time(format!("ID token expired {} seconds ago", now - end)))
    }

    /// The SDK accepts a token that was issued within a minute of now.
    fn check_age(&self, now: f64) -> Result<(), Refusal> {
        let age = now - self.claims.iat;
        let how = if age > LEEWAY {
            "ago"
        } else if age < -LEEWAY {
            "in the future"
        } else {
            return Ok(());
        };
        // The exact difference depends on when the check runs, so it is not reported.
        Err(Refusal::Time(format!(
            "issued more than {LEEWAY} seconds {how}; do the clocks of app and Logto differ?"
        )))
    }

    /// A nonce is compared only if the request had one (OIDC Core §3.1.3.7, number 11).
    fn check_nonce(&self, expected: Option<&str>) -> Result<(), Refusal> {
        let Some(expected) = expected else { return Ok(()) };
        match &self.claims.nonce {
            None => Err(Refusal::Nonce("missing nonce claim")),
            Some(nonce) if nonce != expected => Err(Refusal::Nonce("nonce mismatch")),
            Some(_) => Ok(()),
        }
    }
}

/// Decodes one part of a token as a JSON object.
fn part<T: DeserializeOwned>(name: &str, encoded: &str) -> Result<T, serde_json::Error> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|error| unreadable(name, error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(name, error))
}

fn unreadable(part: &str, error: impl std::fmt::Display) -> serde_json::Error {
    serde_json::Error::custom(format!("its {part} cannot be decoded: {error}"))
}
