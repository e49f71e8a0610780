//! The admin tenant, as far as it issues Management API tokens (contract §5.4).

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kit::Route;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::management;
use super::oidc::client_auth::{self, Presented};
use super::oidc::endpoint::{self, Refused};
use crate::shared::{Shared, SharedState};
use crate::wire::{self, Answer, ErrorCode, OidcError};

/// The seeded machine-to-machine application.
pub(crate) const M2M_ID: &str = "m-default";
/// The Management API of the default tenant, as a resource.
pub(crate) const RESOURCE: &str = "https://default.logto.app/api";
/// The Management API of the admin tenant.
pub(crate) const ADMIN_RESOURCE: &str = "https://admin.logto.app/api";
/// Lifetime of a Management API token in seconds.
const TOKEN_LIFETIME: i64 = 3600;

pub(crate) fn routes() -> [Route<Arc<Shared>>; 2] {
    [Route::get("/api/status", || StatusCode::NO_CONTENT), Route::post("/oidc/token", token)]
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Route::router(routes()).fallback(elsewhere)
}

/// The admin tenant has its own Management API, for which the double issues no tokens.
async fn elsewhere(State(shared): SharedState, request: Request) -> Answer<Response> {
    if request.uri().path().starts_with("/api/") {
        management::check_admin(&shared, request.headers())?;
    }
    Ok(wire::text(StatusCode::NOT_FOUND, "Not Found"))
}

fn token(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let token = grant(&shared, &headers, &Params::parse(&body)).map(|token| (StatusCode::OK, token));
    endpoint::answer(token, &headers, &shared.admin_endpoint("/oidc"))
}

fn grant(shared: &Shared, headers: &HeaderMap, form: &Params) -> Result<Value, Refused> {
    let issuer = shared.admin_endpoint("/oidc");
    let presented = Presented::of(headers, form)?;
    let bad =
        |status, code, text: &str| Refused::Request(OidcError::new(status, code, text), text.to_owned());
    if presented.id != M2M_ID {
        let text = format!("invalid client {}", presented.id);
        return Err(bad(400, ErrorCode::InvalidClient, &text));
    }
    let given = presented.secret.as_deref().unwrap_or_default();
    if !oauth::secret::equal(&shared.m2m_secret, given) {
        let reason = oauth::secret::difference(&shared.m2m_secret, given, Some(M2M_ID));
        let error = client_auth::failed(&issuer, presented.by_header);
        return Err(Refused::Request(error, format!("the secret of {M2M_ID} {reason}")));
    }
    match form.first("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(bad(400, ErrorCode::UnsupportedGrantType, "unsupported grant_type requested")),
        None => return Err(bad(400, ErrorCode::InvalidRequest, "missing required parameter 'grant_type'")),
    }
    match form.first("resource") {
        Some(RESOURCE) => {}
        Some(_) => {
            return Err(bad(400, ErrorCode::InvalidTarget, "resource indicator is missing, or unknown"));
        }
        None => {
            let text = "both `resource` and `organization_id` are not provided";
            return Err(bad(400, ErrorCode::InvalidTarget, text));
        }
    }
    // Scopes that cannot be granted are dropped silently; a token without `all` is issued, but
    // useless (contract §5.4).
    let asked = oauth::Scopes::parse(form.first("scope").unwrap_or_default());
    let scope = if asked.contains("all") { "all" } else { "" };
    let now = shared.now();
    let mut claims = json!({
        "jti": shared.opaque(),
        "sub": M2M_ID,
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
        "scope": scope,
        "client_id": M2M_ID,
        "iss": issuer,
        "aud": RESOURCE,
    });
    if let Some(claims) = claims.as_object_mut().filter(|_| scope.is_empty()) {
        claims.shift_remove("scope");
    }
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), json!(shared.admin_keys.sign(Some("at+jwt"), &claims)));
    answer.insert("expires_in".to_owned(), json!(TOKEN_LIFETIME));
    answer.insert("token_type".to_owned(), json!("Bearer"));
    if !scope.is_empty() {
        answer.insert("scope".to_owned(), json!(scope));
    }
    Ok(Value::Object(answer))
}
