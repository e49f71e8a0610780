//! Sessions that are stored in their cookie.

use serde_json::{Value, json};

use super::stub::World;
use crate::{Options, StorageKind};

/// Bytes that a browser keeps of a cookie's name and value together (RFC 6265bis §5.6).
const BROWSER_LIMIT: usize = 4096;

async fn world() -> World {
    World::with(Options { storage: StorageKind::Cookie, ..Options::default() }).await
}

#[tokio::test]
async fn a_small_session_fits_and_survives_another_request() {
    let mut world = world().await;
    assert_eq!(world.sign_in().await.status, 307);
    assert!(world.cookie.as_ref().unwrap().len() < BROWSER_LIMIT);
    assert_eq!(world.session().await["claims"]["email"], "ada@example.com");
    assert!(world.get("/").await.set_cookie.is_empty(), "nothing changed, nothing is sent");
}

#[tokio::test]
async fn a_person_with_many_roles_does_not_fit() {
    let mut world = world().await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    let small = world.cookie.clone();
    let roles: Vec<_> = (0..120).map(|number| format!("reader-of-shelf-{number}")).collect();
    let mut claims = world.claims(&request.parameter("nonce"));
    claims["roles"] = json!(roles);
    let token = world.key.sign(&claims);
    let answer = world.sign_in_with_token(&request, &token).await;
    assert_eq!(answer.status, 307, "the app does not notice");
    assert!(world.cookie.as_ref().unwrap().len() > BROWSER_LIMIT);
    // A browser keeps the cookie it had, so the person is sent home without being signed in.
    world.cookie = small;
    assert_eq!(world.session().await["authenticated"], false);
}

#[tokio::test]
async fn a_forged_cookie_signs_no_one_in() {
    let mut world = world().await;
    world.sign_in().await;
    let (content, seal) = world.cookie.as_ref().unwrap().rsplit_once('.').unwrap();
    let forged = format!("{content}A.{seal}");
    let answer = world.get_as(Some(&forged), "localhost:3000", "/api/session").await;
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(body["authenticated"], false);
}

#[tokio::test]
async fn a_sign_out_deletes_the_cookie() {
    let mut world = world().await;
    world.serve("POST", "/oidc/token/revocation", 200, &json!({})).await;
    world.sign_in().await;
    let answer = world.get("/sign-out").await;
    assert_eq!(answer.set_cookie, ["logto-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]);
}
