//! What the app asks Logto, and in which order: the same as the Go SDK.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::stub::{APP_ID, APP_SECRET, World};
use crate::{ClientAuth, Options};

fn body_of(entry: &kit::Entry) -> Vec<(String, String)> {
    form_urlencoded::parse(entry.request.body.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn the_authorization_request_has_the_sdks_parameters_in_its_order() {
    let mut world = World::new().await;
    let answer = world.get("/sign-in").await;
    assert_eq!(answer.status, 307);
    assert!(answer.location.as_ref().unwrap().starts_with(&format!("{}/auth?", world.issuer())));
    let names: Vec<_> = answer.query().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "client_id",
            "code_challenge",
            "code_challenge_method",
            "nonce",
            "prompt",
            "redirect_uri",
            "response_type",
            "scope",
            "state"
        ]
    );
    assert_eq!(answer.parameter("client_id"), APP_ID);
    assert_eq!(answer.parameter("redirect_uri"), "http://localhost:3000/callback");
    assert_eq!(answer.parameter("scope"), "openid offline_access profile");
    assert_eq!(answer.parameter("prompt"), "consent");
    assert_eq!((answer.parameter("state").len(), answer.parameter("nonce").len()), (86, 43));
    let location = answer.location.unwrap();
    assert!(location.contains("redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"), "{location}");
    assert!(location.contains("scope=openid+offline_access+profile"), "{location}");
}

#[tokio::test]
async fn a_sign_in_is_discovery_then_again_token_and_keys() {
    let mut world = World::new().await;
    assert_eq!(world.sign_in().await.location.as_deref(), Some("/"));
    assert_eq!(
        world.sent_lines(),
        [
            "GET /oidc/.well-known/openid-configuration 200",
            "GET /oidc/.well-known/openid-configuration 200",
            "POST /oidc/token 200",
            "GET /oidc/jwks 200"
        ]
    );
}

#[tokio::test]
async fn the_token_request_is_the_sdks_and_proves_the_challenge() {
    let mut world = World::new().await;
    let request = world.get("/sign-in").await;
    world.serve_keys().await;
    let token = world.key.sign(&world.claims(&request.parameter("nonce")));
    assert_eq!(world.sign_in_with_token(&request, &token).await.status, 307);

    let entry = &world.sent()[2];
    let body = body_of(entry);
    let names: Vec<_> = body.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
    let body: BTreeMap<_, _> = body.into_iter().collect();
    assert_eq!((body["client_id"].as_str(), body["code"].as_str()), (APP_ID, "the-code"));
    assert_eq!(body["grant_type"], "authorization_code");
    assert_eq!(body["redirect_uri"], "http://localhost:3000/callback");
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, body["code_verifier"].as_bytes()));
    assert_eq!(challenge, request.parameter("code_challenge"));
    assert_eq!(request.parameter("code_challenge_method"), "S256");
    assert_eq!(entry.request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let basic = format!("Basic {}", STANDARD.encode(format!("{APP_ID}:{APP_SECRET}")));
    assert_eq!(entry.request.header("authorization"), Some(basic.as_str()));
}

#[tokio::test]
async fn what_is_in_the_journal_is_what_was_on_the_wire() {
    let mut world = World::new().await;
    world.sign_in().await;
    let received = world.logto.received_requests().await.unwrap();
    let sent = world.sent();
    assert_eq!(received.len(), sent.len());
    for (received, entry) in received.iter().zip(&sent) {
        // The stub omits host and port from the URL.
        assert_eq!(format!("{}{}", world.logto.uri(), received.url.path()), entry.request.url);
        assert_eq!(received.body, entry.request.body.as_bytes());
        for (name, value) in &entry.request.headers {
            assert_eq!(received.headers[name.as_str()], value.as_str());
        }
    }
}

#[tokio::test]
async fn client_authentication_is_configurable() {
    for (client_auth, header, in_body) in [
        (ClientAuth::BasicEncoded, Some(STANDARD.encode(format!("{APP_ID}:s%2Be%252Fc%21+r%3Fe%3At"))), None),
        (ClientAuth::Post, None, Some(APP_SECRET)),
        (ClientAuth::None, None, None),
    ] {
        let mut world = World::with(Options { client_auth, ..Options::default() }).await;
        assert_eq!(world.sign_in().await.status, 307);
        let entry = &world.sent()[2];
        let header = header.map(|text| format!("Basic {text}"));
        assert_eq!(entry.request.header("authorization"), header.as_deref(), "{client_auth:?}");
        let secret = body_of(entry).into_iter().find(|(name, _)| name == "client_secret");
        assert_eq!(secret.map(|(_, value)| value).as_deref(), in_body, "{client_auth:?}");
    }
}

#[tokio::test]
async fn options_change_the_authorization_request() {
    let text = |text: &str| text.to_owned();
    let options = Options {
        scopes: vec![text("email")],
        resources: vec![text("https://a.example.com/?x=1"), text("https://b.example.com")],
        prompt: String::new(),
        direct_sign_in: Some(text("social:huggingface")),
        first_screen: Some(text("register")),
        extra_parameters: BTreeMap::from([(text("login_hint"), text("a+b & c"))]),
        callback_path: text("/auth/back"),
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let answer = world.get("/sign-in").await;
    assert_eq!(answer.parameter("scope"), "email openid offline_access profile");
    assert_eq!(answer.parameter("direct_sign_in"), "social:huggingface");
    assert_eq!(answer.parameter("first_screen"), "register");
    assert_eq!(answer.parameter("login_hint"), "a+b & c");
    assert_eq!(answer.parameter("redirect_uri"), "http://localhost:3000/auth/back");
    let query = answer.query();
    let resources: Vec<_> =
        query.iter().filter(|(name, _)| name == "resource").map(|(_, value)| value).collect();
    assert_eq!(resources, ["https://a.example.com/?x=1", "https://b.example.com"]);
    assert!(!query.iter().any(|(name, _)| name == "prompt"));

    let good = world.good_answer(&answer);
    world.serve_keys().await;
    world.serve_token(&world.key.sign(&world.claims(&answer.parameter("nonce")))).await;
    assert_eq!(world.get(&format!("/auth/back?{good}")).await.status, 307);
}

#[tokio::test]
async fn a_nonce_and_a_proof_key_are_sent_and_checked_only_if_the_app_uses_them() {
    let mut world = World::with(Options { nonce: false, pkce: false, ..Options::default() }).await;
    let request = world.get("/sign-in").await;
    let sent: Vec<_> = request.query().into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent, ["client_id", "prompt", "redirect_uri", "response_type", "scope", "state"]);
    world.serve_keys().await;
    let mut claims = world.claims("");
    claims.as_object_mut().unwrap().remove("nonce");
    let token = world.key.sign(&claims);
    assert_eq!(world.sign_in_with_token(&request, &token).await.status, 307);
    let names: Vec<_> = body_of(&world.sent()[2]).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["client_id", "code", "grant_type", "redirect_uri"]);
}

#[tokio::test]
async fn an_issuer_of_its_own_refuses_an_answer_that_names_logtos() {
    let options = Options { callback_issuer: Some("https://authjs.dev".to_owned()), ..Options::default() };
    let mut world = World::with(options).await;
    world.sign_in().await.refused("expected https://authjs.dev");
}
