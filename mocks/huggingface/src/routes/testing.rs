//! What the tests of the endpoints share: a site without a socket, and a browser that does not
//! follow redirects.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::Request;
use jiff::Timestamp;
use kit::{Client, Clock, Journal, Random, Script};
use oauth::Params;
use tower::ServiceExt as _;

use crate::{App, Config, Context, HuggingFace};

/// Contains every character that some encoding treats specially.
pub(crate) const CLIENT_ID: &str = "shop+app %41!?:x";
pub(crate) const SECRET: &str = "oauth_app_secret_a+b% c!d?e:f%41";
pub(crate) const CALLBACK: &str = "https://shop.example/callback?keep=%2F%3F";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const START: &str = "2026-11-23T12:00:00Z";

/// A site with the app Shop and a fixed clock.
pub(crate) struct Site {
    pub(crate) mock: HuggingFace,
    router: Router,
    journal: Journal,
}

/// A response, and its notes in the journal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) notes: Vec<String>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{self:?}");
        self.header("location").unwrap()
    }

    /// A query parameter of `Location`.
    #[track_caller]
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?').unwrap();
        Params::parse(query).first(name).map(ToOwned::to_owned)
    }
}

pub(crate) fn shop() -> App {
    App {
        client_id: CLIENT_ID.to_owned(),
        secret: Some(SECRET.to_owned()),
        name: "Shop".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned(), "http://localhost:3000".to_owned()],
        scopes: "openid profile email read-billing read-memberships inference-api".split(' ').collect(),
        ..App::default()
    }
}

impl Site {
    pub(crate) fn new() -> Site {
        Site::at("http://localhost:4000")
    }

    pub(crate) fn at(origin: &str) -> Site {
        let config = Config { apps: vec![shop()], ..Config::default() };
        Site::with(origin, config)
    }

    pub(crate) fn with(origin: &str, config: Config) -> Site {
        Site::with_client(origin, config, Client::builder().build().unwrap())
    }

    /// A site with a client that can reach more than loopback.
    pub(crate) fn with_client(origin: &str, config: Config, client: Client) -> Site {
        let journal = Journal::new();
        let context = Context {
            origin: origin.parse().unwrap(),
            clock: Clock::frozen(START.parse::<Timestamp>().unwrap()),
            random: Random::seeded(7),
            journal: journal.clone(),
            script: Script::default(),
            client,
        };
        let mock = HuggingFace::new(config, context);
        Site { router: mock.router(), mock, journal }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.mock.context().clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.send_to(self.router.clone(), method, path, headers, body).await
    }

    pub(crate) async fn send_to(
        &self,
        router: Router,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let before = self.journal.last_number();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let pairs = response.headers().iter();
        let headers =
            pairs.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let notes = self
            .journal
            .since(before)
            .into_iter()
            .flat_map(|entry| entry.notes)
            .map(|note| note.to_string())
            .collect();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap(), notes }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn get_as(&self, path: &str, session: &str) -> Answer {
        self.send("GET", path, &[("cookie", &format!("other=1; token={session}"))], "").await
    }

    pub(crate) async fn with_bearer(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, &[("authorization", &format!("Bearer {token}"))], "").await
    }

    pub(crate) async fn form(&self, path: &str, body: &str, session: Option<&str>) -> Answer {
        let cookie = format!("token={}", session.unwrap_or_default());
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
        self.send("POST", path, &headers, body).await
    }

    /// A code for the app Shop, after Ada signs in and grants the permission. `extra` are
    /// additional parameters of the authorization request.
    pub(crate) async fn code(&self, scope: &str, extra: &[(&str, &str)]) -> String {
        let session = self.mock.sign_in("ada").unwrap();
        let answer = self.form(&authorize(scope, extra), "", Some(&session)).await;
        answer.param("code").unwrap_or_else(|| panic!("{answer:?}"))
    }

    /// Exchanges a code as the app Shop, with its secret in the body.
    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", CLIENT_ID),
            ("client_secret", SECRET),
        ]);
        self.token(&[], &body).await
    }

    pub(crate) async fn token(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", "/oauth/token", &all, body).await
    }

    pub(crate) async fn access_token(&self, scope: &str) -> String {
        let code = self.code(scope, &[]).await;
        let reply = self.exchange(&code).await.json();
        reply["access_token"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// An authorization request of the app Shop; `extra` replaces parameters of the same name.
pub(crate) fn authorize(scope: &str, extra: &[(&str, &str)]) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("scope", scope),
        ("state", "{\"a b\":\"+&%\"}"),
    ];
    let replaced = |name: &str| extra.iter().any(|(own, _)| *own == name);
    let kept = usual.into_iter().filter(|(name, _)| !replaced(name));
    let pairs: Vec<_> = kept.chain(extra.iter().copied().filter(|(_, value)| *value != "-")).collect();
    format!("/oauth/authorize?{}", form(&pairs))
}
