//! The session cookie and which browsers may use it.

use kit::within;
use std::time::Duration;

use super::stub::World;
use crate::{CookieOptions, Options, SameSite};

fn id(line: &str) -> &str {
    line.split(';').next().unwrap()
}

#[tokio::test]
async fn the_cookie_has_the_flags_of_a_session_cookie() {
    let mut world = World::new().await;
    let answer = world.get("/sign-in").await;
    let [line] = answer.set_cookie.as_slice() else { panic!("{answer:?}") };
    let (pair, attributes) = line.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(pair.strip_prefix("logto-session=").unwrap().len(), 43);
}

#[tokio::test]
async fn name_and_flags_are_configurable() {
    let cookie = CookieOptions {
        name: "__Secure-shop".to_owned(),
        path: "/shop".to_owned(),
        domain: Some("localhost".to_owned()),
        max_age: Some(60),
        same_site: SameSite::None,
        secure: true,
        http_only: false,
    };
    let mut world = World::with(Options { cookie, ..Options::default() }).await;
    let line = world.get("/sign-in").await.set_cookie.remove(0);
    let expected = "; Path=/shop; Domain=localhost; Max-Age=60; Secure; SameSite=None";
    assert!(line.starts_with("__Secure-shop=") && line.ends_with(expected), "{line}");
    assert_eq!(world.sign_in().await.status, 307, "it is read back under its configured name");
}

#[tokio::test]
async fn the_id_changes_at_the_sign_in_and_the_old_one_is_dead() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let before = id(&world.get("/sign-in").await.set_cookie[0]).to_owned();
    let request = world.get("/sign-in").await;
    assert!(request.set_cookie.is_empty(), "a known session does not need a new cookie");
    let token = world.key.sign(&world.claims(&request.parameter("nonce")));
    let answer = world.sign_in_with_token(&request, &token).await;
    assert_ne!(id(&answer.set_cookie[0]), before);
    assert_eq!(world.session().await["authenticated"], true);
    let old = world.get_as(Some(&before), "localhost:3000", "/api/session").await;
    assert!(old.text.contains("false"), "{}", old.text);
}

#[tokio::test]
async fn an_id_that_the_app_did_not_issue_is_not_adopted() {
    let mut world = World::new().await;
    world.cookie = Some("logto-session=chosen-by-an-attacker".to_owned());
    let answer = world.get("/sign-in").await;
    assert_ne!(id(&answer.set_cookie[0]), "logto-session=chosen-by-an-attacker");
}

#[tokio::test]
async fn a_state_is_good_for_one_answer() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&request));
    let token = world.key.sign(&world.claims(&request.parameter("nonce")));
    assert_eq!(world.sign_in_with_token(&request, &token).await.status, 307);
    let sent = world.sent().len();
    world.get(&target).await.refused("no sign-in is in progress");
    assert_eq!(world.sent().len(), sent, "the code is not redeemed again");
    assert_eq!(
        world.session().await["authenticated"],
        true,
        "reloading the callback does not sign the person out"
    );
}

#[tokio::test]
async fn of_two_simultaneous_answers_one_succeeds() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let request = world.get("/sign-in").await;
    world.serve_token(&world.key.sign(&world.claims(&request.parameter("nonce")))).await;
    let target = format!("/callback?{}", world.good_answer(&request));
    let cookie = world.cookie.as_deref();
    let both = async {
        tokio::join!(
            world.get_as(cookie, "localhost:3000", &target),
            world.get_as(cookie, "localhost:3000", &target)
        )
    };
    let (first, second) = within("both answers", Duration::from_secs(10), both).await.unwrap();
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [307, 500]);
    assert_eq!(world.sent_lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
}

#[tokio::test]
async fn with_two_tabs_the_later_sign_in_counts() {
    let mut world = World::new().await;
    world.serve_keys().await;
    let first = world.get("/sign-in").await;
    let second = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&first));
    world.get(&target).await.refused("the state is not the one");
    let token = world.key.sign(&world.claims(&second.parameter("nonce")));
    assert_eq!(world.sign_in_with_token(&second, &token).await.status, 307);
}

#[tokio::test]
async fn a_browser_without_the_cookie_has_another_session() {
    let mut world = World::new().await;
    world.sign_in().await;
    assert!(world.get_as(None, "localhost:3000", "/api/session").await.text.contains("false"));
    let request = world.get("/sign-in").await;
    let target = format!("/callback?{}", world.good_answer(&request));
    world.get_as(None, "localhost:3000", &target).await.refused("no sign-in is in progress");
}
