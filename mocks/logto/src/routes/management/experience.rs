//! The sign-in experience (contract §4, "Sign-in experience").

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};

use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::{Connector, Store};
use crate::wire::body::object;
use crate::wire::{self, ApiError};

/// `GET /sign-in-exp`.
pub(super) async fn read(_: Authorized, State(shared): State<Arc<Shared>>) -> Response {
    wire::json(StatusCode::OK, &Value::Object(shared.store().sign_in_experience.clone()))
}

/// `PATCH /sign-in-exp`: the given members, the full row in the answer.
pub(super) async fn patch(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    let mut store = shared.store();
    match object(&body).and_then(|members| change(&mut store, members)) {
        Ok(()) => wire::json(StatusCode::OK, &Value::Object(store.sign_in_experience.clone())),
        Err(error) => error.into(),
    }
}

fn change(store: &mut Store, members: Map<String, Value>) -> Result<(), ApiError> {
    let guard = || ApiError::new(400, "guard.invalid_input", "The request body is invalid.");
    if members.is_empty() {
        let text = "Invalid input. Value list must not be empty.";
        return Err(ApiError::new(422, "entity.invalid_input", text));
    }
    if let Some(sign_up) = members.get("signUp") {
        // All three, or none of it.
        let has = |name: &str| sign_up.get(name).is_some();
        if !(has("identifiers") && has("password") && has("verify")) {
            return Err(guard());
        }
    }
    if let Some(mode) = members.get("signInMode")
        && !["SignIn", "Register", "SignInAndRegister"].iter().any(|known| mode == known)
    {
        return Err(guard());
    }
    for (name, value) in members {
        if !store.sign_in_experience.contains_key(&name) {
            // Members that do not exist are passed over.
            continue;
        }
        let value = if name == "socialSignInConnectorTargets" { known_targets(store, value) } else { value };
        store.sign_in_experience.insert(name, value);
    }
    Ok(())
}

/// Targets without a connector are silently removed.
fn known_targets(store: &Store, targets: Value) -> Value {
    let known: Vec<String> = store.connectors.iter().map(Connector::target).collect();
    match targets {
        Value::Array(targets) => {
            targets.into_iter().filter(|target| known.iter().any(|known| target == known)).collect()
        }
        other => other,
    }
}
