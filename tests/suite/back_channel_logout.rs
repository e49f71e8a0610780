//! OpenID Connect Back-Channel Logout 1.0, with an app that receives what Logto sends: the token is that of
//! `oidc-provider` 9.11.3 (`lib/models/client.js`, `lib/models/id_token.js`), and by default nothing is sent
//! to an app on this machine, as seen with a real Logto.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use kit::{Bound, Running};
use logto_testkit::setup::{LogtoEnvironment, Setup};
use logto_testkit::{Stack, Visitor};
use serde_json::{Value, json};
use url::Url;

/// What the app received: headers and body.
type Received = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A stack whose app is this test.
struct Scene {
    stack: Stack,
    app: Url,
    received: Received,
    _app: Running,
}

impl Scene {
    /// `answers` is the status with which the app takes a logout token.
    async fn open(allowed: bool, answers: u16) -> Self {
        let received = Received::default();
        let kept = received.clone();
        let logged_out = post(async move |headers: HeaderMap, body: String| {
            kept.lock().unwrap().push((headers, body));
            http::StatusCode::from_u16(answers).unwrap()
        });
        let page = get(|| async { "the app" });
        let router = Router::new().route("/logged-out", logged_out).fallback_service(page);
        let bound = Bound::loopback().await.unwrap();
        let app: Url = format!("http://localhost:{}", bound.port()).parse().unwrap();
        let running = bound.serve(router);
        let logto = LogtoEnvironment {
            oidc_provider_ssrf_protection_disabled: allowed,
            ..LogtoEnvironment::default()
        };
        let setup = Setup { logto, ..Setup::default() };
        let stack = Stack::builder().setup(setup).app_at(app.clone()).start().await.unwrap();
        Self { stack, app, received, _app: running }
    }

    /// Where the app wants to be told.
    async fn tell_the_app(&self, with_sid: bool) {
        let metadata = json!({ "oidcClientMetadata": {
            "redirectUris": [format!("{}callback", self.app)],
            "postLogoutRedirectUris": [self.app],
            "backchannelLogoutUri": format!("{}logged-out", self.app),
            "backchannelLogoutSessionRequired": with_sid,
        } });
        let path = format!("applications/{}", self.stack.known().app_id);
        self.stack.management().patch(&path, &metadata).await.unwrap();
    }

    /// Signs in, and signs out again; returns the claims of the ID token.
    async fn sign_in_and_out(&self) -> Value {
        let known = self.stack.known();
        let mut request = self.logto("oidc/auth");
        let callback = format!("{}callback", self.app);
        request
            .query_pairs_mut()
            .append_pair("client_id", &known.app_id)
            .append_pair("redirect_uri", &callback)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid");
        let mut visitor = Visitor::new(&self.stack);
        visitor.visit(request.as_str()).await.unwrap();
        visitor.continue_with("huggingface").await.unwrap();
        visitor.sign_in_as("ada").await.unwrap();
        let at = visitor.shown().unwrap().request.url.clone();
        let code = at.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &callback),
            ("client_id", &known.app_id),
            ("client_secret", &known.app_secret),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let exchange = http::Request::post(self.logto("oidc/token").as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into())
            .unwrap();
        let answer = self.stack.browser_client().send(exchange).await.unwrap();
        let tokens: Value = serde_json::from_slice(answer.body()).unwrap();
        let id_token = tokens["id_token"].as_str().unwrap();
        let mut end = self.logto("oidc/session/end");
        end.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("post_logout_redirect_uri", self.app.as_str());
        visitor.visit(end.as_str()).await.unwrap();
        assert_eq!(visitor.shown().unwrap().request.url, self.app, "the sign-out is complete");
        part(id_token, 1)
    }

    fn logto(&self, path: &str) -> Url {
        self.stack.endpoints().logto.join(path).unwrap()
    }

    fn received(&self) -> Vec<(HeaderMap, String)> {
        self.received.lock().unwrap().clone()
    }
}

/// Header or claims of a JWT.
fn part(token: &str, number: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn an_app_is_told_which_session_ends() {
    let scene = Scene::open(true, 204).await;
    scene.tell_the_app(true).await;
    let id_token = scene.sign_in_and_out().await;
    let received = scene.received();
    let [(headers, body)] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(headers["user-agent"], "");
    let token = body.strip_prefix("logout_token=").unwrap();
    let header = part(token, 0);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("ES384")));
    let claims = part(token, 1);
    let names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["sub", "events", "jti", "sid", "aud", "exp", "iat", "iss"]);
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    for same in ["sub", "sid", "aud", "iss"] {
        assert_eq!(claims[same], id_token[same], "{same}");
    }
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(claims["sid"].as_str().unwrap().len(), 43);
    scene.sign_in_and_out().await;
    assert_ne!(part(scene.received()[1].1.strip_prefix("logout_token=").unwrap(), 1)["sid"], claims["sid"]);
}

#[tokio::test]
async fn the_session_is_named_only_to_an_app_that_requires_it() {
    let scene = Scene::open(true, 200).await;
    scene.tell_the_app(false).await;
    let id_token = scene.sign_in_and_out().await;
    assert_eq!(id_token.get("sid"), None);
    let token = scene.received()[0].1.strip_prefix("logout_token=").unwrap().to_owned();
    assert_eq!(part(&token, 1).get("sid"), None);
}

#[tokio::test]
async fn by_default_nothing_is_sent_to_an_app_on_this_machine() {
    let scene = Scene::open(false, 200).await;
    scene.tell_the_app(true).await;
    scene.sign_in_and_out().await;
    assert_eq!(scene.received().len(), 0);
    let notes: Vec<String> = scene
        .stack
        .journal()
        .entries()
        .into_iter()
        .flat_map(|entry| entry.notes)
        .filter(|note| note.code == "logto/back-channel-logout")
        .map(|note| note.text.to_string())
        .collect();
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(note.contains("OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true"), "{note}");
}

#[tokio::test]
async fn an_app_that_does_not_want_to_know_is_not_told() {
    let scene = Scene::open(true, 200).await;
    scene.sign_in_and_out().await;
    assert_eq!(scene.received().len(), 0);
}

#[tokio::test]
async fn a_sign_out_is_complete_whatever_the_app_answers() {
    let scene = Scene::open(true, 500).await;
    scene.tell_the_app(true).await;
    scene.sign_in_and_out().await;
    assert_eq!(scene.received().len(), 1);
}
