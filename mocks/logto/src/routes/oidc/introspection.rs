//! `POST /oidc/token/introspection` (contract §1.7; RFC 7662).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::endpoint::{self, Refuse, Refused};
use super::{client_auth, form};
use crate::shared::{Shared, SharedState};
use crate::store::{Application, Store};
use crate::wire::{ErrorCode, OidcError};

/// Why nothing is told of a token.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum IntrospectionError {
    #[error("`{0}` is given twice")]
    Twice(String),
    #[error("the parameter `token` is missing")]
    NoToken,
    #[error("a JWT cannot be introspected")]
    Structured,
}

impl Refuse for IntrospectionError {
    fn wire(&self) -> OidcError {
        match self {
            Self::Twice(name) => {
                OidcError::invalid_request(format!("'{name}' parameter must not be provided twice"))
            }
            Self::NoToken => OidcError::invalid_request("missing required parameter 'token'"),
            Self::Structured => OidcError::new(
                400,
                ErrorCode::UnsupportedTokenType,
                "Structured JWT Tokens cannot be introspected via the introspection_endpoint",
            ),
        }
    }
}

/// Tells what a token is good for.
pub(super) async fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let told = introspect(&shared, &headers, &body).map(|told| (StatusCode::OK, told));
    endpoint::answer(told, &headers, &shared.issuer())
}

fn introspect(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<Value, Refused> {
    let form = form::parse(headers, body, "/token/introspection")?;
    let store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    if let Some(name) = form.repeated().first() {
        return Err(IntrospectionError::Twice((*name).to_owned()).into());
    }
    let token = presented(&form)?;
    let found = Known::find(&store, token, shared.now());
    Ok(match found.filter(|known| may_ask(&application, known)) {
        Some(known) => known.told(&shared.issuer()),
        None => json!({ "active": false }),
    })
}

fn presented(form: &Params) -> Result<&str, IntrospectionError> {
    let token = form.first("token").filter(|token| !token.is_empty()).ok_or(IntrospectionError::NoToken)?;
    if token.split('.').count() == 3 { Err(IntrospectionError::Structured) } else { Ok(token) }
}

/// Confidential applications may ask for any token, public ones for their own.
fn may_ask(application: &Application, known: &Known<'_>) -> bool {
    application.is_confidential() || application.id == known.client
}

/// A token that is alive, whatever its kind: the hint only says where to look first.
struct Known<'s> {
    account: &'s str,
    client: &'s str,
    issued: i64,
    expires: i64,
    scope: String,
    /// Of access tokens only.
    token_type: Option<&'static str>,
}

impl<'s> Known<'s> {
    fn find(store: &'s Store, token: &str, now: i64) -> Option<Self> {
        let access = store.access_tokens.get(token).map(|token| {
            let known = Self {
                account: &token.account,
                client: &token.client,
                issued: token.issued,
                expires: token.expires,
                scope: token.scopes.to_string(),
                token_type: Some("Bearer"),
            };
            (known, &token.grant, token.session_uid.as_deref())
        });
        let found = access.or_else(|| {
            store.refresh_tokens.get(token).map(|token| {
                let known = Self {
                    account: &token.account,
                    client: &token.client,
                    issued: token.issued,
                    expires: token.expires,
                    scope: token.scopes.to_string(),
                    token_type: None,
                };
                (known, &token.grant, token.session_uid.as_deref())
            })
        });
        let (known, grant, session) = found?;
        let session_is_over = session.is_some_and(|uid| store.session_by_uid(uid).is_none());
        (known.expires > now && store.grants.contains_key(grant) && !session_is_over).then_some(known)
    }

    /// Members in Logto's order.
    fn told(&self, issuer: &str) -> Value {
        let mut told = Map::new();
        told.insert("active".to_owned(), json!(true));
        told.insert("sub".to_owned(), json!(self.account));
        told.insert("client_id".to_owned(), json!(self.client));
        told.insert("exp".to_owned(), json!(self.expires));
        told.insert("iat".to_owned(), json!(self.issued));
        told.insert("iss".to_owned(), json!(issuer));
        told.insert("scope".to_owned(), json!(self.scope));
        if let Some(kind) = self.token_type {
            told.insert("token_type".to_owned(), json!(kind));
        }
        Value::Object(told)
    }
}
