//! Claims by scope (contract §1.6).

use oauth::Scopes;
use serde_json::{Map, Value, json};

use crate::store::{Store, User, column};
use crate::version::Fact;

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
            ("profile", _) => profile(user, store.has(Fact::PreferredUsername)),
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

fn profile(user: &User, falls_back: bool) -> Value {
    let own = |member: &str| user.profile.get(member).cloned();
    let username = || user.username.as_ref().map(|name| json!(name));
    let claims = [
        ("name", Some(json!(user.name))),
        ("family_name", own("familyName")),
        ("given_name", own("givenName")),
        ("middle_name", own("middleName")),
        ("nickname", own("nickname")),
        ("preferred_username", own("preferredUsername").or_else(|| username().filter(|_| falls_back))),
        ("profile", own("profile")),
        ("picture", Some(json!(user.avatar))),
        ("website", own("website")),
        ("gender", own("gender")),
        ("birthdate", own("birthdate")),
        ("zoneinfo", own("zoneinfo")),
        ("locale", own("locale")),
        ("updated_at", Some(json!(user.updated_at))),
        ("username", Some(json!(user.username))),
        ("created_at", Some(json!(user.created_at))),
    ];
    claims
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect::<Map<_, _>>()
        .into()
}
