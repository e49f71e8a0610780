//! The settings that the sign-in page shows (contract §3).

use axum::extract::State;
use serde_json::{Value, json};

use crate::connectors;
use crate::shared::SharedState;
use crate::store::Store;
use crate::version::Fact;
use crate::wire::Json;

/// Members that only the Management API shows.
fn hidden(store: &Store) -> impl Iterator<Item = &'static str> {
    let blocklist = store.has(Fact::HiddenBlocklist).then_some("emailBlocklistPolicy");
    blocklist.into_iter().chain(["forgotPasswordMethods"])
}

/// `GET /api/.well-known/sign-in-exp`.
pub(super) fn get(State(shared): SharedState) -> Json {
    Json(settings(&shared.store()))
}

fn settings(store: &Store) -> Value {
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
