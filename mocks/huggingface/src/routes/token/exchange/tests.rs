use axum::Router;
use axum::routing::get;
use kit::Bound;
use serde_json::{Value, json};

use crate::routes::testing::{Answer, CLIENT_ID, SECRET, Site, form, shop};
use crate::{App, Config, Membership, Organization, Plan, TrustedPublisher, User, keys};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const EMAIL: &str = "urn:huggingface:token-type:user-email";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ISSUER: &str = "https://ci.example";
/// 2026-11-23T12:00:00Z, the time of the site's fixed clock.
const NOW: i64 = 1_795_435_200;

/// Ada is in the Enterprise organization that the app Shop is bound to, Grace is not.
fn organized() -> Config {
    let member = Membership { org: "acme".into(), ..Membership::default() };
    let user = |name: &str, orgs| User {
        username: name.into(),
        email: Some(format!("{name}+x@example.com")),
        orgs,
        ..User::default()
    };
    Config {
        users: vec![user("ada", vec![member]), user("grace", vec![])],
        organizations: vec![Organization {
            username: "acme".into(),
            plan: Some(Plan::Enterprise),
            ..Organization::default()
        }],
        apps: vec![App { token_exchange_org: Some("acme".into()), ..shop() }],
        ..Config::default()
    }
}

async fn for_email(site: &Site, pairs: &[(&str, &str)]) -> Answer {
    let usual = [("grant_type", GRANT), ("subject_token_type", EMAIL)];
    site.token(&[], &form(&[&usual, pairs].concat())).await
}

fn as_shop(email: &str) -> Vec<(&str, &str)> {
    vec![("subject_token", email), ("client_id", CLIENT_ID), ("client_secret", SECRET)]
}

#[track_caller]
fn assert_refused(answer: &Answer, error: &str, note: &str) {
    assert_eq!(answer.json()["error"], error, "{answer:?}");
    assert_eq!(answer.notes, [note]);
}

#[tokio::test]
async fn an_app_of_an_organization_gets_a_token_of_a_member() {
    let site = Site::with("http://localhost:4000", organized());
    let reply = for_email(&site, &as_shop("ada+x@example.com")).await.json();
    assert_eq!(reply["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert_eq!((reply["expires_in"].as_i64(), reply.get("refresh_token")), (Some(28_800), None));
    assert_eq!(reply["scope"], shop().scopes.to_string());
    let token = reply["access_token"].as_str().unwrap();
    assert_eq!(site.with_bearer("/api/whoami-v2", token).await.json()["name"], "ada");

    let narrow = [as_shop("ada+x@example.com"), vec![("scope", "profile")]].concat();
    assert_eq!(for_email(&site, &narrow).await.json()["scope"], "profile");
}

#[tokio::test]
async fn refuses_non_members_and_scopes_that_the_app_lacks() {
    let site = Site::with("http://localhost:4000", organized());
    let answer = for_email(&site, &as_shop("grace+x@example.com")).await;
    assert_refused(&answer, "invalid_grant", "`grace` is not in the organization `acme` of the app");
    let answer = for_email(&site, &as_shop("ADA+x@example.com")).await;
    assert_refused(&answer, "invalid_grant", "no user has the e-mail address `ADA+x@example.com`");
    let jobs = [as_shop("ada+x@example.com"), vec![("scope", "openid jobs")]].concat();
    let note = "scope `jobs` does not exist, or is not enabled on the app";
    assert_refused(&for_email(&site, &jobs).await, "invalid_scope", note);
}

#[tokio::test]
async fn refuses_apps_that_may_not_exchange() {
    let site = Site::with("http://localhost:4000", organized());
    let email = "ada+x@example.com";
    let answer = for_email(&site, &[("subject_token", email)]).await;
    let note = "the exchange for an e-mail address requires the app's client id and secret";
    assert_refused(&answer, "invalid_client", note);
    let answer = for_email(&site, &as_shop(email)[..2]).await;
    let note = "the app `Shop` has a secret, but neither it nor a code_verifier was sent";
    assert_refused(&answer, "invalid_client", note);

    let poor = Organization { username: "acme".into(), plan: Some(Plan::Team), ..Organization::default() };
    site.mock.add_organization(poor);
    let note = "`acme`, the organization of the app, does not exist or has no Enterprise plan";
    assert_refused(&for_email(&site, &as_shop(email)).await, "invalid_client", note);
    site.mock.add_app(shop());
    let note = "the app `Shop` is not bound to an organization (token_exchange_org)";
    assert_refused(&for_email(&site, &as_shop(email)).await, "invalid_client", note);
}

#[tokio::test]
async fn refuses_exchanges_of_the_wrong_form() {
    let site = Site::new();
    for (pairs, note) in [
        (vec![("grant_type", GRANT)], "subject_token_type is missing"),
        (vec![("grant_type", GRANT), ("subject_token_type", EMAIL)], "subject_token is missing"),
        (
            vec![("grant_type", GRANT), ("subject_token_type", "jwt"), ("subject_token", "x")],
            "subject_token_type `jwt` is not supported by this site",
        ),
        (
            vec![("grant_type", GRANT), ("subject_token_type", ID_TOKEN), ("subject_token", "x")],
            "resource is missing",
        ),
        (
            vec![
                ("grant_type", GRANT),
                ("subject_token_type", ID_TOKEN),
                ("subject_token", "x"),
                ("resource", "models/a/b"),
            ],
            "resource `models/a/b` is neither a repository nor a username",
        ),
    ] {
        assert_refused(&site.token(&[], &form(&pairs)).await, "invalid_request", note);
    }
}

async fn key_set() -> Value {
    json!({ "keys": [keys::rsa().await.unwrap().jwk()] })
}

fn job() -> Value {
    json!({
        "iss": ISSUER,
        "aud": "http://localhost:4000",
        "exp": NOW + 300,
        "repository": "acme/training",
        "ref": "refs/heads/main",
    })
}

async fn publisher(resource: &str) -> TrustedPublisher {
    let claims = [("repository", "acme/training"), ("ref", "refs/heads/main")];
    TrustedPublisher {
        resource: resource.to_owned(),
        issuer: ISSUER.to_owned(),
        claims: claims.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        jwks: Some(key_set().await),
    }
}

async fn trusting(publishers: Vec<TrustedPublisher>) -> Site {
    Site::with("http://localhost:4000", Config { trusted_publishers: publishers, ..Config::default() })
}

/// As the official client does: JSON, without client authentication.
async fn exchange(site: &Site, claims: &Value, resource: &str) -> Answer {
    let token = keys::rsa().await.unwrap().sign(claims, true).unwrap();
    show(site, &token, resource).await
}

async fn show(site: &Site, token: &str, resource: &str) -> Answer {
    let body = json!({
        "grant_type": GRANT,
        "subject_token_type": ID_TOKEN,
        "subject_token": token,
        "resource": resource,
    });
    site.send("POST", "/oauth/token", &[("content-type", "application/json")], &body.to_string()).await
}

#[tokio::test]
async fn a_ci_job_gets_a_token_for_one_repository() {
    let site = trusting(vec![publisher("datasets/acme/corpus").await]).await;
    let reply = exchange(&site, &job(), "datasets/acme/corpus").await.json();
    let token = reply["access_token"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
    assert!(token.starts_with("hf_jwt_"), "{token}");
    assert_eq!(
        reply,
        json!({
            "access_token": token,
            "token_type": "bearer",
            "expires_in": 3600,
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        })
    );
    let answer = site.with_bearer("/oauth/userinfo", &token).await;
    assert_eq!(answer.notes, ["the bearer token is a token for one repository, not an access token"]);
}

#[tokio::test]
async fn a_ci_job_reads_in_the_name_of_a_user_for_an_hour() {
    let site = trusting(vec![publisher("ada").await]).await;
    let reply = exchange(&site, &job(), "ada").await.json();
    let token = reply["access_token"].as_str().unwrap_or_else(|| panic!("{reply}"));
    assert!(token.starts_with("hf_oauth_"), "{token}");
    assert_eq!(site.with_bearer("/api/whoami-v2", token).await.json()["name"], "ada");
    site.advance(3600);
    assert_eq!(site.with_bearer("/api/whoami-v2", token).await.status, 401);
}

#[tokio::test]
async fn fetches_the_keys_of_an_issuer_that_the_stack_reaches() {
    let bound = Bound::loopback().await.unwrap();
    let issuer = format!("http://localhost:{}", bound.port());
    let (keys, discovery) = (key_set().await, json!({ "jwks_uri": format!("{issuer}/keys") }));
    let server = bound.serve(
        Router::new()
            .route("/keys", get(async move || keys.to_string()))
            .route("/.well-known/openid-configuration", get(async move || discovery.to_string())),
    );
    let own = TrustedPublisher { issuer: issuer.clone(), jwks: None, ..publisher("acme/model").await };
    let site = trusting(vec![own]).await;
    let mut claims = job();
    claims["iss"] = issuer.into();
    assert_eq!(exchange(&site, &claims, "acme/model").await.status, 200);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn refuses_to_fetch_keys_outside_the_stack() {
    let own = TrustedPublisher { jwks: None, ..publisher("acme/model").await };
    let answer = exchange(&trusting(vec![own]).await, &job(), "acme/model").await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some("invalid_grant")));
    let reason = "the keys of the issuer `https://ci.example` cannot be fetched: \
                  https://ci.example/.well-known/openid-configuration leads to `ci.example`, a host outside";
    assert!(answer.notes[0].starts_with(reason), "{answer:?}");
}

#[tokio::test]
async fn refuses_jobs_that_are_not_trusted_without_telling_why() {
    let site = trusting(vec![publisher("acme/model").await]).await;
    for (name, value, note) in [
        (
            "aud",
            json!("https://other.example"),
            "is for the audience \"https://other.example\", not for http://localhost:4000",
        ),
        ("exp", json!(NOW - 2), "expired 2 s ago"),
        ("exp", Value::Null, "has no exp"),
        ("nbf", json!(NOW + 9), "is not valid for another 9 s"),
        (
            "ref",
            json!("refs/heads/main-backup"),
            "has the claim `ref` \"refs/heads/main-backup\", but \"refs/heads/main\" is trusted",
        ),
    ] {
        let mut claims = job();
        claims[name] = value;
        let answer = exchange(&site, &claims, "acme/model").await;
        assert_refused(&answer, "invalid_grant", &format!("the subject token {note}"));
        assert_eq!(answer.json()["error_description"], "Invalid subject_token");
    }
    let mut foreign = job();
    foreign["iss"] = "https://other.example".into();
    let note = "`acme/model` does not trust the issuer `https://other.example`";
    assert_refused(&exchange(&site, &foreign, "acme/model").await, "invalid_grant", note);
    let note = "no trusted publisher is configured for `acme/other` (trusted_publishers)";
    assert_refused(&exchange(&site, &job(), "acme/other").await, "invalid_grant", note);
}

#[tokio::test]
async fn refuses_tokens_that_the_issuer_did_not_sign() {
    let site = trusting(vec![publisher("acme/model").await]).await;
    let token = keys::rsa().await.unwrap().sign(&job(), true).unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let answer = show(&site, &format!("{signed}.AAAA"), "acme/model").await;
    assert!(answer.notes[0].starts_with("the subject token is not signed by its issuer: "), "{answer:?}");
    let other = site.mock.access_token_key().unwrap().sign(&job(), true).unwrap();
    let answer = show(&site, &other, "acme/model").await;
    let note = "the subject token is signed with a key that its issuer does not publish";
    assert_refused(&answer, "invalid_grant", note);
    let answer = show(&site, "not.a.token", "acme/model").await;
    assert!(answer.notes[0].starts_with("the subject token cannot be read: "), "{answer:?}");
}
