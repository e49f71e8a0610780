//! A small app, independent of the sample app, in the place of a person's own. It serves in this process, and knows
//! only the file with variables that `diagnose` writes for each walk.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE};
use http::request::Parts;
use kit::{Bound, Client, Random, Running};
use logto_testkit::diagnose::App;
use logto_testkit::project::Project;
use logto_testkit::setup::OwnApp;
use serde::Deserialize;
use url::{Url, form_urlencoded};

/// What is wrong with the app, or special about it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    /// Its settings in place of those that it is told.
    app_id: Option<String>,
    app_secret: Option<String>,
    /// What it appends to the address of Logto that it is told.
    endpoint_path: String,
    /// Where people open it, and where it believes that it is. `[APP_PORT]` stands for its port.
    opened_at: String,
    base: String,
    callback: String,
    scopes: String,
    resource: Option<String>,
    nonce: bool,
    /// Whether it sends its secret at all.
    authenticates: bool,
    /// How it shows an error.
    error_status: u16,
    error_redirect: bool,
    /// Further characters in the session cookie that it sets at its callback.
    cookie_padding: usize,
    /// Attributes of its session cookie.
    cookie: String,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            app_id: None,
            app_secret: None,
            endpoint_path: String::new(),
            opened_at: "http://localhost:[APP_PORT]".to_owned(),
            base: "http://localhost:[APP_PORT]".to_owned(),
            callback: "/callback".to_owned(),
            scopes: "openid profile email".to_owned(),
            resource: None,
            nonce: true,
            authenticates: true,
            error_status: 500,
            error_redirect: false,
            cookie_padding: 0,
            cookie: "Path=/; HttpOnly; SameSite=Lax".to_owned(),
        }
    }
}

/// The app of one diagnosis, and what it needs.
pub(super) struct Standing {
    app: App,
    /// The port of an app of one's own.
    pub(super) port: Option<u16>,
    _served: Option<(Running, tempfile::TempDir)>,
}

impl Standing {
    pub(super) fn app(&self) -> &App {
        &self.app
    }
}

/// The sample app, or one with these switches that already serves.
pub(super) async fn app(switches: Option<&Switches>) -> Standing {
    let Some(switches) = switches else {
        return Standing { app: App::Sample, port: None, _served: None };
    };
    let (bound, folder) = (Bound::loopback().await.unwrap(), tempfile::tempdir().unwrap());
    let port = bound.port();
    let with_port = |text: &str| text.replace("[APP_PORT]", &port.to_string());
    let variables = folder.path().join("app.env");
    let url = with_port(&switches.opened_at).parse().unwrap();
    let own = OwnApp { url: Some(url), env_file: Some(variables.clone()), ..OwnApp::default() };
    let shop = Shop {
        switches: Switches { base: with_port(&switches.base), ..switches.clone() },
        variables,
        client: Client::builder().build().unwrap(),
        random: Random::from_os(),
        sessions: Mutex::default(),
    };
    let router = Router::new().fallback(answer).with_state(Arc::new(shop));
    let project = Project { app: Some(own), ..Project::default() };
    Standing {
        app: App::Own(Box::new(project)),
        port: Some(port),
        _served: Some((bound.serve(router), folder)),
    }
}

struct Shop {
    switches: Switches,
    variables: PathBuf,
    client: Client,
    random: Random,
    sessions: Mutex<HashMap<String, Session>>,
}

#[derive(Clone, Default)]
struct Session {
    state: String,
    verifier: String,
    /// Who is signed in.
    person: Option<String>,
}

/// What the app answers where it cannot go on.
struct Failed(String);

async fn answer(State(shop): State<Arc<Shop>>, request: Request) -> Response {
    let request = request.into_parts().0;
    if !shop.variables.exists() {
        // As a proxy whose app has not been started yet.
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let result = match request.uri.path() {
        "/" => Ok(shop.home(&request)),
        "/sign-in" => shop.sign_in(),
        "/sign-out" => shop.sign_out(),
        "/oops" => Ok((StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong.").into_response()),
        path if path == shop.switches.callback => shop.callback(&request).await,
        _ => Ok((StatusCode::NOT_FOUND, "This page does not exist.").into_response()),
    };
    result.unwrap_or_else(|failed| shop.failed(&failed))
}

fn cookie<'r>(request: &'r Parts, name: &str) -> Option<&'r str> {
    let cookies = request.headers.get(COOKIE)?.to_str().ok()?;
    cookies
        .split("; ")
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value)
}

impl Shop {
    /// A variable in the file that the harness writes.
    fn told(&self, name: &str) -> Result<String, Failed> {
        let file = std::fs::read_to_string(&self.variables).map_err(|error| Failed(error.to_string()))?;
        let value = file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value
            .map(|value| value.trim_matches('"').to_owned())
            .ok_or_else(|| Failed(format!("{name} is not set")))
    }

    fn logto(&self, path: &str) -> Result<Url, Failed> {
        let address = format!("{}{}{path}", self.told("LOGTO_ENDPOINT")?, self.switches.endpoint_path);
        address.parse().map_err(|_| Failed(format!("{address} is not a URL")))
    }

    fn app_id(&self) -> Result<String, Failed> {
        self.switches.app_id.clone().map_or_else(|| self.told("LOGTO_APP_ID"), Ok)
    }

    fn redirect_uri(&self) -> String {
        format!("{}{}", self.switches.base, self.switches.callback)
    }

    /// Saves the session under a new name, and has the browser keep that.
    fn remember(&self, session: Session, padding: usize, mut response: Response) -> Response {
        let id = self.random.base64url(16);
        let value = format!("{id}{}", "x".repeat(padding));
        let cookie = format!("shop_session={value}; {}", self.switches.cookie);
        self.sessions.lock().unwrap().insert(value, session);
        response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).unwrap());
        response
    }

    fn session(&self, request: &Parts) -> Option<Session> {
        self.sessions.lock().unwrap().get(cookie(request, "shop_session")?).cloned()
    }

    fn home(&self, request: &Parts) -> Response {
        let page = match self.session(request).and_then(|session| session.person) {
            Some(person) => {
                format!("<h1>Shop</h1><p>Welcome, {person}!</p><a href=\"/sign-out\">Sign Out</a>")
            }
            None => "<h1>Shop</h1><p>You are a guest.</p><a href=\"/sign-in\">Sign In</a>".to_owned(),
        };
        Html(page).into_response()
    }

    fn sign_in(&self) -> Result<Response, Failed> {
        let session =
            Session { state: self.random.base64url(16), verifier: self.random.base64url(32), person: None };
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, session.verifier.as_bytes());
        let mut url = self.logto("/oidc/auth")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.app_id()?)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("response_type", "code")
            .append_pair("scope", &self.switches.scopes)
            .append_pair("state", &session.state)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(digest))
            .append_pair("code_challenge_method", "S256");
        if self.switches.nonce {
            url.query_pairs_mut().append_pair("nonce", &self.random.base64url(16));
        }
        if let Some(resource) = &self.switches.resource {
            url.query_pairs_mut().append_pair("resource", resource);
        }
        Ok(self.remember(session, 0, Redirect::to(url.as_str()).into_response()))
    }

    async fn callback(&self, request: &Parts) -> Result<Response, Failed> {
        let session = self.session(request).ok_or_else(|| Failed("the session is missing".to_owned()))?;
        let query = request.uri.query().unwrap_or_default();
        let sent: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        if let Some(error) = sent.get("error") {
            return Err(Failed(format!("Logto says {error}")));
        }
        if sent.get("state").map(AsRef::as_ref) != Some(session.state.as_str()) {
            return Err(Failed("the state is another one".to_owned()));
        }
        let code = sent.get("code").ok_or_else(|| Failed("there is no code".to_owned()))?;
        let person = self.person(code, &session.verifier).await?;
        let session = Session { person: Some(person), ..Session::default() };
        Ok(self.remember(session, self.switches.cookie_padding, Redirect::to("/").into_response()))
    }

    /// Redeems the code; of the id token, which comes straight from Logto, it takes the subject only.
    async fn person(&self, code: &str, verifier: &str) -> Result<String, Failed> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("code_verifier", verifier)
            .finish();
        let mut asked = http::Request::post(self.logto("/oidc/token")?.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if self.switches.authenticates {
            let secret =
                self.switches.app_secret.clone().map_or_else(|| self.told("LOGTO_APP_SECRET"), Ok)?;
            let basic = STANDARD.encode(format!("{}:{secret}", self.app_id()?));
            asked = asked.header(AUTHORIZATION, format!("Basic {basic}"));
        }
        let asked = asked.body(bytes::Bytes::from(body)).map_err(|error| Failed(error.to_string()))?;
        let answer = self.client.send(asked).await.map_err(|error| Failed(error.to_string()))?;
        let tokens: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let payload = tokens["id_token"].as_str().and_then(|token| token.split('.').nth(1));
        let claims = payload.and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
        let claims: serde_json::Value =
            claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
        claims["sub"]
            .as_str()
            .map(ToOwned::to_owned)
            .ok_or_else(|| Failed(format!("{} from Logto", answer.status())))
    }

    fn sign_out(&self) -> Result<Response, Failed> {
        let mut url = self.logto("/oidc/session/end")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.app_id()?)
            .append_pair("post_logout_redirect_uri", &format!("{}/", self.switches.base));
        Ok(self.remember(Session::default(), 0, Redirect::to(url.as_str()).into_response()))
    }

    fn failed(&self, failed: &Failed) -> Response {
        if self.switches.error_redirect {
            return Redirect::to("/oops").into_response();
        }
        let status = StatusCode::from_u16(self.switches.error_status).unwrap();
        (status, Html(format!("<h1>Sorry</h1><p>The sign-in failed: {}.</p>", failed.0))).into_response()
    }
}
