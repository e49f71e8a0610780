//! Users.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::configuration::column;

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) primary_email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) identities: IndexMap<String, Identity>,
    pub(crate) last_sign_in_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// The first application that the user consented to.
    pub(crate) application_id: Option<String>,
    pub(crate) is_suspended: bool,
    /// As it was typed: a double keeps it in memory and shows it nowhere.
    pub(crate) password: Option<String>,
}

/// An identity at a social provider.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    pub(crate) details: Value,
}

impl User {
    /// As the Management API gives it (contract §4).
    pub(crate) fn json(&self) -> Value {
        let identities: Map<String, Value> = self
            .identities
            .iter()
            .map(|(target, identity)| {
                (target.clone(), json!({ "userId": identity.user_id, "details": column(&identity.details) }))
            })
            .collect();
        json!({
            "id": self.id,
            "username": self.username,
            "primaryEmail": self.primary_email,
            "primaryPhone": null,
            "name": self.name,
            "avatar": self.avatar,
            "customData": {},
            "identities": identities,
            "lastSignInAt": self.last_sign_in_at,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "profile": {},
            "applicationId": self.application_id,
            "cimdClientId": null,
            "isSuspended": self.is_suspended,
            "hasPassword": self.password.is_some(),
        })
    }
}
