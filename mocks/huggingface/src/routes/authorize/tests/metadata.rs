use axum::routing::get;
use axum::{Json, Router};
use kit::{Bound, Running};
use serde_json::{Value, json};

use crate::routes::testing::{CHALLENGE, Site, VERIFIER, form};

/// An app that publishes this at `/.well-known/oauth-cimd`, and its address.
async fn publishing(document: impl FnOnce(&str) -> Value) -> (Running, String) {
    let bound = Bound::loopback().await.unwrap();
    let address = format!("http://localhost:{}/.well-known/oauth-cimd", bound.port());
    let document = document(&address);
    let answer = get(move || async move { Json(document) });
    (bound.serve(Router::new().route("/.well-known/oauth-cimd", answer)), address)
}

fn request(client_id: &str) -> String {
    let pairs = [
        ("client_id", client_id),
        ("redirect_uri", "http://localhost:3000/cb"),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("/oauth/authorize?{}", form(&pairs))
}

fn described(address: &str) -> Value {
    json!({ "client_id": address, "client_name": "Chat", "redirect_uris": ["http://localhost:3000/cb"],
        "token_endpoint_auth_method": "none", "scopes": ["openid", "profile"] })
}

#[tokio::test]
async fn an_app_that_describes_itself_signs_in_without_registration() {
    let (_app, address) = publishing(described).await;
    let site = Site::new();
    let session = site.mock.sign_in("ada").unwrap();
    let page = site.get_as(&request(&address), &session).await;
    assert!(page.body.contains("Chat wants to access your account"), "{page:?}");
    let code = site.form(&request(&address), "", Some(&session)).await.param("code").unwrap();
    let exchange = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://localhost:3000/cb"),
        ("client_id", &address),
        ("code_verifier", VERIFIER),
    ]);
    assert_eq!(site.token(&[], &exchange).await.json()["scope"], "openid profile");
}

#[tokio::test]
async fn a_document_of_no_use_is_a_502_page_and_the_reason_in_the_journal() {
    let site = Site::new();
    for (name, value, reason) in [
        ("client_id", json!("https://other.example/x"), "says client_id `https://other.example/x`"),
        ("redirect_uris", json!([]), "names no redirect_uris"),
        ("redirect_uris", json!(["/cb"]), "not an absolute URL"),
        ("token_endpoint_auth_method", json!("client_secret_basic"), "only `none` is possible"),
        ("client_secret", json!("x"), "holds a client_secret"),
        ("redirect_uris", json!(1), "cannot be read"),
    ] {
        let (_app, address) = publishing(|address| {
            let mut document = described(address);
            document[name] = value;
            document
        })
        .await;
        let page = site.get(&request(&address)).await;
        assert_eq!(page.status, 502, "{reason}");
        assert!(page.notes[0].contains(reason), "{reason}: {:?}", page.notes);
    }
}

#[tokio::test]
async fn addresses_of_no_document_are_refused_without_a_call() {
    let site = Site::new();
    for (address, reason) in [
        ("http://app.example/x", "it is not https"),
        ("https://app.example/", "it has no path"),
        ("https://app.example/x#y", "it has a fragment"),
        ("https://me@app.example/x", "it has user information"),
        // A host outside the stack.
        ("https://app.example/x", "app.example"),
    ] {
        let page = site.get(&request(address)).await;
        assert_eq!(page.status, 502, "{address}");
        assert!(page.notes[0].contains(reason), "{reason}: {:?}", page.notes);
    }
}
