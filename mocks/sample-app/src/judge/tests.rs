//! Valid and invalid tokens, checked by both judges.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::expected::Expected;
use super::id_token;
use super::second;
use crate::signing::{Key, hmac, unsigned};

const ISSUER: &str = "http://localhost:3001/oidc";
const APP_ID: &str = "bookstore0000000000id";
const SECRET: &str = "the secret of the app";
const NOW: i64 = 1_795_435_200;

/// Shared by all tests, because generating it is slow.
static RSA: LazyLock<Key> = LazyLock::new(|| Key::rsa("rsa"));

/// A provider with one key of each kind.
struct Desk {
    ec: Key,
    rsa: &'static Key,
    keys: Vec<Value>,
    algorithms: Vec<String>,
    secret: Option<&'static str>,
}

impl Desk {
    fn new() -> Self {
        let (ec, rsa) = (Key::new("ec"), &*RSA);
        let keys = vec![ec.jwk.clone(), rsa.jwk.clone()];
        Self { ec, rsa, keys, algorithms: vec!["ES384".to_owned(), "RS256".to_owned()], secret: Some(SECRET) }
    }

    /// The verdicts of the first and the second judge.
    fn verdicts(&self, token: &str) -> (Result<(), String>, Result<(), String>) {
        let keys = json!({ "keys": self.keys }).to_string();
        let expected = Expected {
            issuer: ISSUER,
            algorithms: &self.algorithms,
            app_id: APP_ID,
            app_secret: self.secret,
            nonce: Some("the nonce"),
            now: NOW,
        };
        let first = id_token::judge(token, &keys, &expected).map_err(|error| error.to_string());
        (first, second::judge(token, &keys, &expected))
    }

    #[track_caller]
    fn accepted(&self, token: &str) {
        assert_eq!(self.verdicts(token), (Ok(()), Ok(())), "{token}");
    }

    #[track_caller]
    fn refused(&self, token: &str, because: &str) {
        let (first, second) = self.verdicts(token);
        let why = first.expect_err("the first judge accepts it");
        assert!(why.contains(because), "`{because}` is not in: {why}");
        second.expect_err("the second judge accepts it");
    }

    /// Asserts that the judges differ on this token, and what the first one says.
    #[track_caller]
    fn differ(&self, token: &str, first: bool) {
        let verdicts = self.verdicts(token);
        assert_eq!((verdicts.0.is_ok(), verdicts.1.is_ok()), (first, !first), "{verdicts:?}");
    }
}

fn claims() -> Value {
    json!({
        "sub": "d0ja13rlm0o1", "aud": APP_ID, "iss": ISSUER, "nonce": "the nonce",
        "iat": NOW, "exp": NOW + 3600, "email": "ada@example.com",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn both_kinds_of_logtos_keys_are_accepted() {
    let desk = Desk::new();
    desk.accepted(&desk.ec.sign(&claims()));
    desk.accepted(&desk.rsa.sign(&claims()));
}

#[test]
fn a_signature_is_that_of_the_named_key_over_this_token() {
    let desk = Desk::new();
    for (key, other) in [(&desk.ec, Key::new("ec")), (desk.rsa, Key::rsa("rsa"))] {
        desk.refused(&other.sign(&claims()), "bad signature");
        let good = key.sign(&claims());
        let (message, signature) = good.rsplit_once('.').unwrap();
        let changed =
            unsigned(&json!({ "alg": key.jwk["alg"], "kid": key.jwk["kid"] }), &without("email"), "");
        desk.refused(&format!("{changed}{signature}"), "bad signature");
        desk.refused(&format!("{message}.{}", &signature[..signature.len() - 4]), "ignature");
        desk.refused(&format!("{message}."), "bad signature");
        desk.refused(&format!("{message}.{signature}.x"), "4 parts");
        desk.refused(&format!("{message}.{signature}=="), "signature cannot be decoded");
    }
}

#[test]
fn an_algorithm_must_be_announced_and_fit_the_key() {
    let mut desk = Desk::new();
    for none in ["none", "None", "NONE"] {
        desk.refused(&unsigned(&json!({ "alg": none }), &claims(), ""), "");
    }
    // Also if the provider announces it (OIDC Core §2 allows that for some flows).
    desk.algorithms.push("none".to_owned());
    desk.refused(&unsigned(&json!({ "alg": "none" }), &claims(), ""), "No signature found");
    let es384 = "algorithm `ES384` is not one of: RS256";
    desk.algorithms = vec!["RS256".to_owned()];
    desk.refused(&desk.ec.sign(&claims()), es384);
    desk.algorithms = vec!["ES512".to_owned()];
    desk.refused(&unsigned(&json!({ "alg": "ES512" }), &claims(), "AAAA"), "Unsupported signature algorithm");
    // Key and algorithm of different types.
    desk.algorithms = ["ES384", "ES256", "RS256", "RS512"].map(str::to_owned).to_vec();
    for (kid, alg) in [("ec", "RS256"), ("rsa", "ES384"), ("rsa", "RS512"), ("ec", "ES256")] {
        let token = unsigned(&json!({ "alg": alg, "kid": kid }), &claims(), "AAAA");
        desk.refused(&token, "No matching key found");
    }
}

#[test]
fn a_public_key_is_not_a_shared_secret() {
    let mut desk = Desk::new();
    let modulus = desk.rsa.jwk["n"].as_str().unwrap().to_owned();
    let public = desk.rsa.jwk.to_string();
    for secret in [modulus.as_bytes(), public.as_bytes(), b"", SECRET.as_bytes()] {
        desk.refused(&hmac(secret, &claims()), "algorithm `HS256` is not one of: ES384, RS256");
    }
    // If HS256 is announced, the key is the app's secret; an app without a secret cannot use it.
    desk.algorithms.push("HS256".to_owned());
    desk.refused(&hmac(public.as_bytes(), &claims()), "bad signature");
    desk.accepted(&hmac(SECRET.as_bytes(), &claims()));
    desk.secret = None;
    desk.refused(&hmac(SECRET.as_bytes(), &claims()), "disallowed for public clients");
    desk.refused(&hmac(b"", &claims()), "disallowed for public clients");
}

#[test]
fn a_key_is_found_by_its_id_or_because_it_is_the_only_one() {
    let mut desk = Desk::new();
    desk.refused(&desk.ec.sign_with(&json!({ "kid": "unknown" }), &claims()), "No matching key found");
    desk.accepted(&desk.ec.sign_with(&json!({}), &claims()));
    desk.keys.push(Key::new("another").jwk);
    desk.refused(&desk.ec.sign_with(&json!({}), &claims()), "Ambiguous");
    desk.accepted(&desk.ec.sign(&claims()));
    desk.keys.push(Key::new("ec").jwk);
    desk.refused(&desk.ec.sign(&claims()), "Ambiguous");
    desk.keys.clear();
    desk.refused(&desk.ec.sign(&claims()), "No matching key found");
    // Keys of unknown types are skipped, and so are keys for encryption.
    desk.keys = vec![json!({ "kty": "of tomorrow" }), json!(1), desk.ec.jwk.clone()];
    desk.accepted(&desk.ec.sign(&claims()));
    desk.keys[2]["use"] = json!("enc");
    desk.refused(&desk.ec.sign(&claims()), "No matching key found");
    desk.keys[2]["use"] = Value::Null;
    desk.accepted(&desk.ec.sign(&claims()));
}

#[test]
fn a_header_that_requires_more_is_refused() {
    let desk = Desk::new();
    for typ in ["JWT", "jwt", "application/jwt", "JOSE"] {
        desk.accepted(&desk.ec.sign_with(&json!({ "typ": typ }), &claims()));
    }
    desk.refused(&desk.ec.sign_with(&json!({ "typ": "at+jwt" }), &claims()), "JWT type `at+jwt`");
    desk.refused(&desk.ec.sign_with(&json!({ "cty": "JWT" }), &claims()), "content type");
    desk.refused(&desk.ec.sign_with(&json!({ "crit": ["b64"], "b64": false }), &claims()), "critical");
}

#[test]
fn issuer_and_audience_are_exact() {
    let desk = Desk::new();
    for issuer in
        ["http://localhost:3001/oidc/", "http://LOCALHOST:3001/oidc", "https://evil.example.com", ""]
    {
        desk.refused(&desk.ec.sign(&with("iss", json!(issuer))), "");
    }
    for audience in [json!("another-app"), json!([]), json!(""), json!([APP_ID, "another-app"])] {
        desk.refused(&desk.ec.sign(&with("aud", audience)), "Invalid audiences");
    }
    desk.accepted(&desk.ec.sign(&with("aud", json!([APP_ID]))));
    desk.accepted(&desk.ec.sign(&with("aud", json!([APP_ID, APP_ID]))));
}

#[test]
fn times_are_checked_against_the_clock() {
    let desk = Desk::new();
    for (name, refused, accepted) in [
        ("exp", vec![NOW - 1, NOW, 0, -1], vec![NOW + 1, NOW * 1000]),
        ("iat", vec![NOW - 61, NOW + 61, 0, NOW * 1000], vec![NOW - 60, NOW + 60]),
    ] {
        for time in refused {
            desk.refused(&desk.ec.sign(&with(name, json!(time))), "Expired");
        }
        for time in accepted {
            desk.accepted(&desk.ec.sign(&with(name, json!(time))));
        }
    }
    // A number may have a fraction (RFC 7519 §2).
    desk.accepted(&desk.ec.sign(&with("exp", json!(NOW as f64 + 0.5))));
    desk.refused(&desk.ec.sign(&with("iat", json!(NOW as f64 - 60.5))), "Expired");
    desk.refused(&desk.ec.sign(&with("exp", json!("2030-01-01T00:00:00Z"))), "malformed");
}

#[test]
fn the_nonce_is_that_of_the_request() {
    let desk = Desk::new();
    for nonce in [json!("another"), json!(""), json!("the nonce "), Value::Null] {
        desk.refused(&desk.ec.sign(&with("nonce", nonce)), "nonce");
    }
}

#[test]
fn a_token_without_a_required_claim_is_refused() {
    let desk = Desk::new();
    for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
        desk.refused(&desk.ec.sign(&without(name)), "");
        desk.refused(&desk.ec.sign(&with(name, json!({ "a": 1 }))), "malformed");
    }
}

/// OIDC Core §3.1.3.8 leaves the check of `at_hash` to the client; here the access token comes in
/// the same answer as the ID token. `azp` is for extensions to check (§3.1.3.7, errata 2), and
/// neither judge implements one.
#[test]
fn neither_judge_looks_at_at_hash_or_azp() {
    let desk = Desk::new();
    desk.accepted(&desk.ec.sign(&with("at_hash", json!("of another token"))));
    desk.accepted(&desk.ec.sign(&with("azp", json!("another-app"))));
    let mut several = with("aud", json!([APP_ID, "another-app"]));
    several["azp"] = json!(APP_ID);
    desk.refused(&desk.ec.sign(&several), "not a trusted audience");
}

/// Every known difference with its reason; any other difference fails a test.
#[test]
fn where_the_judges_differ() {
    let desk = Desk::new();
    // OIDC Core §5.1 defines the types of standard claims, and §3.1.3.7 does not require checking
    // them; `openidconnect` parses all claims into its own types and rejects the token if that
    // fails. The app shows the claims as they are.
    for (name, value) in
        [("email", json!(1)), ("email_verified", json!("yes")), ("updated_at", json!("today"))]
    {
        desk.differ(&desk.ec.sign(&with(name, value)), true);
    }
    // Its calendar ends with the year 262142; times in OIDC Core are not limited.
    desk.differ(&desk.ec.sign(&with("exp", json!(1e18))), true);
    // It accepts a last Base64 character with nonzero padding bits, of which there are several for
    // each signature (RFC 4648 §3.5). `jsonwebtoken` accepts only the canonical one.
    let good = desk.rsa.sign(&claims());
    let last = good.chars().last().unwrap();
    let other = char::from(u32::from(last).checked_add(1).and_then(|code| u8::try_from(code).ok()).unwrap());
    desk.differ(&format!("{}{other}", &good[..good.len() - 1]), false);
}
