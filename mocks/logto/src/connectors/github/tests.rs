use axum::Router;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use kit::{Bound, Ca, Client, Clock, Journal, Random, Running};

use super::*;

const USER_ANSWER: &str =
    r#"{"id":583231,"login":"octo","name":"Octo","avatar_url":"https://github.com/o.png","email":null}"#;

/// A GitHub whose token endpoint answers as given, and a Logto that uses it.
async fn github(tokens: Value, emails: StatusCode) -> (Shared, [Running; 2]) {
    let clock = Clock::skipping();
    let ca = Ca::create(&clock, &["github.com", "api.github.com"]).unwrap();
    let exchange = |headers: HeaderMap, form: String| async move {
        assert_eq!(form, "client_id=c&client_secret=s%2B+%25&code=k");
        assert_eq!(headers[ACCEPT], "application/json");
        tokens.to_string()
    };
    let addresses = move |headers: HeaderMap| async move {
        assert_eq!(headers[AUTHORIZATION], "Bearer gho_x");
        let mine = json!({ "email": "o@example.com", "primary": true, "verified": true, "visibility": null });
        (emails, json!([mine]).to_string())
    };
    let site = Router::new().route("/login/oauth/access_token", post(exchange));
    let api =
        Router::new().route("/user", get(|| async { USER_ANSWER })).route("/user/emails", get(addresses));
    let bind = || async { Bound::loopback().await.unwrap() };
    let site = bind().await.serve_tls(site, ca.server_config("github.com").unwrap());
    let api = bind().await.serve_tls(api, ca.server_config("api.github.com").unwrap());
    let client =
        Client::builder().trust(&ca).host("github.com", site.addr()).host("api.github.com", api.addr());
    let shared = Shared::new(crate::Context {
        endpoint: "http://localhost:3001".parse().unwrap(),
        admin_endpoint: "http://localhost:3002".parse().unwrap(),
        trust_proxy_header: true,
        ssrf_protection_disabled: false,
        clock,
        random: Random::from_os(),
        journal: Journal::new(),
        client: client.build().unwrap(),
        authorization_origin: None,
        fixed: crate::Fixed::default(),
        version: crate::Version::default(),
    });
    (shared, [site, api])
}

async fn sign_in(shared: &Shared) -> Result<SocialUser, ConnectorError> {
    let config = json!({ "clientId": "c", "clientSecret": "s+ %" });
    let data = json!({ "code": "k", "redirectUri": "ignored" });
    let (config, data) = (config.as_object().unwrap(), data.as_object().unwrap());
    Github.user_info(Arrival { shared, config, session: &ConnectorSession::default(), data }).await
}

fn good_tokens() -> Value {
    json!({ "access_token": "gho_x", "scope": "read:user", "token_type": "bearer" })
}

#[tokio::test]
async fn a_person_is_read_from_user_and_addresses() {
    let (shared, _servers) = github(good_tokens(), StatusCode::OK).await;
    let user = sign_in(&shared).await.unwrap();
    assert_eq!((user.id.as_str(), user.email.as_deref()), ("583231", Some("o@example.com")));
    assert_eq!(user.raw["userInfo"]["login"], "octo");
    assert_eq!(user.raw["userEmails"][0]["primary"], true);
}

#[tokio::test]
async fn withheld_addresses_do_not_matter() {
    let (shared, _servers) = github(good_tokens(), StatusCode::FORBIDDEN).await;
    let user = sign_in(&shared).await.unwrap();
    assert_eq!((user.email, &user.raw["userEmails"]), (None, &json!([])));
}

#[tokio::test]
async fn a_refusal_with_status_200_lacks_required_members() {
    let (shared, _servers) = github(json!({ "error": "bad_verification_code" }), StatusCode::OK).await;
    let error = sign_in(&shared).await.unwrap_err();
    assert!(matches!(&error, ConnectorError::InvalidResponse(issues) if issues.len() == 3), "{error}");
}

fn callback(data: Value) -> Result<String, ConnectorError> {
    code(data.as_object().unwrap()).map(ToOwned::to_owned)
}

#[test]
fn a_callback_has_a_code_or_the_reason_for_a_refusal() {
    assert_eq!(callback(json!({ "code": "" })).unwrap(), "");
    let refusal = |error: &str| json!({ "error": error, "error_description": "No.", "error_uri": "u" });
    let denied = callback(refusal("access_denied")).unwrap_err().wire();
    assert_eq!((denied.status, denied.data), (401, Some(json!({ "message": "No." }))));
    let other = callback(refusal("odd")).unwrap_err().wire();
    assert_eq!(other.message, "Error occurred in connector: No.");
    let unknown = callback(json!({ "error": "access_denied" })).unwrap_err().wire();
    assert_eq!(unknown.data, Some(json!({ "message": "{\"error\":\"access_denied\"}" })));
}

#[test]
fn the_public_address_comes_before_the_primary_one() {
    let emails = json!([
        { "email": "b@example.com", "primary": false, "verified": true, "visibility": null },
        { "email": "p@example.com", "primary": true, "verified": true, "visibility": "private" },
    ]);
    let read = |user: Value| profile(user, emails.clone()).unwrap();
    assert_eq!(read(json!({ "id": 7, "email": "a@example.com" })).email.as_deref(), Some("a@example.com"));
    let private = read(json!({ "id": 7, "email": null, "name": "" }));
    assert_eq!(
        (private.id.as_str(), private.email.as_deref(), private.name),
        ("7", Some("p@example.com"), None)
    );
}

#[test]
fn responses_are_checked_member_by_member() {
    let places = |user: Value, emails: Value| match profile(user, emails).unwrap_err() {
        ConnectorError::InvalidResponse(issues) => issues.iter().map(Issue::place).collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    assert_eq!(places(json!({ "id": "7", "name": 5 }), json!([])), ["id", "name"]);
    assert_eq!(
        places(json!({ "id": 7 }), json!([{ "email": 5, "primary": true }])),
        ["0.email", "0.verified", "0.visibility"]
    );
    assert_eq!(places(json!({ "id": 7 }), json!("")), [""]);
}
