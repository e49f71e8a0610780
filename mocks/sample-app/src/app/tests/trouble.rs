//! Answers of the authorization endpoint that the app must reject, and a Logto that does not work.

use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;

use super::stub::World;

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn another_state_is_refused_and_leaves_the_sign_in_open() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    world.get("/callback?code=stolen&state=forged").await.refused("the state is not the one");
    world.get("/callback?code=stolen").await.refused("no state");
    world.get("/callback?error=access_denied&state=forged").await.refused("the state is not the one");
    assert_eq!(world.sent().len(), 1, "nothing was asked for a forged answer");
    let token = world.key.sign(&world.claims(&request.parameter("nonce")));
    assert_eq!(world.sign_in_with_token(&request, &token).await.status, 307);
}

#[tokio::test]
async fn an_answer_without_a_code_is_refused() {
    let mut world = World::new().await;
    let state = world.get("/sign-in").await.parameter("state");
    world.get(&format!("/callback?state={state}")).await.refused("no code");
}

#[tokio::test]
async fn a_denial_is_shown_in_logtos_words_and_asks_nothing() {
    let mut world = World::new().await;
    let state = world.get("/sign-in").await.parameter("state");
    let iss = encode(&world.issuer());
    let query = format!("error=access_denied&error_description=The+person+said+no.&state={state}&iss={iss}");
    world.get(&format!("/callback?{query}")).await.refused("access_denied: The person said no.");
    assert_eq!(world.sent().len(), 1);
    assert_eq!(world.session().await["authenticated"], false);
}

#[tokio::test]
async fn a_callback_without_a_sign_in_is_refused() {
    World::new().await.get("/callback?code=c&state=s").await.refused("no sign-in is in progress");
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused_before_the_code_is_given_away() {
    let mut world = World::new().await;
    let state = world.get("/sign-in").await.parameter("state");
    let query = format!("/callback?code=c&state={state}&iss=https%3A%2F%2Fevil.example.com");
    world.get(&query).await.refused("https://evil.example.com");
    let state = world.get("/sign-in").await.parameter("state");
    world.get(&format!("/callback?code=c&state={state}")).await.refused("which issuer");
    assert!(!world.sent_lines().iter().any(|line| line.starts_with("POST")));
}

#[tokio::test]
async fn an_answer_under_another_host_name_is_refused() {
    let mut world = World::new().await;
    let request = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&request));
    let answer = world.get_as(world.cookie.as_deref(), "127.0.0.1:3000", &target).await;
    answer.refused("came to http://127.0.0.1:3000/callback, expected http://localhost:3000/callback");
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_refused() {
    let mut world = World::new().await;
    let mut other = world.discovery();
    other["issuer"] = json!("http://localhost:3001/oidc");
    let url = "/oidc/.well-known/openid-configuration";
    world.serve_once("GET", url, ResponseTemplate::new(200).set_body_json(other)).await;
    world.get("/sign-in").await.refused("from the issuer http://localhost:3001/oidc");
    world.serve_once("GET", url, ResponseTemplate::new(200).set_body_string("<html>")).await;
    world.get("/sign-in").await.refused("the discovery document is invalid");
    world.serve_once("GET", url, ResponseTemplate::new(502).set_body_string("Bad Gateway")).await;
    world.get("/sign-in").await.refused("answered 502: Bad Gateway");
}

#[tokio::test]
async fn a_refusal_of_the_token_endpoint_is_shown() {
    let mut world = World::new().await;
    world.serve("POST", "/oidc/token", 401, &json!({ "error": "invalid_client" })).await;
    let request = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&request));
    world.get(&target).await.refused(r#"/oidc/token answered 401: {"error":"invalid_client"}"#);
    assert_eq!(world.session().await["authenticated"], false);
}

#[tokio::test]
async fn a_token_response_without_an_id_token_is_refused() {
    let mut world = World::new().await;
    let body = json!({ "access_token": "a", "expires_in": 3600, "token_type": "Bearer" });
    world.serve("POST", "/oidc/token", 200, &body).await;
    let request = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&request));
    world.get(&target).await.refused("id_token");
}

#[tokio::test]
async fn a_request_to_a_logto_that_does_not_answer_times_out() {
    let mut world = World::new().await;
    let never = ResponseTemplate::new(200).set_delay(Duration::from_secs(3600));
    world.serve_once("GET", "/oidc/.well-known/openid-configuration", never).await;
    let clock = world.clock.clone();
    let journal = world.journal.clone();
    let wait = tokio::spawn(async move {
        // Advance the clock only once the app is waiting.
        while journal.entries().len() < 2 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(20));
    });
    world.get("/sign-in").await.refused("timed out after 20s");
    wait.await.unwrap();
    assert!(world.sent_lines()[0].ends_with("timed out after 20s"), "{:?}", world.sent_lines());
}

#[tokio::test]
async fn a_logto_that_is_not_reachable_is_named() {
    let free = kit::Bound::loopback().await.unwrap().port();
    let endpoint = format!("http://localhost:{free}");
    let mut world = World::new().await.asking(&endpoint);
    world.get("/sign-in").await.refused(&format!("cannot connect to {endpoint}/oidc/"));
    assert_eq!(world.sent().len(), 1);
}
