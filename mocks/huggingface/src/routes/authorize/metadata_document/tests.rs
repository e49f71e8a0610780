use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use kit::{Bound, Ca, Client, Clock, Running};
use serde_json::{Value, json};

use crate::routes::testing::{Answer, CHALLENGE, Site, VERIFIER, authorize, form, shop};
use crate::{App, Config, MetadataDocumentScheme, Switches};

const CALLBACK: &str = "https://tool.example/callback";

fn plain_site() -> Site {
    let switches =
        Switches { metadata_document_scheme: MetadataDocumentScheme::HttpOnLoopback, ..Switches::default() };
    Site::with("http://localhost:4000", Config { apps: vec![shop()], switches, ..Config::default() })
}

/// Serves `document` under `/client`; a `client_id` of null is replaced by its own address.
async fn serve(document: Value) -> (Running, String) {
    let bound = Bound::loopback().await.unwrap();
    let address = format!("http://localhost:{}/client", bound.port());
    (bound.serve(document_router(document, &address)), address)
}

fn document_router(mut document: Value, address: &str) -> Router {
    if document["client_id"].is_null() {
        document["client_id"] = address.into();
    }
    Router::new()
        .route("/client", get(async move || document.to_string()))
        .route("/moved", get(async || Redirect::to("/client")))
        .route("/gone", get(async || StatusCode::GONE))
        .route("/text", get(async || "not JSON"))
}

fn good() -> Value {
    json!({
        "client_id": null,
        "client_name": "Tool <1>",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "client_uri": "javascript:alert(1)",
    })
}

fn request(client_id: &str) -> String {
    let extra = [
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    authorize("openid profile", &extra)
}

async fn ask(site: &Site, client_id: &str) -> Answer {
    let session = site.mock.sign_in("ada").unwrap();
    site.get_as(&request(client_id), &session).await
}

async fn sign_in(site: &Site, client_id: &str) -> Answer {
    let page = ask(site, client_id).await;
    assert!(page.status == 200 && page.body.contains("Tool &lt;1&gt; wants to access"), "{page:?}");
    assert!(!page.body.contains("javascript:"), "{page:?}");
    let session = site.mock.sign_in("ada").unwrap();
    let code = site.form(&request(client_id), "", Some(&session)).await.param("code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("client_id", client_id),
        ("code_verifier", VERIFIER),
    ];
    site.token(&[], &form(&pairs)).await
}

#[tokio::test]
async fn signs_in_a_client_that_is_identified_by_its_document() {
    let site = plain_site();
    let (server, address) = serve(good()).await;
    assert_eq!(sign_in(&site, &address).await.json()["scope"], "openid profile");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn fetches_over_tls_with_the_cas_that_it_was_given() {
    let ca = Ca::create(&Clock::system(), &["localhost"]).unwrap();
    let bound = Bound::loopback().await.unwrap();
    let address = format!("https://localhost:{}/client", bound.port());
    let server = bound.serve_tls(document_router(good(), &address), ca.server_config("localhost").unwrap());
    let client = Client::builder().trust(&ca).build().unwrap();
    let site = Site::with_client("http://localhost:4000", Config::default(), client);
    assert_eq!(sign_in(&site, &address).await.status, 200);

    let distrustful = Site::new();
    let answer = ask(&distrustful, &address).await;
    assert_eq!(answer.status, 502, "{answer:?}");
    assert!(answer.notes[0].contains("cannot connect to"), "{answer:?}");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn reads_the_document_anew_every_time() {
    let site = plain_site();
    let (server, address) = serve(good()).await;
    assert_eq!(ask(&site, &address).await.status, 200);
    server.shutdown().await.unwrap();
    assert_eq!(ask(&site, &address).await.status, 502);
}

#[tokio::test]
async fn a_host_outside_the_stack_is_refused_with_its_name() {
    let answer = ask(&Site::new(), "https://tool.example/.well-known/oauth-cimd").await;
    assert_eq!(answer.status, 502, "{answer:?}");
    let reason = "the client ID metadata document cannot be fetched: \
                  https://tool.example/.well-known/oauth-cimd leads to `tool.example`, a host outside the stack";
    assert!(answer.notes[0].starts_with(reason), "{answer:?}");
}

#[tokio::test]
async fn plain_http_is_an_unknown_client_unless_switched() {
    let (server, address) = serve(good()).await;
    let answer = ask(&Site::new(), &address).await;
    let note = format!("client_id `{address}` is not registered");
    assert_eq!((answer.status, answer.notes), (400, vec![note]));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_registered_app_needs_no_document() {
    let app = App {
        client_id: "https://tool.example/client".into(),
        redirect_uris: vec![CALLBACK.into()],
        ..App::default()
    };
    let site = Site::with("http://localhost:4000", Config { apps: vec![app], ..Config::default() });
    assert_eq!(ask(&site, "https://tool.example/client").await.status, 200);
}

#[tokio::test]
async fn refuses_addresses_that_a_document_cannot_have() {
    for (address, reason) in [
        ("https://tool.example", "has no path"),
        ("https://tool.example/a#b", "has a fragment"),
        ("https://me:secret@tool.example/a", "has a username or a password"),
        ("https://tool.example/a/../b", "has a dot segment in its path"),
        ("https://", "is not a valid URL"),
    ] {
        let answer = ask(&Site::new(), address).await;
        let note = format!("client_id {reason}, so it cannot be the URL of a client ID metadata document");
        assert_eq!((answer.status, answer.notes), (400, vec![note]), "{address}");
    }
}

#[tokio::test]
async fn refuses_answers_that_are_not_a_document() {
    let site = plain_site();
    let (server, address) = serve(good()).await;
    let other = |path: &str| address.replace("/client", path);
    for (path, note) in [
        ("/moved", "the client ID metadata document cannot be fetched: its site answered 303, not 200"),
        ("/gone", "the client ID metadata document cannot be fetched: its site answered 410, not 200"),
    ] {
        let answer = ask(&site, &other(path)).await;
        assert_eq!((answer.status, answer.notes), (502, vec![note.to_owned()]), "{path}");
    }
    let answer = ask(&site, &other("/text")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.notes[0].starts_with("the client ID metadata document cannot be read: "), "{answer:?}");
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn refuses_documents_that_do_not_define_a_client() {
    let site = plain_site();
    for (name, value, reason) in [
        (
            "client_id",
            json!("https://b.example/c"),
            "is about `https://b.example/c`, not about the address it was fetched from",
        ),
        (
            "token_endpoint_auth_method",
            json!("client_secret_post"),
            "requires `client_secret_post`, but such a client cannot have a secret",
        ),
        ("client_secret", json!("s"), "has a client_secret, which anyone can read there"),
        ("redirect_uris", json!([]), "has no redirect_uris"),
        ("redirect_uris", json!(["/cb"]), "has the redirect_uri `/cb`, which is not an absolute URL"),
        ("scope", json!("openid files"), "has the scope `files`, which does not exist"),
    ] {
        let mut document = good();
        document[name] = value;
        let (server, address) = serve(document).await;
        let answer = ask(&site, &address).await;
        let note = format!("the client ID metadata document {reason}");
        assert_eq!((answer.status, answer.notes), (400, vec![note]), "{name}");
        assert!(answer.body.contains("Invalid client_id"), "{name}");
        server.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn the_device_flow_reads_documents_too() {
    let site = plain_site();
    let (server, address) = serve(good()).await;
    let answer = site.form("/oauth/device", &form(&[("client_id", &address)]), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    server.shutdown().await.unwrap();
    let answer = site.form("/oauth/device", &form(&[("client_id", "https://tool.example/a")]), None).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_client")));
}
