//! Each variant shows its defect, and the app without it does not.

use http::StatusCode;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::stub::World;
use crate::{Options, SignOutOptions, StorageKind, Variant};

async fn world(variant: Variant) -> World {
    World::with(Options { variants: vec![variant], ..Options::default() }).await
}

async fn signing_out(sign_out: SignOutOptions) -> World {
    let mut world = World::with(Options { sign_out, ..Options::default() }).await;
    assert_eq!(world.sign_in().await.status, StatusCode::TEMPORARY_REDIRECT);
    world
}

#[tokio::test]
async fn a_concatenated_endpoint_asks_for_another_path() {
    let mut world = world(Variant::ConcatenatesEndpoint).await;
    world.get("/sign-in").await.refused("404");
    assert_eq!(world.sent_lines(), ["GET //oidc/.well-known/openid-configuration 404"]);
}

#[tokio::test]
async fn a_callback_that_is_assumed_elsewhere_is_refused() {
    let callback = Options { callback_path: "/api/auth/callback".to_owned(), ..Options::default() };
    for variants in [vec![], vec![Variant::AssumesCallbackPath]] {
        let mut world = World::with(Options { variants: variants.clone(), ..callback.clone() }).await;
        world.serve_keys().await;
        let request = world.get("/sign-in").await;
        world.serve_token(&world.key.sign(&world.claims(&request.parameter("nonce")))).await;
        let answer = world.get(&format!("/api/auth/callback?{}", world.good_answer(&request))).await;
        match variants.is_empty() {
            true => assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{answer:?}"),
            false => answer.refused("came to http://localhost:3000/callback, expected"),
        }
    }
}

#[tokio::test]
async fn a_redirect_uri_may_have_a_query_unless_callbacks_are_compared_with_the_whole() {
    let query = Options { callback_query: Some("theme=dark".to_owned()), ..Options::default() };
    for variants in [vec![], vec![Variant::IgnoresOtherCallbacks]] {
        let mut world = World::with(Options { variants: variants.clone(), ..query.clone() }).await;
        world.serve_keys().await;
        let request = world.get("/sign-in").await;
        assert_eq!(request.parameter("redirect_uri"), "http://localhost:3000/callback?theme=dark");
        world.serve_token(&world.key.sign(&world.claims(&request.parameter("nonce")))).await;
        let answer = world.get(&format!("/callback?theme=dark&{}", world.good_answer(&request))).await;
        match variants.is_empty() {
            true => assert_eq!(answer.location.as_deref(), Some("/")),
            false => assert!(answer.status == StatusCode::OK && answer.text.contains("id=\"root\"")),
        }
        assert_eq!(world.session().await["authenticated"], variants.is_empty());
    }
}

#[tokio::test]
async fn a_shared_storage_signs_in_every_browser() {
    let mut world = world(Variant::SharesOneStorage).await;
    let answer = world.sign_in().await;
    assert!(answer.set_cookie.is_empty(), "no cookie is needed to find it");
    let other = world.get_as(None, "localhost:3000", "/api/session").await;
    assert!(other.text.contains(r#""authenticated":true"#), "{}", other.text);
}

#[tokio::test]
async fn a_callback_that_is_handled_twice_fails_and_signs_in() {
    let mut world = world(Variant::HandlesCallbackTwice).await;
    world.sign_in().await.refused("no sign-in is in progress");
    assert_eq!(world.session().await["authenticated"], true);
}

#[tokio::test]
async fn a_kept_sign_in_sends_its_code_again() {
    let mut world = world(Variant::KeepsSignInSession).await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    let token = world.key.sign(&world.claims(&request.parameter("nonce")));
    assert_eq!(world.sign_in_with_token(&request, &token).await.status, StatusCode::TEMPORARY_REDIRECT);
    world.serve("POST", "/oidc/token", 400, &json!({ "error": "invalid_grant" })).await;
    let query = world.good_answer(&request);
    world.get(&format!("/callback?{query}")).await.refused("invalid_grant");
}

#[tokio::test]
async fn an_app_that_expects_rs256_refuses_other_algorithms() {
    world(Variant::ExpectsRs256).await.sign_in().await.refused("the ID token is refused");
}

#[tokio::test]
async fn an_app_that_posts_its_sign_in_shows_a_form() {
    let mut posting = world(Variant::PostsWith307).await;
    assert!(posting.get("/").await.text.contains("<form method=\"post\" action=\"/sign-in\">"));
    assert!(!World::new().await.get("/").await.text.contains("<form"));
}

#[tokio::test]
async fn an_unescaped_request_has_spaces() {
    let mut world = world(Variant::UnescapesRequest).await;
    let location = world.get("/sign-in").await.location.unwrap();
    assert!(location.contains("scope=openid offline_access profile"), "{location}");
    assert!(location.contains("redirect_uri=http://localhost:3000/callback"), "{location}");
}

/// Answers one refresh with a new refresh token.
async fn rotates(world: &World, to: &str) {
    let body =
        json!({ "access_token": "another", "expires_in": 3600, "refresh_token": to, "scope": "openid" });
    world.serve_once("POST", "/oidc/token", ResponseTemplate::new(200).set_body_json(body)).await;
}

fn refresh_tokens(world: &World) -> Vec<String> {
    let body = |entry: &kit::Entry| {
        form_urlencoded::parse(entry.request.body.as_bytes()).into_owned().collect::<Vec<_>>()
    };
    let sent = world.sent();
    sent.iter().flat_map(body).filter(|(name, _)| name == "refresh_token").map(|(_, value)| value).collect()
}

#[tokio::test]
async fn a_refreshed_token_is_kept_unless_it_gets_lost() {
    for (variants, then) in [(vec![], "second"), (vec![Variant::LosesRefreshedTokens], "refresh+token")] {
        let mut world = World::with(Options { variants, ..Options::default() }).await;
        world.sign_in().await;
        assert_eq!(
            world.get("/api/access-token").await.status,
            StatusCode::OK,
            "the token of the sign-in is still valid"
        );
        assert_eq!(refresh_tokens(&world), Vec::<String>::new());
        rotates(&world, "second").await;
        assert_eq!(world.get("/api/access-token?anew").await.status, StatusCode::OK);
        rotates(&world, "third").await;
        assert_eq!(world.get("/api/access-token?anew").await.status, StatusCode::OK);
        assert_eq!(refresh_tokens(&world), ["refresh+token", then]);
    }
}

#[tokio::test]
async fn an_expired_access_token_is_refreshed_and_not_disclosed() {
    let mut world = World::new().await;
    world.get("/api/access-token").await.refused("not authenticated");
    world.sign_in().await;
    world.clock.advance(std::time::Duration::from_secs(3601));
    rotates(&world, "second").await;
    let answer = world.get("/api/access-token").await;
    assert_eq!(answer.text, r#"{"format":"opaque","scope":"openid"}"#);
}

#[tokio::test]
async fn an_opaque_token_is_not_a_jwt() {
    let mut world = world(Variant::ExpectsJwt).await;
    world.sign_in().await;
    world.get("/api/access-token").await.refused("token format is invalid");
}

#[tokio::test]
async fn a_protected_home_page_sends_visitors_to_sign_in() {
    let mut world = world(Variant::ProtectsHome).await;
    assert_eq!(world.get("/").await.location.as_deref(), Some("/sign-in"));
    world.sign_in().await;
    assert_eq!(world.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_claim_that_is_required_and_null_turns_the_person_away() {
    let required = |claim: &str| Options { required_claims: vec![claim.to_owned()], ..Options::default() };
    World::with(required("picture")).await.sign_in().await.refused("the ID token has no `picture`");
    let mut world = World::with(required("email")).await;
    assert_eq!(world.sign_in().await.status, StatusCode::TEMPORARY_REDIRECT);
}

#[tokio::test]
async fn a_sign_out_request_has_what_is_configured() {
    let parameters = |answer: super::stub::Answer| {
        answer.query().into_iter().map(|(name, value)| (name, value.len())).collect::<Vec<_>>()
    };
    let mut world =
        signing_out(SignOutOptions { client_id: Some(String::new()), ..SignOutOptions::default() }).await;
    assert_eq!(parameters(world.get("/sign-out").await), [("post_logout_redirect_uri".to_owned(), 22)]);

    let hint = SignOutOptions { id_token_hint: true, hint_length: Some(40), ..SignOutOptions::default() };
    let mut world = signing_out(hint).await;
    let sent = parameters(world.get("/sign-out").await);
    assert_eq!(sent[0], ("id_token_hint".to_owned(), 40));
    assert_eq!(sent[1].0, "client_id");
}

#[tokio::test]
async fn a_local_sign_out_sends_no_request() {
    let mut world = signing_out(SignOutOptions { local_only: true, ..SignOutOptions::default() }).await;
    let before = world.sent().len();
    assert_eq!(world.get("/sign-out").await.location.as_deref(), Some("http://localhost:3000/"));
    assert_eq!((world.sent().len(), world.session().await["authenticated"].clone()), (before, json!(false)));
}

#[tokio::test]
async fn a_revocation_without_authentication_has_none() {
    for (revokes_as_public, header) in [(false, true), (true, false)] {
        let mut world = signing_out(SignOutOptions { revokes_as_public, ..SignOutOptions::default() }).await;
        world.get("/sign-out").await;
        let sent = world.sent();
        let revocation = sent.iter().find(|entry| entry.request.url.ends_with("/revocation")).unwrap();
        assert_eq!(revocation.request.headers.iter().any(|(name, _)| name == "authorization"), header);
    }
}

#[tokio::test]
async fn sessions_in_a_cookie_outlive_the_app_while_its_secret_stays() {
    let with = |secret: &str| Options {
        storage: StorageKind::Cookie,
        session_secret: Some(secret.to_owned()),
        ..Options::default()
    };
    let mut world = World::with(with("kept")).await;
    world.sign_in().await;
    for (secret, known) in [("kept", true), ("another", false)] {
        let mut again = World::with(with(secret)).await;
        again.cookie.clone_from(&world.cookie);
        assert_eq!(again.session().await["authenticated"], known, "{secret}");
    }
}

#[tokio::test]
async fn a_kept_path_of_the_endpoint_comes_before_every_address() {
    let options = Options { variants: vec![Variant::KeepsEndpointPath], ..Options::default() };
    let world = World::new().await;
    let endpoint = format!("{}/oidc/", world.logto.uri());
    let mut world = world.asking_with(&endpoint, options);
    world.get("/sign-in").await.refused("404");
    assert_eq!(world.sent_lines(), ["GET /oidc/oidc/.well-known/openid-configuration 404"]);
}

#[tokio::test]
async fn abandoned_sign_ins_pile_up_in_the_cookie_until_their_callback() {
    let piling = Options {
        storage: StorageKind::Cookie,
        variants: vec![Variant::PilesUpSignIns],
        ..Options::default()
    };
    for (options, piles_up) in [(piling.clone(), true), (Options { variants: vec![], ..piling }, false)] {
        let mut world = World::with(options).await;
        let first = world.get("/sign-in").await;
        let one = world.cookie.as_ref().unwrap().len();
        for _ in 0..9 {
            world.get("/sign-in").await;
        }
        let ten = world.cookie.as_ref().unwrap().len();
        assert_eq!(ten > 5 * one, piles_up, "{one} and {ten} bytes");
        // The first one can be completed only if it was kept.
        world.serve_keys().await;
        let token = world.key.sign(&world.claims(&first.parameter("nonce")));
        let answer = world.sign_in_with_token(&first, &token).await;
        assert_eq!(answer.status == StatusCode::TEMPORARY_REDIRECT, piles_up, "{answer:?}");
    }
}
