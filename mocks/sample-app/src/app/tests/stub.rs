//! A stub of Logto with canned answers, and a browser with one cookie.

use std::time::Duration;

use axum::body::Body;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};
use kit::{Client, Clock, Direction, Entry, Journal, Outcome, Random};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::signing::Key;
use crate::{App, Config, Context, Options};

pub(super) const APP_ID: &str = "bookstore0000000000id";
/// Contains characters that Logto's own secrets never do, to expose wrong handling of `+ % ! ? :`.
pub(super) const APP_SECRET: &str = "s+e%2Fc! r?e:t";

/// A response of the app.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) set_cookie: Vec<String>,
    pub(super) content_type: String,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let url = Url::parse(self.location.as_ref().expect("a redirect")).unwrap();
        url.query_pairs().into_owned().collect()
    }

    pub(super) fn parameter(&self, name: &str) -> String {
        let query = self.query();
        query
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .expect("the parameter is there")
    }

    #[track_caller]
    pub(super) fn refused(&self, because: &str) {
        assert_eq!(self.status, StatusCode::INTERNAL_SERVER_ERROR, "{self:?}");
        assert_eq!(self.content_type, "text/plain; charset=utf-8");
        assert!(self.text.contains(because), "`{because}` is not in: {}", self.text);
    }
}

fn app(endpoint: &str, options: Options, clock: &Clock, journal: &Journal) -> App {
    let config = Config {
        base_url: "http://localhost:3000".parse().unwrap(),
        logto_endpoint: endpoint.parse().unwrap(),
        app_id: APP_ID.to_owned(),
        app_secret: APP_SECRET.to_owned(),
        options,
    };
    let client = Client::builder().build().unwrap();
    let context =
        Context { clock: clock.clone(), random: Random::seeded(7), journal: journal.clone(), client };
    App::new(config, context).unwrap()
}

/// The app, the stub of Logto, and one browser.
pub(super) struct World {
    pub(super) logto: MockServer,
    pub(super) key: Key,
    pub(super) clock: Clock,
    pub(super) journal: Journal,
    pub(super) app: App,
    pub(super) cookie: Option<String>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let logto = MockServer::start().await;
        let clock = Clock::frozen("2026-11-23T12:00:00Z".parse().unwrap());
        let journal = Journal::new();
        let app = app(&logto.uri(), options, &clock, &journal);
        let world = Self { logto, key: Key::new("key-1"), clock, journal, app, cookie: None };
        world.serve("GET", "/oidc/.well-known/openid-configuration", 200, &world.discovery()).await;
        world
    }

    /// The same stub with an app that is configured for this endpoint.
    pub(super) fn asking(self, endpoint: &str) -> Self {
        self.asking_with(endpoint, Options::default())
    }

    /// As [`Self::asking`], with these options.
    pub(super) fn asking_with(self, endpoint: &str, options: Options) -> Self {
        let app = app(endpoint, options, &self.clock, &self.journal);
        Self { app, ..self }
    }

    pub(super) fn issuer(&self) -> String {
        format!("{}/oidc", self.logto.uri())
    }

    /// Contract §1.1 in full: the app must tolerate members that it does not use.
    pub(super) fn discovery(&self) -> Value {
        let text = include_str!("discovery.json").replace("http://localhost:3001", &self.logto.uri());
        serde_json::from_str(&text).unwrap()
    }

    pub(super) async fn serve(&self, verb: &str, at: &str, status: u16, body: &Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.logto).await;
    }

    /// As [`Self::serve`], but once, and before anything else served at that path.
    pub(super) async fn serve_once(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
        mock.up_to_n_times(1).with_priority(1).mount(&self.logto).await;
    }

    pub(super) async fn serve_keys(&self) {
        self.serve("GET", "/oidc/jwks", 200, &json!({ "keys": [self.key.jwk] })).await;
    }

    pub(super) async fn serve_token(&self, id_token: &str) {
        let body = json!({
            "access_token": "access-token", "expires_in": 3600, "id_token": id_token,
            "refresh_token": "refresh+token", "scope": "openid offline_access profile", "token_type": "Bearer",
        });
        self.serve_once("POST", "/oidc/token", ResponseTemplate::new(200).set_body_json(body)).await;
    }

    /// The claims that Logto writes into an ID token: null for unknown values, times of the profile
    /// in milliseconds (contract §1.6).
    pub(super) fn claims(&self, nonce: &str) -> Value {
        let now = self.clock.seconds();
        json!({
            "sub": "d0ja13rlm0o1", "name": "Ada", "picture": null, "updated_at": 1_795_421_839_283_i64,
            "username": null, "created_at": 1_795_421_839_220_i64, "email": "ada@example.com",
            "email_verified": true, "nonce": nonce, "aud": APP_ID, "exp": now + 3600, "iat": now,
            "iss": self.issuer(),
        })
    }

    /// Requests a page as the browser does, and keeps the cookie of the response.
    pub(super) async fn get(&mut self, target: &str) -> Answer {
        let answer = self.get_as(self.cookie.clone().as_deref(), "localhost:3000", target).await;
        if let Some(line) = answer.set_cookie.first() {
            self.cookie = Some(line.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// Requests a page with this cookie under this host name.
    pub(super) async fn get_as(&self, cookie: Option<&str>, host: &str, target: &str) -> Answer {
        let mut request = Request::get(target).header("host", host);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let asked = self.app.router().oneshot(request.body(Body::empty()).unwrap());
        let response = kit::within(target, Duration::from_secs(10), asked).await.unwrap().unwrap();
        let (parts, body) = response.into_parts();
        let all = |name: http::HeaderName| {
            let values = parts.headers.get_all(name).iter();
            values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let text = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            location: all(LOCATION).first().cloned(),
            set_cookie: all(SET_COOKIE),
            content_type: all(http::header::CONTENT_TYPE).concat(),
            text: String::from_utf8(text.to_vec()).unwrap(),
        }
    }

    /// The query of a successful answer to this authorization request.
    pub(super) fn good_answer(&self, request: &Answer) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", "the-code").append_pair("state", &request.parameter("state"));
        query.append_pair("iss", &self.issuer()).finish()
    }

    /// Signs in with an ID token whose claims are changed; returns the response of the callback.
    pub(super) async fn sign_in_with(&mut self, change: impl FnOnce(&mut Value)) -> Answer {
        let request = self.get("/sign-in").await;
        let mut claims = self.claims(&request.parameter("nonce"));
        change(&mut claims);
        let token = self.key.sign(&claims);
        self.sign_in_with_token(&request, &token).await
    }

    pub(super) async fn sign_in_with_token(&mut self, request: &Answer, token: &str) -> Answer {
        self.serve_token(token).await;
        let query = self.good_answer(request);
        self.get(&format!("/callback?{query}")).await
    }

    /// A successful sign-in.
    pub(super) async fn sign_in(&mut self) -> Answer {
        self.serve_keys().await;
        self.sign_in_with(|_| {}).await
    }

    pub(super) async fn session(&mut self) -> Value {
        serde_json::from_str(&self.get("/api/session").await.text).unwrap()
    }

    #[track_caller]
    pub(super) fn sent(&self) -> Vec<Entry> {
        let entries = self.journal.entries().into_iter();
        entries.filter(|entry| entry.direction == Direction::Sent).collect()
    }

    /// One line such as `POST /oidc/token 200` for each request that the app sent.
    pub(super) fn sent_lines(&self) -> Vec<String> {
        let line = |entry: Entry| {
            let target = entry.request.url.replace(&self.logto.uri(), "");
            let outcome = match entry.outcome {
                Outcome::Response(response) => response.status.to_string(),
                Outcome::Fault(fault) => fault.to_string(),
                Outcome::Pending => "pending".to_owned(),
            };
            format!("{} {target} {outcome}", entry.request.method)
        };
        self.sent().into_iter().map(line).collect()
    }
}
