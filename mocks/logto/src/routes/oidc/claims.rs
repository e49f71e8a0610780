//! Claims by scope (contract §1.6).

use oauth::Scopes;
use serde_json::{Map, Value, json};

use crate::store::User;

/// Which document the claims are for: userinfo has more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Document {
    IdToken,
    Userinfo,
}

/// The claims of a user. Missing top-level values are `null`, missing profile
/// values absent, times are milliseconds.
pub(super) fn of(user: &User, scopes: &Scopes, document: Document) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("sub", json!(user.id));
    if scopes.contains("profile") {
        put("name", json!(user.name));
        put("picture", json!(user.avatar));
        put("updated_at", json!(user.updated_at));
        put("username", json!(user.username));
        put("created_at", json!(user.created_at));
    }
    if scopes.contains("email") {
        put("email", json!(user.primary_email));
        put("email_verified", json!(user.primary_email.is_some()));
    }
    if scopes.contains("phone") {
        put("phone_number", Value::Null);
        put("phone_number_verified", json!(false));
    }
    if scopes.contains("roles") {
        put("roles", json!([]));
    }
    if document == Document::Userinfo {
        if scopes.contains("custom_data") {
            put("custom_data", json!({}));
        }
        if scopes.contains("identities") {
            let full = user.json();
            put("identities", full["identities"].clone());
            put("sso_identities", json!([]));
        }
    }
    claims
}
