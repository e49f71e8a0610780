use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;

struct Provider {
    pair: EcdsaKeyPair,
}

impl Provider {
    fn new() -> Self {
        Self { pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": "k1" })
}

fn claims() -> Value {
    json!({ "iss": "https://idp.example", "aud": "c", "sub": "u", "iat": NOW, "exp": NOW + 60 })
}

/// Replaces members of a value; null removes one.
fn with(mut value: Value, more: &Value) -> Value {
    for (name, member) in more.as_object().unwrap() {
        if member.is_null() {
            value.as_object_mut().unwrap().shift_remove(name);
        } else {
            value[name] = member.clone();
        }
    }
    value
}

fn verify(token: &str, keys: &Value, settings: &Value) -> Result<Map<String, Value>, IdTokenError> {
    let expected = Expected { settings: settings.as_object().unwrap(), audience: "c", now: NOW };
    let set = KeySet::parse(&json!({ "keys": keys }).to_string()).unwrap();
    IdToken::parse(token, &expected)?.claims(&set, &expected)
}

fn checked(head: &Value, body: &Value, settings: &Value) -> Result<(), IdTokenError> {
    let provider = Provider::new();
    let token = provider.token(&with(header(), head), &with(claims(), body));
    verify(&token, &json!([provider.jwk()]), settings).map(drop)
}

fn refused_claim(body: &Value, settings: &Value) -> &'static str {
    match checked(&json!({}), body, settings) {
        Err(IdTokenError::Claim { claim, .. }) => claim,
        other => panic!("{body} {settings}: {other:?}"),
    }
}

#[test]
fn a_valid_token_yields_its_claims() {
    let provider = Provider::new();
    let token = provider.token(&header(), &claims());
    let settings = json!({ "issuer": "https://idp.example", "subject": "u", "algorithms": ["ES256"] });
    let found = verify(&token, &json!([provider.jwk()]), &settings).unwrap();
    assert_eq!(Value::Object(found), claims());
}

#[test]
fn a_signature_of_another_key_or_text_is_refused() {
    let (provider, other) = (Provider::new(), Provider::new());
    let token = provider.token(&header(), &claims());
    assert_eq!(verify(&token, &json!([other.jwk()]), &json!({})), Err(IdTokenError::Signature));
    let (signed, _) = token.rsplit_once('.').unwrap();
    let foreign = other.token(&header(), &claims());
    let (_, signature) = foreign.rsplit_once('.').unwrap();
    let mixed = format!("{signed}.{signature}");
    assert_eq!(verify(&mixed, &json!([provider.jwk()]), &json!({})), Err(IdTokenError::Signature));
    assert_eq!(
        verify(&format!("{signed}."), &json!([provider.jwk()]), &json!({})),
        Err(IdTokenError::Signature)
    );
}

#[test]
fn what_is_not_a_jwt_is_refused_before_the_keys_are_fetched() {
    let expected = Expected { settings: &Map::new(), audience: "c", now: NOW };
    for token in ["", "x.y.z", "a.b", "a.b.c.d", "bnVsbA.e30.", "e30.e30.", "\u{e9}.é.é"] {
        let error = IdToken::parse(token, &expected).unwrap_err();
        assert!(matches!(error, IdTokenError::NoJwt(_)), "{token}: {error}");
    }
}

#[test]
fn only_configured_algorithms_that_a_key_set_can_have_are_accepted() {
    let settings = json!({ "algorithms": ["RS256"] });
    assert_eq!(
        checked(&json!({}), &json!({}), &settings),
        Err(IdTokenError::AlgorithmNotAllowed("ES256".into()))
    );
    for algorithm in ["none", "HS256", "es256"] {
        assert_eq!(
            checked(&json!({ "alg": algorithm }), &json!({}), &json!({})),
            Err(IdTokenError::AlgorithmUnknown(algorithm.into()))
        );
    }
}

#[test]
fn exactly_one_key_must_fit() {
    let provider = Provider::new();
    let jwk = provider.jwk();
    let token = provider.token(&header(), &claims());
    let twin = json!([jwk, jwk]);
    assert_eq!(verify(&token, &twin, &json!({})), Err(IdTokenError::Keys(2)));
    for more in [
        json!({ "kid": "k2" }),
        json!({ "use": "enc" }),
        json!({ "alg": "ES384" }),
        json!({ "key_ops": ["sign"] }),
        json!({ "crv": "P-384" }),
        json!({ "kty": "RSA" }),
    ] {
        let keys = json!([with(jwk.clone(), &more)]);
        assert_eq!(verify(&token, &keys, &json!({})), Err(IdTokenError::Keys(0)), "{more}");
    }
    let unnamed = provider.token(&with(header(), &json!({ "kid": null })), &claims());
    assert!(verify(&unnamed, &json!([jwk]), &json!({})).is_ok());
    let short = json!([with(jwk, &json!({ "x": "AAAA" }))]);
    assert_eq!(verify(&token, &short, &json!({})), Err(IdTokenError::UnusableKey));
}

#[test]
fn issuer_audience_and_subject_match_the_configuration() {
    assert_eq!(refused_claim(&json!({}), &json!({ "issuer": "https://idp.example/" })), "iss");
    assert_eq!(refused_claim(&json!({ "iss": null }), &json!({ "issuer": ["a", "b"] })), "iss");
    assert_eq!(refused_claim(&json!({}), &json!({ "subject": "v" })), "sub");
    for audience in [json!("d"), json!(["d"]), json!(5), Value::Null] {
        assert_eq!(refused_claim(&json!({ "aud": audience }), &json!({ "audience": "d" })), "aud");
    }
    assert_eq!(checked(&json!({}), &json!({ "aud": ["d", "c"], "iss": 7 }), &json!({})), Ok(()));
}

#[test]
fn a_token_is_valid_from_nbf_to_exp_within_the_tolerance() {
    let none = json!({});
    assert_eq!(refused_claim(&json!({ "exp": NOW }), &none), "exp");
    assert_eq!(refused_claim(&json!({ "exp": "later" }), &none), "exp");
    assert_eq!(refused_claim(&json!({ "nbf": NOW + 1 }), &none), "nbf");
    assert_eq!(refused_claim(&json!({ "iat": "now" }), &none), "iat");
    assert_eq!(checked(&none, &json!({ "exp": null, "iat": null }), &none), Ok(()));
    let tolerant = json!({ "clockTolerance": "1 minute" });
    assert_eq!(checked(&none, &json!({ "exp": NOW - 59, "nbf": NOW + 60 }), &tolerant), Ok(()));
    assert_eq!(refused_claim(&json!({ "exp": NOW - 60 }), &tolerant), "exp");
}

#[test]
fn a_maximum_age_requires_iat() {
    let settings = json!({ "maxTokenAge": 10 });
    assert_eq!(refused_claim(&json!({ "iat": null }), &settings), "iat");
    assert_eq!(refused_claim(&json!({ "iat": NOW - 11 }), &settings), "iat");
    assert_eq!(refused_claim(&json!({ "iat": NOW + 1 }), &settings), "iat");
    assert_eq!(checked(&json!({}), &json!({ "iat": NOW - 10 }), &settings), Ok(()));
    assert_eq!(
        checked(&json!({}), &json!({}), &json!({ "maxTokenAge": "soon" })),
        Err(IdTokenError::NoLengthOfTime("maxTokenAge"))
    );
}

#[test]
fn types_compare_as_media_types() {
    let settings = json!({ "typ": "JWT" });
    assert_eq!(checked(&json!({ "typ": "application/jwt" }), &json!({}), &settings), Ok(()));
    assert!(checked(&json!({ "typ": "at+jwt" }), &json!({}), &settings).is_err());
    assert!(checked(&json!({}), &json!({}), &settings).is_err());
}

#[test]
fn critical_extensions_must_be_configured() {
    let critical = json!({ "crit": ["exp"], "exp": 5 });
    assert!(matches!(checked(&critical, &json!({}), &json!({})), Err(IdTokenError::NoJwt(_))));
    assert_eq!(checked(&critical, &json!({}), &json!({ "crit": { "exp": true } })), Ok(()));
    for crit in [json!([]), json!("exp"), json!([5]), json!(["b64"])] {
        assert!(checked(&json!({ "crit": crit }), &json!({}), &json!({})).is_err(), "{crit}");
    }
}

#[test]
fn durations_are_parsed_as_people_write_them() {
    for (text, expected) in [
        ("5 minutes", Some(300.0)),
        ("1.5h", Some(5400.0)),
        ("+ 2 days", Some(172_800.0)),
        ("-10s", Some(-10.0)),
        ("10 secs ago", Some(-10.0)),
        ("1 Week from now", Some(604_800.0)),
        ("1 y", Some(31_557_600.0)),
        ("-1s ago", None),
        ("5", None),
        (".5 h", None),
        ("1..2 h", None),
        ("5  minutes", None),
        ("", None),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
}
