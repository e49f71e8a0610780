//! Signing out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::stub::{APP_ID, APP_SECRET, World};
use crate::Options;

const DISCOVERY: &str = "GET /oidc/.well-known/openid-configuration 200";

#[tokio::test]
async fn the_refresh_token_is_revoked_before_the_browser_goes_to_logto() {
    let mut world = World::new().await;
    world.serve("POST", "/oidc/token/revocation", 200, &json!({})).await;
    world.sign_in().await;
    let answer = world.get("/sign-out").await;
    assert_eq!(answer.status, 307);
    let query = format!("client_id={APP_ID}&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F");
    assert_eq!(answer.location, Some(format!("{}/session/end?{query}", world.issuer())));

    let lines = world.sent_lines();
    assert_eq!(lines[4..], [DISCOVERY, "POST /oidc/token/revocation 200"]);
    let revocation = &world.sent()[5].request;
    assert_eq!(revocation.body, format!("client_id={APP_ID}&token=refresh%2Btoken"));
    let basic = format!("Basic {}", STANDARD.encode(format!("{APP_ID}:{APP_SECRET}")));
    assert_eq!(revocation.header("authorization"), Some(basic.as_str()));
    assert_eq!(world.session().await, json!({ "authenticated": false, "claims": null }));
}

#[tokio::test]
async fn a_visitor_signs_out_without_a_revocation() {
    let mut world = World::new().await;
    assert_eq!(world.get("/sign-out").await.status, 307);
    assert_eq!(world.sent_lines(), [DISCOVERY]);
}

#[tokio::test]
async fn a_refused_revocation_is_noted_and_does_not_block_the_sign_out() {
    let mut world = World::new().await;
    world.serve("POST", "/oidc/token/revocation", 401, &json!({ "error": "invalid_client" })).await;
    world.sign_in().await;
    let before = world.journal.last_number();
    assert_eq!(world.get("/sign-out").await.status, 307);
    let notes = &world.journal.since(before)[0].notes;
    assert_eq!(notes[0].code, "app/not-revoked");
    assert!(notes[0].to_string().contains("401"), "{}", notes[0]);
    assert_eq!(world.session().await["authenticated"], false);
}

#[tokio::test]
async fn a_failed_sign_out_is_shown_with_the_status_of_a_success() {
    let mut world = World::new().await;
    world.sign_in().await;
    let broken = ResponseTemplate::new(503).set_body_string("down");
    world.serve_once("GET", "/oidc/.well-known/openid-configuration", broken).await;
    let answer = world.get("/sign-out").await;
    assert_eq!((answer.status.as_u16(), answer.location.as_ref()), (200, None));
    assert!(answer.text.contains("answered 503: down"), "{}", answer.text);
    assert_eq!(world.session().await["authenticated"], false, "the app forgets the tokens all the same");
}

#[tokio::test]
async fn a_discovery_document_without_a_sign_out_is_shown() {
    let mut world = World::new().await;
    let mut document = world.discovery();
    document["end_session_endpoint"] = Value::Null;
    let answer = ResponseTemplate::new(200).set_body_json(document);
    world.serve_once("GET", "/oidc/.well-known/openid-configuration", answer).await;
    assert!(world.get("/sign-out").await.text.contains("end_session_endpoint"));
}

#[tokio::test]
async fn the_address_after_sign_out_is_configurable() {
    let options = Options { post_sign_out_path: "/bye?now=1".to_owned(), ..Options::default() };
    let mut world = World::with(options).await;
    let answer = world.get("/sign-out").await;
    assert_eq!(answer.parameter("post_logout_redirect_uri"), "http://localhost:3000/bye?now=1");
}
