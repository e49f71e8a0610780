//! Claims by scope (contract §1.6).

use oauth::Scopes;
use serde_json::{Map, Value, json};

use crate::store::{Store, User, column};

/// The document that the claims are for: userinfo has more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Document {
    IdToken,
    Userinfo,
}

/// The claims of a user, in the order of the scopes (`sub` is that of `openid`; observed with a
/// real Logto and the scopes `email openid`). Missing top-level values are `null`, missing profile
/// values are absent, times are in milliseconds.
pub(super) fn of(store: &Store, user: &User, scopes: &Scopes, document: Document) -> Map<String, Value> {
    let mut claims = Map::new();
    for scope in scopes.iter() {
        let granted = match (scope, document) {
            ("openid", _) => json!({ "sub": user.id }),
            ("profile", _) => profile(user),
            ("email", _) => {
                json!({ "email": user.primary_email, "email_verified": user.primary_email.is_some() })
            }
            ("phone", _) => json!({
                "phone_number": user.primary_phone, "phone_number_verified": user.primary_phone.is_some(),
            }),
            ("address", _) => match user.profile.get("address") {
                Some(address) => json!({ "address": address }),
                None => continue,
            },
            ("roles", _) => json!({ "roles": store.role_names(&user.id) }),
            ("urn:logto:scope:organizations", Document::IdToken) => json!({ "organizations": [] }),
            ("urn:logto:scope:organizations", Document::Userinfo) => {
                json!({ "organizations": [], "organization_data": [] })
            }
            ("urn:logto:scope:organization_roles", _) => json!({ "organization_roles": [] }),
            ("custom_data", Document::Userinfo) => {
                json!({ "custom_data": column(&Value::Object(user.custom_data.clone())) })
            }
            ("identities", Document::Userinfo) => {
                json!({ "identities": user.identities_json(), "sso_identities": [] })
            }
            _ => continue,
        };
        if let Value::Object(granted) = granted {
            claims.extend(granted);
        }
    }
    claims
}

fn profile(user: &User) -> Value {
    let mut claims = Map::new();
    claims.insert("name".to_owned(), json!(user.name));
    let of_profile = |claims: &mut Map<String, Value>, members: &[(&str, &str)]| {
        for (claim, member) in members {
            if let Some(value) = user.profile.get(*member) {
                claims.insert((*claim).to_owned(), value.clone());
            }
        }
    };
    of_profile(
        &mut claims,
        &[
            ("family_name", "familyName"),
            ("given_name", "givenName"),
            ("middle_name", "middleName"),
            ("nickname", "nickname"),
            ("preferred_username", "preferredUsername"),
        ],
    );
    if let (false, Some(username)) = (claims.contains_key("preferred_username"), &user.username) {
        claims.insert("preferred_username".to_owned(), json!(username));
    }
    of_profile(&mut claims, &[("profile", "profile")]);
    claims.insert("picture".to_owned(), json!(user.avatar));
    of_profile(
        &mut claims,
        &[
            ("website", "website"),
            ("gender", "gender"),
            ("birthdate", "birthdate"),
            ("zoneinfo", "zoneinfo"),
            ("locale", "locale"),
        ],
    );
    for (name, value) in [
        ("updated_at", json!(user.updated_at)),
        ("username", json!(user.username)),
        ("created_at", json!(user.created_at)),
    ] {
        claims.insert(name.to_owned(), value);
    }
    Value::Object(claims)
}
