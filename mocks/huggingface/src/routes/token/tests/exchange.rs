use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{basic, escaped};
use crate::config::{Membership, Organisation, TrustedPublisher, User};
use crate::routes::testing::{Answer, CLIENT_ID, SECRET, Site, form, shop};
use crate::{App, Config};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ADDRESS: &str = "urn:huggingface:token-type:user-email";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// Ada is in Acme, whose app may act for members; Grace is not.
fn acme(exchanges_for: Option<&str>) -> Site {
    let member = Membership { org: "acme".into(), ..Membership::default() };
    let user = |name: &str, orgs| User {
        username: name.into(),
        email: Some(format!("{name}@example.com")),
        orgs,
        ..User::default()
    };
    let config = Config {
        users: vec![user("ada", vec![member]), user("grace", vec![])],
        organisations: vec![Organisation { username: "acme".into(), ..Organisation::default() }],
        apps: vec![App { exchanges_for: exchanges_for.map(Into::into), ..shop() }],
        ..Config::default()
    };
    Site::with("http://localhost:4000", config)
}

async fn address(site: &Site, address: &str, more: &[(&str, &str)]) -> Answer {
    let usual = [("grant_type", GRANT), ("subject_token_type", ADDRESS), ("subject_token", address)];
    let body = form(&[&usual[..], more].concat());
    site.token(&[("authorization", &basic(&escaped(CLIENT_ID), &escaped(SECRET)))], &body).await
}

#[tokio::test]
async fn an_organizations_app_acts_for_its_members() {
    let site = acme(Some("acme"));
    let answer = address(&site, "Ada@example.com", &[("scope", "openid profile")]).await;
    let reply = answer.json();
    assert_eq!(answer.status, 200, "{reply}");
    assert_eq!(reply["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert_eq!(reply.get("refresh_token"), None);
    let token = reply["access_token"].as_str().unwrap();
    assert_eq!(site.with_bearer("/oauth/userinfo", token).await.json()["preferred_username"], "ada");
}

#[tokio::test]
async fn refuses_strangers_scopes_and_apps_without_the_privilege() {
    let error = |answer: &Answer| answer.json()["error"].as_str().unwrap().to_owned();
    let site = acme(Some("acme"));
    assert_eq!(error(&address(&site, "grace@example.com", &[]).await), "invalid_grant");
    assert_eq!(error(&address(&site, "ada@example.com", &[("scope", "jobs")]).await), "invalid_scope");
    assert_eq!(error(&address(&acme(None), "ada@example.com", &[]).await), "invalid_client");
    let unproven = form(&[
        ("grant_type", GRANT),
        ("subject_token_type", ADDRESS),
        ("subject_token", "ada@example.com"),
        ("client_id", CLIENT_ID),
    ]);
    assert_eq!(error(&site.token(&[], &unproven).await), "invalid_client");
    let odd = form(&[("grant_type", GRANT), ("subject_token_type", "x"), ("subject_token", "y")]);
    assert_eq!(error(&site.token(&[], &odd).await), "invalid_request");
}

/// A CI with a key of its own.
struct Ci {
    pair: EcdsaKeyPair,
}

impl Ci {
    fn new() -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        Self { pair }
    }

    fn jwks(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let member = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "ci",
            "x": member(&point[1..33]), "y": member(&point[33..65]) }] })
    }

    fn token(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "kid": "ci" })), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn trusting(ci: &Ci, resource: &str) -> Site {
    let publisher = TrustedPublisher {
        resource: resource.into(),
        issuer: "https://ci.example".into(),
        subject: Some("repo:acme/shop".into()),
        jwks: serde_json::from_value(ci.jwks()).unwrap(),
    };
    let config = Config { trusted_publishers: vec![publisher], ..Config::default() };
    Site::with("http://localhost:4000", config)
}

/// The documented form of the request is JSON, without any client.
async fn ci_exchange(site: &Site, token: &str, resource: Option<&str>) -> Answer {
    let mut body = json!({ "grant_type": GRANT, "subject_token_type": ID_TOKEN, "subject_token": token });
    if let Some(resource) = resource {
        body["resource"] = json!(resource);
    }
    site.send("POST", "/oauth/token", &[("content-type", "application/json")], &body.to_string()).await
}

/// The site's clock stands at 2026-11-23T12:00:00Z.
fn claims(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = json!({ "iss": "https://ci.example", "aud": "http://localhost:4000", "sub": "repo:acme/shop",
        "exp": 1_795_435_260 });
    change(&mut claims);
    claims
}

#[tokio::test]
async fn a_trusted_ci_is_given_a_token_for_its_repository_or_user() {
    let ci = Ci::new();
    for (resource, prefix) in [("ada/model", "hf_jwt_"), ("ada", "hf_oauth_")] {
        let site = trusting(&ci, resource);
        let answer = ci_exchange(&site, &ci.token(&claims(|_| ())), Some(resource)).await;
        let reply = answer.json();
        assert_eq!((answer.status, &reply["expires_in"]), (200, &json!(3600)), "{reply}");
        assert!(reply["access_token"].as_str().unwrap().starts_with(prefix), "{reply}");
    }
}

#[tokio::test]
async fn a_ci_token_is_checked_in_every_part() {
    let ci = Ci::new();
    let site = trusting(&ci, "ada/model");
    let resource = Some("ada/model");
    let missing = ci_exchange(&site, &ci.token(&claims(|_| ())), None).await;
    assert_eq!(missing.json()["error"], "invalid_request");
    let stranger = Ci::new();
    for (token, note) in [
        (ci.token(&claims(|claims| claims["exp"] = json!(1_795_435_200))), "it has expired"),
        (
            ci.token(&claims(|claims| claims["aud"] = json!("https://other.example"))),
            "signature, issuer or audience",
        ),
        (
            ci.token(&claims(|claims| claims["iss"] = json!("https://other.example"))),
            "signature, issuer or audience",
        ),
        (
            ci.token(&claims(|claims| claims["sub"] = json!("repo:evil/shop"))),
            "its subject is not the publisher's",
        ),
        (ci.token(&claims(|claims| drop(claims.as_object_mut().unwrap().remove("exp")))), "it has no end"),
        (stranger.token(&claims(|_| ())), "signature, issuer or audience"),
        ("x.y.z".to_owned(), "it is no JWT"),
    ] {
        let answer = ci_exchange(&site, &token, resource).await;
        assert_eq!(answer.json()["error"], "invalid_grant", "{note}");
        assert!(answer.notes[0].contains(note), "{note}: {:?}", answer.notes);
    }
    let elsewhere = ci_exchange(&site, &ci.token(&claims(|_| ())), Some("grace/model")).await;
    assert!(elsewhere.notes[0].contains("no trusted publisher"), "{elsewhere:?}");
}
