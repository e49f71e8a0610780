//! Every lifetime of the double runs on the stack's clock (contract §1.9): each
//! item works until just before its expiry, and no longer just after it.

use std::time::Duration;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use kit::{Bound, Machine, Running};
use logto_testkit::setup::Application;
use logto_testkit::stack::{Management, StackBuilder};
use logto_testkit::{Stack, Visitor};
use serde_json::{Value, json};
use url::Url;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A stack whose app is a blank page: the test is the app.
struct Scene {
    stack: Stack,
    _app: Running,
}

impl Scene {
    async fn open(settings: StackBuilder) -> Self {
        let bound = Bound::loopback().await.unwrap();
        let origin = format!("http://localhost:{}", bound.port()).parse().unwrap();
        let app = bound.serve(Router::new().fallback(|| async { "the app" }));
        // Between two readings, only the time that the test adds passes.
        let machine = Machine::movable();
        machine.hold();
        Self { stack: settings.app_at(origin).machine(machine).start().await.unwrap(), _app: app }
    }

    fn later(&self, by: Duration) {
        self.stack.clock().advance(by);
    }

    fn logto(&self, path: &str) -> String {
        format!("{}{path}", self.stack.endpoints().logto)
    }

    fn callback(&self) -> String {
        format!("{}callback", self.stack.endpoints().app)
    }

    fn basic(&self) -> String {
        let known = self.stack.known();
        format!("Basic {}", STANDARD.encode(format!("{}:{}", known.app_id, known.app_secret)))
    }

    fn request(&self, more: &[(&str, &str)]) -> Url {
        let mut url: Url = self.logto("oidc/auth").parse().unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", &self.stack.known().app_id)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("response_type", "code")
            .extend_pairs(more);
        url
    }

    /// Signs in again and returns the code.
    async fn sign_in(&self, visitor: &mut Visitor<'_>, more: &[(&str, &str)]) -> String {
        visitor.visit(self.request(more).as_str()).await.unwrap();
        visitor.continue_with("huggingface").await.unwrap();
        visitor.sign_in_as("ada").await.unwrap();
        parameter(visitor, "code").unwrap()
    }

    /// Asks without showing the person a page; returns the code, or the error.
    async fn ask_silently(&self, visitor: &mut Visitor<'_>) -> Result<String, String> {
        let request = self.request(&[("scope", "openid"), ("prompt", "none")]);
        visitor.visit(request.as_str()).await.unwrap();
        parameter(visitor, "code").ok_or_else(|| parameter(visitor, "error").unwrap())
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http::Request::post(self.logto(path))
            .header("authorization", self.basic())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        let response = self.stack.browser_client().send(request).await.unwrap();
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    async fn exchange(&self, code: &str) -> (u16, Value) {
        let callback = self.callback();
        self.post(
            "oidc/token",
            &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &callback)],
        )
        .await
    }

    async fn refresh(&self, token: &str) -> (u16, Value) {
        self.post("oidc/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn userinfo(&self, token: &str) -> u16 {
        let request = http::Request::get(self.logto("oidc/me"))
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::new())
            .unwrap();
        self.stack.browser_client().send(request).await.unwrap().status().as_u16()
    }

    async fn is_active(&self, token: &str) -> bool {
        self.post("oidc/token/introspection", &[("token", token)]).await.1["active"] == true
    }

    /// A new Management API token: the stack's own may have expired meanwhile.
    fn management(&self) -> &Management {
        self.stack.management()
    }

    async fn change_application(&self, custom: Value) {
        let path = format!("applications/{}", self.stack.known().app_id);
        self.management().patch(&path, &json!({ "customClientMetadata": custom })).await.unwrap();
    }
}

fn parameter(visitor: &Visitor<'_>, name: &str) -> Option<String> {
    let url = &visitor.shown().unwrap().request.url;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// `exp` − `iat` of a JWT.
fn lifetime(token: &str) -> i64 {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

const OFFLINE: [(&str, &str); 2] = [("scope", "openid offline_access"), ("prompt", "consent")];

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let first = scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    scene.later(59 * SECOND);
    assert_eq!(scene.exchange(&first).await.0, 200);
    let second = scene.ask_silently(&mut visitor).await.unwrap();
    scene.later(60 * SECOND);
    let (status, answer) = scene.exchange(&second).await;
    assert_eq!((status, text(&answer, "error")), (400, "invalid_grant"));
}

#[tokio::test]
async fn an_interaction_lives_for_an_hour() {
    let scene = Scene::open(Stack::builder()).await;
    let mut patient = Visitor::new(&scene.stack);
    patient.visit(scene.request(&[("scope", "openid")]).as_str()).await.unwrap();
    scene.later(HOUR - 2 * SECOND);
    patient.continue_with("huggingface").await.unwrap();
    let mut late = Visitor::new(&scene.stack);
    late.visit(scene.request(&[("scope", "openid")]).as_str()).await.unwrap();
    scene.later(HOUR + SECOND);
    let error = late.continue_with("huggingface").await.unwrap_err().to_string();
    assert!(error.contains("session.not_found"), "{error}");
}

#[tokio::test]
async fn a_session_lives_for_two_weeks_from_its_last_use() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    for _ in 0..3 {
        scene.later(13 * DAY);
        scene.ask_silently(&mut visitor).await.unwrap();
    }
    scene.later(14 * DAY + SECOND);
    assert_eq!(scene.ask_silently(&mut visitor).await.unwrap_err(), "login_required");
}

#[tokio::test]
async fn what_a_person_allowed_is_asked_for_again_after_half_a_year() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    // The session is extended; the grant is not.
    for _ in 0..13 {
        scene.later(13 * DAY);
        scene.ask_silently(&mut visitor).await.unwrap();
    }
    scene.later(12 * DAY);
    assert_eq!(scene.ask_silently(&mut visitor).await.unwrap_err(), "consent_required");
}

#[tokio::test]
async fn refreshing_goes_on_for_half_a_year_at_most() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &OFFLINE).await;
    let mut token = text(&scene.exchange(&code).await.1, "refresh_token").to_owned();
    for _ in 0..13 {
        scene.later(13 * DAY);
        text(&scene.refresh(&token).await.1, "refresh_token").clone_into(&mut token);
    }
    scene.later(12 * DAY);
    assert_eq!(scene.refresh(&token).await.0, 400);
}

#[tokio::test]
async fn an_access_token_lives_for_an_hour() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    let (_, tokens) = scene.exchange(&code).await;
    assert_eq!(tokens["expires_in"], 3600);
    let token = text(&tokens, "access_token");
    scene.later(HOUR - 2 * SECOND);
    assert_eq!((scene.userinfo(token).await, scene.is_active(token).await), (200, true));
    scene.later(3 * SECOND);
    assert_eq!((scene.userinfo(token).await, scene.is_active(token).await), (401, false));
}

#[tokio::test]
async fn an_id_token_lives_as_long_as_the_application_says() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    assert_eq!(lifetime(text(&scene.exchange(&code).await.1, "id_token")), 3600);
    scene.change_application(json!({ "idTokenTtl": 120 })).await;
    let code = scene.ask_silently(&mut visitor).await.unwrap();
    assert_eq!(lifetime(text(&scene.exchange(&code).await.1, "id_token")), 120);
}

#[tokio::test]
async fn a_token_for_an_api_lives_as_long_as_the_resource_says() {
    let scene = Scene::open(Stack::builder()).await;
    let api = "https://api.example.com";
    let resource = json!({ "name": "an API", "indicator": api, "accessTokenTtl": 600 });
    scene.management().post("resources", &resource).await.unwrap();
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &[("scope", "openid"), ("resource", api)]).await;
    let callback = scene.callback();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", &*callback),
        ("resource", api),
    ];
    let (_, tokens) = scene.post("oidc/token", &form).await;
    assert_eq!((lifetime(text(&tokens, "access_token")), &tokens["expires_in"]), (600, &json!(600)));
}

#[tokio::test]
async fn a_refresh_token_lives_for_two_weeks_or_as_the_application_says() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &OFFLINE).await;
    let token = text(&scene.exchange(&code).await.1, "refresh_token").to_owned();
    // Of a confidential client it is not rotated in the first 70 % of its life.
    scene.later(9 * DAY);
    assert_eq!(text(&scene.refresh(&token).await.1, "refresh_token"), token);
    scene.later(5 * DAY);
    assert_eq!(scene.refresh(&token).await.0, 400);

    let scene = Scene::open(Stack::builder()).await;
    scene.change_application(json!({ "refreshTokenTtlInDays": 1 })).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &OFFLINE).await;
    let token = text(&scene.exchange(&code).await.1, "refresh_token").to_owned();
    scene.later(DAY - 2 * SECOND);
    assert_eq!(scene.refresh(&token).await.0, 200);
    scene.later(3 * SECOND);
    assert_eq!(scene.refresh(&token).await.0, 400);
}

#[tokio::test]
async fn a_refresh_token_is_rotated_late_in_its_life_and_its_reuse_ends_everything() {
    let scene = Scene::open(Stack::builder()).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &OFFLINE).await;
    let first = text(&scene.exchange(&code).await.1, "refresh_token").to_owned();
    scene.later(10 * DAY);
    let second = text(&scene.refresh(&first).await.1, "refresh_token").to_owned();
    assert_ne!(first, second);
    // The answer may have been lost: for three seconds the old one still works,
    // and for another three after that.
    scene.later(2 * SECOND);
    assert_eq!(scene.refresh(&first).await.0, 200);
    scene.later(2 * SECOND);
    assert_eq!(scene.refresh(&first).await.0, 200);
    scene.later(4 * SECOND);
    assert_eq!(scene.refresh(&first).await.0, 400);
    assert_eq!(scene.refresh(&second).await.0, 400, "every token of the grant is revoked");
}

#[tokio::test]
async fn a_token_without_offline_access_ends_with_the_session() {
    let always = Application { always_issue_refresh_token: true, ..Application::default() };
    let scene = Scene::open(Stack::builder().application(always)).await;
    let mut visitor = Visitor::new(&scene.stack);
    let code = scene.sign_in(&mut visitor, &[("scope", "openid")]).await;
    let token = text(&scene.exchange(&code).await.1, "refresh_token").to_owned();
    scene.later(13 * DAY);
    assert_eq!(scene.refresh(&token).await.0, 200);
    // The session was last used at the sign-in: it expires before the token.
    let fresh = text(&scene.refresh(&token).await.1, "refresh_token").to_owned();
    scene.later(DAY + SECOND);
    let (status, answer) = scene.refresh(&fresh).await;
    assert_eq!((status, text(&answer, "error")), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_pushed_request_lives_for_a_minute() {
    let scene = Scene::open(Stack::builder()).await;
    let (id, callback) = (scene.stack.known().app_id.clone(), scene.callback());
    let form = [
        ("client_id", &*id),
        ("redirect_uri", &*callback),
        ("response_type", "code"),
        ("scope", "openid"),
        ("prompt", "none"),
    ];
    let (_, pushed) = scene.post("oidc/request", &form).await;
    assert_eq!(pushed["expires_in"], 60);
    let mut visitor = Visitor::new(&scene.stack);
    let open = |uri: &str| scene.request(&[("request_uri", uri)]);
    let uri = text(&pushed, "request_uri");
    scene.later(59 * SECOND);
    visitor.visit(open(uri).as_str()).await.unwrap();
    assert_eq!(parameter(&visitor, "error").unwrap(), "login_required");
    scene.later(2 * SECOND);
    visitor.visit(open(uri).as_str()).await.unwrap();
    assert_eq!(parameter(&visitor, "error").unwrap(), "invalid_request_uri");
}

#[tokio::test]
async fn an_application_secret_expires_when_it_says() {
    let scene = Scene::open(Stack::builder()).await;
    let app = scene.stack.known().app_id.clone();
    let at = scene.stack.clock().millis() + 60_000;
    let path = format!("applications/{app}/secrets");
    let made = scene.management().post(&path, &json!({ "name": "short", "expiresAt": at })).await.unwrap();
    let secret = made.text("value").unwrap();
    let ask = async || {
        let form = [("client_id", &*app), ("client_secret", &*secret), ("token", "unknown")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = http::Request::post(scene.logto("oidc/token/introspection"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        scene.stack.browser_client().send(request).await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 200);
    scene.later(61 * SECOND);
    assert_eq!(ask().await, 400);
}
