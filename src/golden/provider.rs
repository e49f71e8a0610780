//! The provider of the recordings: answers as the README of the goldens says,
//! with kit's script for faults.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use http::{HeaderMap, StatusCode};
use kit::{Clock, Rule, Script};
use serde_json::{Map, Value, json};

use super::story::Huggingface;

/// Codes and tokens given so far.
#[derive(Debug, Default)]
pub(super) struct Given {
    count: usize,
    codes: HashMap<String, (Value, String)>,
    tokens: HashMap<String, (Value, String)>,
}

#[derive(Debug, Clone)]
pub(super) struct Provider {
    users: Arc<Vec<Value>>,
    given: Arc<Mutex<Given>>,
}

impl Provider {
    pub(super) fn router(hub: &Huggingface, clock: Clock) -> Router {
        let provider = Self { users: Arc::new(hub.users.clone()), given: Arc::default() };
        let script = Script::default();
        hub.script.iter().for_each(|recorded| script.add(rule(recorded)));
        let router = Router::new()
            .route("/oauth/authorize", get(authorize))
            .route("/oauth/token", post(token))
            .route("/oauth/userinfo", get(userinfo))
            .with_state(provider);
        kit::scripted(router, script, clock)
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
    }
}

async fn authorize(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
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
    given.codes.insert(code.clone(), (user, query.get("scope").cloned().unwrap_or_default()));
    url.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
    (StatusCode::SEE_OTHER, [("location", url.to_string())]).into_response()
}

async fn token(State(provider): State<Provider>, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut given = provider.given.lock().expect("no handler panicked");
    let code = form.get("code").cloned().unwrap_or_default();
    let Some((user, scope)) = given.codes.remove(&code) else {
        let refused = json!({ "error": "invalid_grant", "error_description": "Invalid code" });
        return (StatusCode::BAD_REQUEST, Json(refused)).into_response();
    };
    let token = format!("hf_oauth_{code}");
    given.tokens.insert(token.clone(), (user, scope.clone()));
    Json(json!({ "access_token": token, "token_type": "bearer", "expires_in": 28800, "scope": scope }))
        .into_response()
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let given = provider.given.lock().expect("no handler panicked");
    let header = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.split_once(' ').map(|(_, token)| token).unwrap_or_default();
    let Some((user, scope)) = given.tokens.get(token) else {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_token" }))).into_response();
    };
    let scopes: Vec<&str> = scope.split_whitespace().collect();
    let hidden = |name: &str| match name {
        "session" => true,
        "name" | "preferred_username" | "profile" | "picture" | "website" => !scopes.contains(&"profile"),
        "email" | "email_verified" => !scopes.contains(&"email"),
        _ => false,
    };
    let shown: Map<String, Value> = user
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !hidden(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Json(Value::Object(shown)).into_response()
}
