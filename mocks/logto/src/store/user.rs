//! Users.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::configuration::column;
use crate::version::{Fact, Version};
use crate::wire::without_nulls;

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) primary_email: Option<String>,
    pub(crate) primary_phone: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    /// Custom data that the tenant stores with its users.
    pub(crate) custom_data: Map<String, Value>,
    /// Standard claims in addition to name and picture, under Logto's names.
    pub(crate) profile: Map<String, Value>,
    pub(crate) identities: IndexMap<String, Identity>,
    pub(crate) last_sign_in_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// The first application that the user consented to.
    pub(crate) application_id: Option<String>,
    pub(crate) is_suspended: bool,
    /// In plain text: a double keeps it in memory and never shows it.
    pub(crate) password: Option<String>,
}

/// An identity at a social provider.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    /// The data from the provider; absent if the identity was added through the Management API.
    pub(crate) details: Option<Value>,
}

/// Members of a profile in their order; `address` has its own members.
pub(crate) const PROFILE: [&str; 12] = [
    "familyName",
    "givenName",
    "middleName",
    "nickname",
    "preferredUsername",
    "profile",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
];

impl User {
    /// A user without data, created now (milliseconds since the epoch).
    pub(crate) fn new(id: String, now: i64) -> Self {
        Self {
            id,
            username: None,
            primary_email: None,
            primary_phone: None,
            name: None,
            avatar: None,
            custom_data: Map::new(),
            profile: Map::new(),
            identities: IndexMap::new(),
            last_sign_in_at: None,
            created_at: now,
            updated_at: now,
            application_id: None,
            is_suspended: false,
            password: None,
        }
    }

    /// The identities in the Management API.
    pub(crate) fn identities_json(&self) -> Value {
        let shown = |identity: &Identity| {
            let details = identity.details.as_ref().map(column);
            Value::from(without_nulls(json!({ "userId": identity.user_id, "details": details })))
        };
        self.identities
            .iter()
            .map(|(target, identity)| (target.clone(), shown(identity)))
            .collect::<Map<_, _>>()
            .into()
    }

    /// The profile, members in their order.
    pub(crate) fn profile_json(&self) -> Value {
        let members = PROFILE.iter().filter_map(|name| self.profile.get_key_value(*name));
        members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// The user in the Management API (contract §4).
    pub(crate) fn json(&self, version: Version) -> Value {
        let mut shown = json!({
            "id": self.id,
            "username": self.username,
            "primaryEmail": self.primary_email,
            "primaryPhone": self.primary_phone,
            "name": self.name,
            "avatar": self.avatar,
            "customData": column(&Value::Object(self.custom_data.clone())),
            "identities": self.identities_json(),
            "lastSignInAt": self.last_sign_in_at,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "profile": self.profile_json(),
            "applicationId": self.application_id,
            "cimdClientId": null,
            "isSuspended": self.is_suspended,
            "hasPassword": self.password.is_some(),
        });
        if let (Value::Object(members), false) = (&mut shown, version.has(Fact::CimdClientId)) {
            members.shift_remove("cimdClientId");
        }
        shown
    }
}
