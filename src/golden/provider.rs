//! The provider of the recordings: answers as described in the README of the goldens, with kit's
//! script for faults.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use kit::{Clock, Rule, Script};
use serde_json::{Map, Value, json};

use super::id_tokens;
use super::story::HuggingFace;

/// What a browser requested.
#[derive(Debug, Clone)]
struct Asked {
    user: Value,
    scope: String,
    client: String,
    nonce: Option<String>,
}

/// Codes and tokens issued so far.
#[derive(Debug, Default)]
pub(super) struct Given {
    count: usize,
    codes: HashMap<String, Asked>,
    tokens: HashMap<String, (Value, String)>,
}

#[derive(Debug, Clone)]
pub(super) struct Provider {
    users: Arc<Vec<Value>>,
    given: Arc<Mutex<Given>>,
    /// If the recorded provider issued ID tokens: the claims to replace, and how often.
    id_tokens: Option<Arc<Mutex<Vec<Replaced>>>>,
    clock: Clock,
}

/// Claims for the next ID tokens, and the number of those tokens.
type Replaced = (Map<String, Value>, u64);

impl Provider {
    /// `id_tokens`: whether the token endpoint issues any.
    pub(super) fn router(hub: &HuggingFace, id_tokens: bool, clock: Clock) -> Router {
        let replaced = hub.script.iter().filter_map(|recorded| {
            let claims = recorded.get("id_token_claims")?.as_object()?;
            Some((claims.clone(), recorded.get("times").and_then(Value::as_u64).unwrap_or(u64::MAX)))
        });
        let provider = Self {
            users: Arc::new(hub.users.clone()),
            given: Arc::default(),
            id_tokens: id_tokens.then(|| Arc::new(Mutex::new(replaced.collect()))),
            clock: clock.clone(),
        };
        let script = Script::default();
        let ordinary = |recorded: &&Value| recorded.get("id_token_claims").is_none();
        hub.script.iter().filter(ordinary).for_each(|recorded| script.add(rule(recorded)));
        let router = Router::new()
            .route("/oauth/authorize", get(authorize))
            .route("/oauth/token", post(token))
            .route("/oauth/userinfo", get(userinfo))
            .route("/oauth/jwks", get(|| async { shown(StatusCode::OK, &id_tokens::key_set()) }))
            .with_state(provider);
        kit::scripted(router, script, clock)
    }

    fn id_token(&self, asked: &Asked) -> Option<String> {
        let mut replaced = self.id_tokens.as_ref()?.lock().expect("no handler panicked");
        let next = replaced.iter_mut().find(|(_, times)| *times > 0);
        let claims = next.map(|(claims, times)| {
            *times -= 1;
            claims.clone()
        });
        let now = self.clock.seconds();
        let told = |name: &str| asked.user.get(name).cloned().unwrap_or_default();
        let ordinary = json!({
            "iss": "https://huggingface.co",
            "aud": asked.client,
            "iat": now,
            "exp": now + 3600,
            "sub": told("sub"),
            "nonce": asked.nonce,
            "name": told("name"),
            "preferred_username": told("preferred_username"),
            "picture": told("picture"),
            "email": told("email"),
            "email_verified": told("email_verified"),
        });
        Some(id_tokens::signed(ordinary, &claims.unwrap_or_default()))
    }
}

fn rule(recorded: &Value) -> Rule {
    let text = |name: &str| recorded.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let number = |name: &str| recorded.get(name).and_then(Value::as_u64);
    let headers = recorded.get("headers").and_then(Value::as_object).cloned().unwrap_or_default();
    let body =
        recorded.get("body").map(|body| body.as_str().map_or_else(|| body.to_string(), ToOwned::to_owned));
    let matched = text("match").unwrap_or_default();
    let (method, path) = matched.split_once(' ').unwrap_or_default();
    Rule {
        method: Some(method.to_owned()),
        path: path.to_owned(),
        times: number("times").and_then(|times| u32::try_from(times).ok()),
        delay_ms: number("delay_ms"),
        status: number("status").and_then(|status| u16::try_from(status).ok()),
        headers: headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        body,
        close: text("fault").as_deref() == Some("close"),
        ..Rule::default()
    }
}

async fn authorize(
    State(provider): State<Provider>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = parameters(&query.unwrap_or_default());
    let session = headers.get("cookie").and_then(|line| line.to_str().ok()).unwrap_or_default();
    let session = session.trim_start_matches("token=hf-session-");
    let name = |user: &Value| {
        let text = |member: &str| user.get(member).and_then(Value::as_str).map(ToOwned::to_owned);
        text("session").or_else(|| text("preferred_username")).unwrap_or_default()
    };
    let redirect = query.get("redirect_uri").cloned().unwrap_or_default();
    let state = query.get("state").cloned().unwrap_or_default();
    let mut url: url::Url = redirect.parse().expect("Logto sends an absolute redirect URI");
    if session == "deny" {
        url.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_description", "The user denied the request")
            .append_pair("state", &state);
        return (StatusCode::SEE_OTHER, [("location", url.to_string())]).into_response();
    }
    let user = provider.users.iter().find(|user| name(user) == session).cloned().unwrap_or_default();
    let mut given = provider.given.lock().expect("no handler panicked");
    given.count += 1;
    let code = format!("hf-code-{}", given.count);
    let asked = Asked {
        user,
        scope: query.get("scope").cloned().unwrap_or_default(),
        client: query.get("client_id").cloned().unwrap_or_default(),
        nonce: query.get("nonce").cloned(),
    };
    given.codes.insert(code.clone(), asked);
    url.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
    (StatusCode::SEE_OTHER, [("location", url.to_string())]).into_response()
}

fn parameters(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn shown(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

async fn token(State(provider): State<Provider>, form: String) -> Response {
    let form = parameters(&form);
    let mut given = provider.given.lock().expect("no handler panicked");
    let code = form.get("code").cloned().unwrap_or_default();
    let Some(asked) = given.codes.remove(&code) else {
        let refused = json!({ "error": "invalid_grant", "error_description": "Invalid code" });
        return shown(StatusCode::BAD_REQUEST, &refused);
    };
    let token = format!("hf_oauth_{code}");
    let mut answer =
        json!({ "access_token": token, "token_type": "bearer", "expires_in": 28800, "scope": asked.scope });
    if let Some(id_token) = provider.id_token(&asked) {
        answer["id_token"] = json!(id_token);
    }
    given.tokens.insert(token, (asked.user, asked.scope));
    shown(StatusCode::OK, &answer)
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let given = provider.given.lock().expect("no handler panicked");
    let header = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.split_once(' ').map(|(_, token)| token).unwrap_or_default();
    let Some((user, scope)) = given.tokens.get(token) else {
        return shown(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_token" }));
    };
    let scopes: Vec<&str> = scope.split_whitespace().collect();
    let hidden = |name: &str| match name {
        "session" => true,
        "name" | "preferred_username" | "profile" | "picture" | "website" => !scopes.contains(&"profile"),
        "email" | "email_verified" => !scopes.contains(&"email"),
        _ => false,
    };
    let claims: Map<String, Value> = user
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !hidden(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    shown(StatusCode::OK, &Value::Object(claims))
}
