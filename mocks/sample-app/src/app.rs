//! The routes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use kit::{Client, Clock, Journal, Note, Party, Random};

use crate::callback::Answer;
use crate::config::{Config, ConfigError, Shown};
use crate::logto::LogtoClient;
use crate::outgoing::Outgoing;
use crate::page;
use crate::session::{Session, Sessions};
use crate::storage::MemoryStorage;
use crate::variant::Variant;

/// Pages depend on the session, so shared caches must not keep them.
const NO_STORE: (HeaderName, HeaderValue) = (CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// What the app shares with the other parts of its stack.
#[derive(Debug, Clone)]
pub struct Context {
    /// The clock, for expiry and time-outs.
    pub clock: Clock,
    /// Source of state, nonce, verifier and session ids.
    pub random: Random,
    /// Records the requests that the app receives and sends.
    pub journal: Journal,
    /// HTTP client for requests to Logto. It must not follow redirects.
    pub client: Client,
}

/// The app; clones share its sessions.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = sample_app::Config {
///     base_url: "http://localhost:3000".parse()?,
///     logto_endpoint: "http://localhost:3001".parse()?,
///     app_id: "bookstore".to_owned(),
///     app_secret: "secret".to_owned(),
///     options: sample_app::Options { scopes: vec!["email".to_owned()], ..Default::default() },
/// };
/// let context = sample_app::Context {
///     clock: kit::Clock::system(),
///     random: kit::Random::from_os(),
///     journal: kit::Journal::new(),
///     client: kit::Client::builder().build()?,
/// };
/// let router: axum::Router = sample_app::App::new(config, context)?.router();
/// # let _ = router;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct App {
    config: Arc<Config>,
    outgoing: Outgoing,
    random: Random,
    sessions: Sessions,
    states: Arc<Mutex<()>>,
    kept_keys: Arc<OnceLock<String>>,
}

impl App {
    /// Builds the app.
    ///
    /// # Errors
    /// [`ConfigError`] names the value that is missing or invalid.
    pub fn new(config: Config, context: Context) -> Result<Self, ConfigError> {
        config.check()?;
        let Context { clock, random, journal, client } = context;
        let sessions = Sessions::new(&config.options, random.clone());
        let limit = Duration::from_secs(config.options.timeout_seconds.into());
        let outgoing = Outgoing { client, clock, journal, limit };
        Ok(Self {
            config: Arc::new(config),
            outgoing,
            random,
            sessions,
            states: Arc::default(),
            kept_keys: Arc::default(),
        })
    }

    /// The routes; every request received is recorded in the journal.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .route("/", get(home))
            .route("/sign-in", get(sign_in))
            .route(&self.config.options.callback_path, get(callback))
            .route("/sign-out", get(sign_out))
            // Where the post sign-out redirect URI has one of these paths.
            .route("/to/sign-in", get(sign_in))
            .route("/to/sign-out", get(sign_out))
            .route("/api/session", get(session))
            .route("/api/access-token", get(access_token));
        let router = if self.config.does(Variant::PostsWith307) {
            router.route("/sign-in", post(sign_in))
        } else {
            router
        };
        // After a sign-out Logto sends the browser to this path, which shows the home page.
        let router = match self.config.page_after_sign_out() {
            Some(path) => router.route(path, get(home)),
            None => router,
        };
        let router = self.with_own_addresses(router.with_state(self.clone()));
        let Outgoing { journal, clock, .. } = self.outgoing.clone();
        // No other page may frame the pages of this app.
        kit::unframed(kit::journaled(router, journal, clock, Party::APP, self.config.base_url.clone()))
    }

    /// A URI that is given as it is may have any path, that of another route included.
    fn with_own_addresses(&self, router: Router) -> Router {
        let options = &self.config.options;
        if options.redirect_uri.is_none() && options.post_sign_out_uri.is_none() {
            return router;
        }
        let app = self.clone();
        router.layer(from_fn(move |request: Request, next: Next| {
            let app = app.clone();
            async move {
                let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
                match app.config.shows_at(path, Answer::is_one(query)) {
                    Some(Shown::Callback) => {
                        let query = RawQuery(Some(query.to_owned()));
                        callback(State(app), query, request.headers().clone()).await
                    }
                    Some(Shown::Home) => home(State(app), request.headers().clone()).await,
                    None => next.run(request).await,
                }
            }
        }))
    }

    fn client<'a>(&'a self, session: &'a Session) -> LogtoClient<'a, MemoryStorage> {
        LogtoClient {
            config: &self.config,
            outgoing: &self.outgoing,
            random: &self.random,
            storage: &session.items,
            states: &self.states,
            kept_keys: &self.kept_keys,
        }
    }

    /// The address at which the browser reached the callback, without the query. As in the SDK, a
    /// proxy may report that the request came over https; the app itself serves plain HTTP.
    fn callback_address(&self, headers: &HeaderMap) -> String {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = header("x-forwarded-proto").and_then(|list| list.split(',').next());
        let scheme = forwarded.map_or("http", str::trim).to_ascii_lowercase();
        let host = header(HOST.as_str()).unwrap_or(self.config.base_url.authority());
        format!("{scheme}://{host}{}", self.config.assumed_callback_path())
    }
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    let signed_in = app.client(&session).claims().is_some();
    if !signed_in && app.config.does(Variant::ProtectsHome) {
        return redirect("/sign-in");
    }
    ([NO_STORE], Html(page::home(signed_in, &app.config).into_string())).into_response()
}

async fn sign_in(State(app): State<App>, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    match app.client(&session).sign_in().await {
        Ok(address) => with_cookie(redirect(&address), app.sessions.save(session)),
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn callback(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    let arrived_at = app.callback_address(&headers);
    if app.config.does(Variant::IgnoresOtherCallbacks) && arrived_at != app.config.redirect_uri() {
        return ([NO_STORE], Html(page::blank().into_string())).into_response();
    }
    let answer = Answer::new(arrived_at, &query.unwrap_or_default());
    let client = app.client(&session);
    let mut handled = client.handle_callback(&answer).await;
    if handled.is_ok() && app.config.does(Variant::HandlesCallbackTwice) {
        handled = client.handle_callback(&answer).await;
    }
    match handled {
        Ok(()) => with_cookie(redirect("/"), app.sessions.save_renamed(session)),
        Err(error) => {
            let response = failed(StatusCode::INTERNAL_SERVER_ERROR, &error);
            with_cookie(response, app.sessions.save(session))
        }
    }
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    let signed_out = app.client(&session).sign_out().await;
    let response = match signed_out {
        Ok(sign_out) => match sign_out.not_revoked {
            Some(error) => {
                let reason = Note::new("app/not-revoked", format!("not revoked: {error}"));
                kit::note(redirect(&sign_out.address), reason)
            }
            None => redirect(&sign_out.address),
        },
        // The guide reports the error with the status of a success.
        Err(error) => failed(StatusCode::OK, &error),
    };
    with_cookie(response, app.sessions.save(session))
}

async fn session(State(app): State<App>, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    let claims = app.client(&session).claims();
    let (authenticated, claims) = (claims.is_some(), claims.as_deref().unwrap_or("null"));
    // The claims are copied as they stand in the token: same order, same numbers.
    let body = format!(r#"{{"authenticated":{authenticated},"claims":{claims}}}"#);
    ([NO_STORE, (CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// Describes an access token without disclosing it.
async fn access_token(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let session = app.sessions.open(&headers);
    let query = query.unwrap_or_default();
    let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
    let resource = query.get("resource").map(|resource| &**resource);
    let token = app.client(&session).access_token(resource, query.contains_key("anew")).await;
    let response = match token {
        Ok(token) => {
            let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
            ([NO_STORE, json], token.described().to_string()).into_response()
        }
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    };
    with_cookie(response, app.sessions.save(session))
}

fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::TEMPORARY_REDIRECT, [NO_STORE, (LOCATION, location)]).into_response(),
        Err(error) => {
            let reason = Note::new("app/not-an-address", format!("`{location}`: {error}"));
            failed(StatusCode::INTERNAL_SERVER_ERROR, reason)
        }
    }
}

fn with_cookie(mut response: Response, cookie: Option<String>) -> Response {
    // Name and attributes were checked at start-up, and values are Base64.
    if let Some(Ok(value)) = cookie.map(HeaderValue::try_from) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The guide shows the error's text to the person; it is recorded in the journal, too.
fn failed(status: StatusCode, reason: impl Into<Note>) -> Response {
    let headers = [NO_STORE, (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
    let reason = reason.into();
    kit::note((status, headers, reason.to_string()).into_response(), reason)
}

#[cfg(test)]
mod tests;
