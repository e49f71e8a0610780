//! What a visitor sees.

use kit::{Direction, Party};
use serde_json::json;

use super::stub::World;

#[tokio::test]
async fn a_visitor_is_not_logged_in_and_gets_no_cookie() {
    let mut world = World::new().await;
    let answer = world.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(answer.text.contains("<h1>Hello Logto</h1><div>You are not logged in to this website. :(</div>"));
    assert!(answer.text.contains(r#"<div><a href="/sign-in">Sign In</a></div>"#));
    assert!(answer.text.contains(r#"<div><a href="/sign-out">Sign Out</a></div>"#));
    assert!(answer.set_cookie.is_empty());
    assert_eq!(world.session().await, json!({ "authenticated": false, "claims": null }));
    assert!(world.sent().is_empty(), "none of these pages asks Logto");
}

#[tokio::test]
async fn a_person_who_has_signed_in_is_logged_in() {
    let mut world = World::new().await;
    assert_eq!(world.sign_in().await.status, 307);
    assert!(world.get("/").await.text.contains("<div>You are logged in to this website! :)</div>"));
}

#[tokio::test]
async fn the_session_shows_the_claims_as_they_stand_in_the_token() {
    let mut world = World::new().await;
    world.sign_in().await;
    let answer = world.get("/api/session").await;
    assert_eq!(answer.content_type, "application/json");
    let issuer = world.issuer();
    let start = r#"{"authenticated":true,"claims":{"sub":"d0ja13rlm0o1","name":"Ada","picture":null,"updated_at":1795421839283,"username":null,"created_at":1795421839220,"email":"ada@example.com","email_verified":true,"nonce":""#;
    assert!(answer.text.starts_with(start), "{}", answer.text);
    let end =
        format!(r#","aud":"bookstore0000000000id","exp":1795438800,"iat":1795435200,"iss":"{issuer}"}}}}"#);
    assert!(answer.text.ends_with(&end), "{}", answer.text);
}

#[tokio::test]
async fn the_journal_has_a_refused_request_and_the_reason() {
    let mut world = World::new().await;
    world.get("/callback?state=x").await;
    let entry = &world.journal.entries()[0];
    assert_eq!((entry.party, entry.direction), (Party::APP, Direction::Received));
    assert_eq!(entry.request.url, "http://localhost:3000/callback?state=x");
    assert_eq!(entry.notes[0].code, "app/no-sign-in");
}

#[tokio::test]
async fn other_paths_do_not_exist() {
    let mut world = World::new().await;
    assert_eq!(world.get("/favicon.ico").await.status, 404);
}
