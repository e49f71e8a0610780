//! `POST /oidc/token/introspection` (contract §1.7; RFC 7662).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::endpoint::{self, Refused};
use super::{client_auth, form};
use crate::shared::{Shared, SharedState};
use crate::store::{Application, Store};

/// Describes a token.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let told = introspect(&shared, &headers, &body).map(|told| (StatusCode::OK, told));
    endpoint::answer(told, &headers, &shared.issuer())
}

fn introspect(shared: &Shared, headers: &HeaderMap, body: &str) -> Result<Value, Refused> {
    let form = form::parse(headers, body, "/token/introspection")?;
    let store = shared.store();
    let application = client_auth::authenticate(shared, &store, headers, &form)?;
    let token = form::token(shared, &form, "introspected", "introspection")?;
    let found = Known::find(&store, token, shared.now());
    Ok(match found.filter(|known| may_ask(&application, known)) {
        Some(known) => known.told(&shared.issuer()),
        None => json!({ "active": false }),
    })
}

/// Confidential applications may introspect any token, public ones only their own.
fn may_ask(application: &Application, known: &Known<'_>) -> bool {
    application.is_confidential() || application.id == known.client
}

/// A valid token of any kind: the hint only determines where to look first.
struct Known<'s> {
    account: &'s str,
    client: &'s str,
    issued: i64,
    expires: i64,
    scope: String,
    /// Set for access tokens only.
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
        let mut told = json!({
            "active": true,
            "sub": self.account,
            "client_id": self.client,
            "exp": self.expires,
            "iat": self.issued,
            "iss": issuer,
            "scope": self.scope,
        });
        if let Some(kind) = self.token_type {
            told["token_type"] = json!(kind);
        }
        told
    }
}
