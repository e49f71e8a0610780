//! Connectors and their factories (contract §4, "Connectors").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Map, Value};

use super::auth::Authorized;
use crate::connectors;
use crate::shared::Shared;
use crate::store::Connector;
use crate::wire::body::object;
use crate::wire::{self, ApiError};

/// `GET /connector-factories`.
pub(super) async fn factories(_: Authorized) -> Response {
    wire::json(StatusCode::OK, &Value::Array(connectors::factories()))
}

/// `GET /connector-factories/:id`.
pub(super) async fn factory(_: Authorized, Path(id): Path<String>) -> Response {
    match connectors::factory(&id) {
        Some(factory) => wire::json(StatusCode::OK, &factory),
        None => ApiError::not_found().into(),
    }
}

/// `GET /connectors`.
pub(super) async fn list(_: Authorized, State(shared): State<Arc<Shared>>) -> Response {
    let all = shared.store().connectors.iter().map(connectors::full).collect();
    wire::json(StatusCode::OK, &Value::Array(all))
}

/// `GET /connectors/:id`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().connector(&id) {
        Some(connector) => wire::json(StatusCode::OK, &connectors::full(connector)),
        None => ApiError::not_found().into(),
    }
}

/// `POST /connectors`: 200.
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    match object(&body).and_then(|members| add(&shared, &members)) {
        Ok(answer) => wire::json(StatusCode::OK, &answer),
        Err(error) => error.into(),
    }
}

fn add(shared: &Shared, members: &Map<String, Value>) -> Result<Value, ApiError> {
    let guard = || ApiError::new(400, "guard.invalid_input", "The request body is invalid.");
    let factory = members.get("connectorId").and_then(Value::as_str).ok_or_else(guard)?;
    if connectors::factory(factory).is_none() {
        let text = "Can not find connector with given standard connector id.";
        return Err(ApiError::new(422, "connector.not_found_with_connector_id", text));
    }
    if members.get("metadata").and_then(Value::as_object).is_some_and(|metadata| !metadata.is_empty()) {
        let text = "This connector's 'metadata' cannot be overwritten.";
        let code = "connector.cannot_overwrite_metadata_for_non_standard_connector";
        return Err(ApiError::new(400, code, text));
    }
    if members.get("enableTokenStorage") == Some(&Value::Bool(true)) {
        let text = "This feature is not supported in the current environment.";
        return Err(ApiError::new(422, "request.feature_not_supported", text));
    }
    let config = match members.get("config") {
        // Left out, it is created without, and fails when it is used.
        None => Map::new(),
        Some(Value::Object(config)) => checked(config)?,
        Some(_) => return Err(guard()),
    };
    let mut store = shared.store();
    if store.connectors.iter().any(|connector| connector.factory == factory) {
        let text = "Can not create multiple instance with picked standard connector.";
        return Err(ApiError::new(422, "connector.multiple_instances_not_supported", text));
    }
    let id = members.get("id").and_then(Value::as_str).map_or_else(|| shared.short_id(), ToOwned::to_owned);
    if store.connector(&id).is_some() {
        // The database's refusal, not foreseen by Logto (contract §4).
        return Err(ApiError::internal());
    }
    let connector = Connector {
        id,
        factory: factory.to_owned(),
        config,
        sync_profile: members.get("syncProfile") == Some(&Value::Bool(true)),
    };
    let answer = connectors::full(&connector);
    store.connectors.push(connector);
    Ok(answer)
}

/// Empty strings are dropped; what is left must be a configuration (contract §11).
fn checked(config: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    connectors::check_config(config).map_err(|error| error.wire())?;
    let kept = config.iter().filter(|(_, value)| value.as_str() != Some(""));
    Ok(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// `PATCH /connectors/:id`: the configuration is replaced wholesale.
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
    let config = match members.get("config").map(|config| config.as_object().map(checked)) {
        None => None,
        Some(Some(Ok(config))) => Some(config),
        Some(Some(Err(error))) => return error.into(),
        Some(None) => {
            return ApiError::new(400, "guard.invalid_input", "The request body is invalid.").into();
        }
    };
    let mut store = shared.store();
    let Some(connector) = store.connectors.iter_mut().find(|connector| connector.id == id) else {
        return ApiError::not_found().into();
    };
    if members.is_empty() {
        let text = "Invalid input. Value list must not be empty.";
        return ApiError::new(422, "entity.invalid_input", text).into();
    }
    if let Some(config) = config {
        connector.config = config;
    }
    if let Some(sync) = members.get("syncProfile").and_then(Value::as_bool) {
        connector.sync_profile = sync;
    }
    wire::json(StatusCode::OK, &connectors::full(connector))
}

/// `DELETE /connectors/:id`; its target leaves the sign-in experience too.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let mut store = shared.store();
    let Some(target) = store.connector(&id).map(Connector::target) else {
        return ApiError::not_found().into();
    };
    store.connectors.retain(|connector| connector.id != id);
    if let Some(Value::Array(targets)) = store.sign_in_experience.get_mut("socialSignInConnectorTargets") {
        targets.retain(|known| known.as_str() != Some(target.as_str()));
    }
    StatusCode::NO_CONTENT.into_response()
}
