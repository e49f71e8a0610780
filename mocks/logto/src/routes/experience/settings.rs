//! The settings that the sign-in page shows (contract §3).

use axum::extract::State;
use serde_json::{Map, Value, json};

use crate::connectors;
use crate::shared::SharedState;
use crate::store::Store;
use crate::version::Fact;
use crate::wire::{Cookies, Json};

/// Members that only the Management API shows.
fn hidden(store: &Store) -> impl Iterator<Item = &'static str> {
    let blocklist = store.has(Fact::HiddenBlocklist).then_some("emailBlocklistPolicy");
    blocklist.into_iter().chain(["forgotPasswordMethods"])
}

/// `GET /api/.well-known/sign-in-exp`.
pub(super) fn get(State(shared): SharedState) -> Json {
    Json(settings(&shared.store()))
}

/// The settings that the server puts into the page, for its script: for the application that began a
/// sign-in last in this browser (`koaExperienceSsr`).
pub(crate) fn rendered(settings: Value, cookies: &Cookies) -> Value {
    let known: Value = cookies.logto().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let mut experience = Map::new();
    for name in ["appId", "organizationId"] {
        if let Some(value) = known.get(name).filter(|value| value.is_string()) {
            experience.insert(name.to_owned(), value.clone());
        }
    }
    experience.insert("data".to_owned(), settings);
    Value::Object(experience)
}

/// What the page needs to know of a tenant.
pub(crate) fn settings(store: &Store) -> Value {
    let mut settings = store.sign_in_experience.clone();
    for name in hidden(store) {
        settings.shift_remove(name);
    }
    let targets = store.sign_in_experience.get("socialSignInConnectorTargets").and_then(Value::as_array);
    // In the order of the targets; a connector without a configuration is listed too.
    let social: Vec<Value> = targets
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .flat_map(|target| store.connectors.iter().filter(move |connector| connector.target() == target))
        .map(connectors::listed)
        .collect();
    for (name, value) in [
        ("socialConnectors", json!(social)),
        ("ssoConnectors", json!([])),
        ("forgotPassword", json!({ "phone": false, "email": false })),
        ("isDevelopmentTenant", json!(false)),
        ("customProfileFields", json!([])),
        ("customProfileFieldCatalog", json!([])),
    ] {
        settings.insert(name.to_owned(), value);
    }
    if !store.has(Fact::SignUpFields) {
        settings.shift_remove("customProfileFieldCatalog");
    }
    Value::Object(settings)
}
