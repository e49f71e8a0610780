//! Applications and their secrets (contract §4, "Applications").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};
use url::Url;

use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::{Application, ApplicationSecret};
use crate::wire::body::object;
use crate::wire::{self, ApiError};

const KINDS: [&str; 5] = ["Native", "SPA", "Traditional", "MachineToMachine", "Protected"];

fn unknown(id: &str) -> ApiError {
    let text = format!("The applications with ID `{id}` does not exist.");
    ApiError::new(404, "entity.not_exists_with_id", text)
}

fn guard() -> ApiError {
    ApiError::new(400, "guard.invalid_input", "The request body is invalid.")
}

/// `GET /applications`, newest first.
pub(super) async fn list(_: Authorized, State(shared): State<Arc<Shared>>) -> Response {
    let all: Vec<Value> = shared.store().applications.iter().map(Application::json).collect();
    wire::json(StatusCode::OK, &Value::Array(all))
}

/// `POST /applications`: 200, not 201, and no secret in the answer.
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    let made = object(&body).and_then(|members| made(&shared, &members));
    match made {
        Ok(application) => {
            let answer = application.json();
            shared.store().applications.insert(0, application);
            wire::json(StatusCode::OK, &answer)
        }
        Err(error) => error.into(),
    }
}

fn made(shared: &Shared, members: &Map<String, Value>) -> Result<Application, ApiError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let kind = text("type").filter(|kind| KINDS.contains(kind)).ok_or_else(guard)?;
    let name = text("name").filter(|name| !name.is_empty()).ok_or_else(guard)?;
    let metadata = members.get("oidcClientMetadata");
    if let Some(metadata) = metadata {
        check_uris(metadata)?;
    }
    let now = shared.context.clock.millis();
    let secret = ApplicationSecret {
        name: "Default secret".to_owned(),
        value: shared.secret(),
        created_at: now,
        expires_at: None,
    };
    let object = || Value::Object(Map::new());
    Ok(Application {
        id: shared.long_id(),
        name: name.to_owned(),
        description: text("description").map(ToOwned::to_owned),
        kind: kind.to_owned(),
        oidc_client_metadata: metadata
            .cloned()
            .unwrap_or_else(|| json!({ "redirectUris": [], "postLogoutRedirectUris": [] })),
        custom_client_metadata: members.get("customClientMetadata").cloned().unwrap_or_else(object),
        custom_data: members.get("customData").cloned().unwrap_or_else(object),
        is_third_party: members.get("isThirdParty") == Some(&Value::Bool(true)),
        created_at: now,
        secrets: if matches!(kind, "Traditional" | "MachineToMachine" | "Protected") {
            vec![secret]
        } else {
            vec![]
        },
    })
}

/// Both lists are needed, and hold absolute URLs.
fn check_uris(metadata: &Value) -> Result<(), ApiError> {
    for name in ["redirectUris", "postLogoutRedirectUris"] {
        let uris = metadata.get(name).and_then(Value::as_array).ok_or_else(guard)?;
        if !uris.iter().all(|uri| uri.as_str().is_some_and(|uri| Url::parse(uri).is_ok())) {
            return Err(guard());
        }
    }
    Ok(())
}

/// `GET /applications/:id`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().application(&id) {
        Some(application) => {
            let mut answer = application.json();
            answer["isAdmin"] = Value::Bool(false);
            wire::json(StatusCode::OK, &answer)
        }
        None => unknown(&id).into(),
    }
}

/// `PATCH /applications/:id` replaces the given members wholesale.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let members = match object(&body) {
        Ok(members) => members,
        Err(error) => return error.into(),
    };
    if let Some(Err(error)) = members.get("oidcClientMetadata").map(check_uris) {
        return error.into();
    }
    let mut store = shared.store();
    let Some(application) = store.applications.iter_mut().find(|application| application.id == id) else {
        return unknown(&id).into();
    };
    for (name, value) in members {
        match name.as_str() {
            "name" => value.as_str().unwrap_or_default().clone_into(&mut application.name),
            "description" => application.description = value.as_str().map(ToOwned::to_owned),
            "oidcClientMetadata" => application.oidc_client_metadata = value,
            "customClientMetadata" => application.custom_client_metadata = value,
            "customData" => application.custom_data = value,
            _ => {}
        }
    }
    wire::json(StatusCode::OK, &application.json())
}

/// `DELETE /applications/:id`.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let mut store = shared.store();
    if store.application(&id).is_none() {
        return unknown(&id).into();
    }
    store.applications.retain(|application| application.id != id);
    let grants: Vec<String> =
        store.grants.iter().filter(|(_, grant)| grant.client == id).map(|(grant, _)| grant.clone()).collect();
    for grant in grants {
        store.revoke_grant(&grant);
    }
    StatusCode::NO_CONTENT.into_response()
}

fn secret(application: &str, secret: &ApplicationSecret) -> Value {
    json!({
        "tenantId": "default",
        "applicationId": application,
        "name": secret.name,
        "value": secret.value,
        "createdAt": secret.created_at,
        "expiresAt": secret.expires_at,
    })
}

/// `GET /applications/:id/secrets`.
pub(super) async fn secrets(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().application(&id) {
        Some(application) => {
            let all = application.secrets.iter().map(|known| secret(&id, known)).collect();
            wire::json(StatusCode::OK, &Value::Array(all))
        }
        None => unknown(&id).into(),
    }
}

/// `POST /applications/:id/secrets`: 201.
pub(super) async fn add_secret(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let members = match object(&body) {
        Ok(members) => members,
        Err(error) => return error.into(),
    };
    let Some(name) = members.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return guard().into();
    };
    let now = shared.context.clock.millis();
    let expires_at = members.get("expiresAt").and_then(Value::as_i64);
    if expires_at.is_some_and(|at| at <= now) {
        let text = "Input is invalid. The value of `expiresAt` must be in the future.";
        return ApiError::new(400, "request.invalid_input", text).into();
    }
    let mut store = shared.store();
    let Some(application) = store.applications.iter_mut().find(|application| application.id == id) else {
        return unknown(&id).into();
    };
    if application.secrets.iter().any(|known| known.name == name) {
        return ApiError::new(422, "application.secret_name_exists", "Secret name already exists.").into();
    }
    let added =
        ApplicationSecret { name: name.to_owned(), value: shared.secret(), created_at: now, expires_at };
    let answer = secret(&id, &added);
    application.secrets.push(added);
    wire::json(StatusCode::CREATED, &answer)
}

/// `DELETE /applications/:id/secrets/:name`.
pub(super) async fn delete_secret(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let Some(application) = store.applications.iter_mut().find(|application| application.id == id) else {
        return unknown(&id).into();
    };
    let before = application.secrets.len();
    application.secrets.retain(|known| known.name != name);
    if application.secrets.len() == before {
        return ApiError::not_found().into();
    }
    StatusCode::NO_CONTENT.into_response()
}
