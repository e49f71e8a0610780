//! ID tokens that the app must reject.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::stub::{APP_ID, APP_SECRET, World};
use crate::signing::{Key, hmac, unsigned};

/// Asserts that the app rejects an ID token with these changed claims and signs no one in.
#[track_caller]
fn refused_claims(change: impl FnOnce(&mut Value), because: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new().await;
        world.serve_keys().await;
        world.sign_in_with(change).await.refused(because);
        assert_eq!(world.session().await, json!({ "authenticated": false, "claims": null }));
        assert!(world.get("/").await.text.contains("You are not logged in"));
    });
}

/// Asserts that the app rejects the token that `make` builds from its claims.
async fn refused_token(make: impl FnOnce(&World, &Value) -> String, because: &str) {
    let mut world = World::new().await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    let token = make(&world, &world.claims(&request.parameter("nonce")));
    world.sign_in_with_token(&request, &token).await.refused(because);
    assert_eq!(world.session().await["authenticated"], false);
}

#[test]
fn refuses_another_nonce() {
    refused_claims(|claims| claims["nonce"] = json!("another"), "nonce");
    refused_claims(|claims| drop(claims.as_object_mut().unwrap().remove("nonce")), "nonce");
}

#[test]
fn refuses_another_issuer() {
    refused_claims(|claims| claims["iss"] = json!("https://evil.example.com/oidc"), "evil.example.com");
}

#[test]
fn refuses_another_audience() {
    refused_claims(|claims| claims["aud"] = json!("another-app"), "audience");
    refused_claims(|claims| claims["aud"] = json!([APP_ID, "another-app"]), "audience");
    refused_claims(|claims| drop(claims.as_object_mut().unwrap().remove("aud")), "aud");
}

#[test]
fn refuses_an_expired_token() {
    // The stub's clock stands at 2026-11-23T12:00:00Z.
    refused_claims(|claims| claims["exp"] = json!(1_795_435_199), "expired");
    refused_claims(|claims| drop(claims.as_object_mut().unwrap().remove("exp")), "exp");
}

#[test]
fn refuses_a_token_of_another_time() {
    refused_claims(|claims| claims["iat"] = json!(1_795_435_200 - 61), "more than 60 seconds ago");
    refused_claims(|claims| claims["iat"] = json!(1_795_435_200 + 61), "more than 60 seconds in the future");
    refused_claims(|claims| drop(claims.as_object_mut().unwrap().remove("iat")), "iat");
}

#[test]
fn refuses_a_token_without_a_subject() {
    refused_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub")), "sub");
}

#[tokio::test]
async fn refuses_a_token_without_a_signature() {
    refused_token(|_, claims| unsigned(&json!({ "alg": "none" }), claims, ""), "refused").await;
}

#[tokio::test]
async fn refuses_the_signature_of_another_key_of_the_same_name() {
    refused_token(|_, claims| Key::new("key-1").sign(claims), "ignature").await;
}

#[tokio::test]
async fn refuses_changed_claims_under_an_old_signature() {
    let make = |world: &World, claims: &Value| {
        let good = world.key.sign(claims);
        let parts: Vec<_> = good.split('.').collect();
        let mut changed = claims.clone();
        changed["email"] = json!("admin@example.com");
        let forged = unsigned(&json!({}), &changed, "");
        format!("{}.{}.{}", parts[0], forged.split('.').nth(1).unwrap(), parts[2])
    };
    refused_token(make, "ignature").await;
}

#[tokio::test]
async fn refuses_a_token_that_is_signed_with_the_app_secret() {
    refused_token(|_, claims| hmac(APP_SECRET.as_bytes(), claims), "refused").await;
}

#[tokio::test]
async fn refuses_what_is_not_a_token() {
    refused_token(|_, _| "not.a.token".to_owned(), "the ID token is malformed").await;
}

#[tokio::test]
async fn accepts_unusual_but_valid_claims() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let change = |claims: &mut Value| {
        claims["aud"] = json!([APP_ID]);
        for name in ["name", "picture", "email", "phone_number"] {
            claims[name] = Value::Null;
        }
        claims["roles"] = json!([]);
        claims["custom"] = json!({ "b": 1.50, "a": [null] });
    };
    assert_eq!(world.sign_in_with(change).await.status, 307);
    assert_eq!(world.session().await["claims"]["custom"], json!({ "b": 1.5, "a": [null] }));
}

#[tokio::test]
async fn reads_the_keys_again_when_the_tokens_key_is_unknown() {
    let mut world = World::new().await;
    let old = json!({ "keys": [] });
    world.serve_once("GET", "/oidc/jwks", ResponseTemplate::new(200).set_body_json(old)).await;
    assert_eq!(world.sign_in().await.status, 307);
    let lines = world.sent_lines();
    assert_eq!(lines[3..], ["GET /oidc/jwks 200", "GET /oidc/jwks 200"]);
}

#[tokio::test]
async fn gives_up_when_the_keys_stay_unknown() {
    let mut world = World::new().await;
    world.serve("GET", "/oidc/jwks", 200, &json!({ "keys": [] })).await;
    world.sign_in_with(|_| {}).await.refused("matching key");
    assert_eq!(world.sent().len(), 5, "the keys are read twice, not for ever");
}
