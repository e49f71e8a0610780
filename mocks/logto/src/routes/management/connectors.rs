//! Connectors and their factories (contract §4, "Connectors").

use axum::extract::Path;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use crate::connectors::{self, ConnectorError, Departure, MessageKind, SocialConnector};
use crate::shared::Shared;
use crate::store::{Connector, MessageConnector};
use crate::wire::body::{self, object};
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, Json, Query, refusals};

/// `GET /connector-factories`.
pub(super) fn factories(_: Authorized) -> Json {
    Json(connectors::factories().into())
}

/// `GET /connector-factories/:id`.
pub(super) fn factory(_: Authorized, Path(id): Path<String>) -> Answer {
    Ok(Json(connectors::factory(&id).ok_or_else(ApiError::not_found)?))
}

/// `GET /connectors`, all or those of a target.
pub(super) fn list(shared: Authorized, Query(params): Query) -> Json {
    let target = params.first("target").filter(|target| !target.is_empty());
    let store = shared.store();
    let asked = |connector: &&Connector| target.is_none_or(|target| connector.target() == target);
    let social = store.connectors.iter().filter(asked).map(connectors::full);
    let wanted = |one: &&MessageConnector| target.is_none_or(|target| target == one.kind.factory());
    let messages = store.messages.iter().filter(wanted).map(connectors::shown_message);
    Json(social.chain(messages).collect())
}

/// `GET /connectors/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let message = || store.messages.iter().find(|one| one.id == id).map(connectors::shown_message);
    let found = store.connector(&id).map(connectors::full).or_else(message);
    Ok(Json(found.ok_or_else(ApiError::not_found)?))
}

refusals! {
    /// Why a connector is not created or changed.
    enum ConnectorsError {
        #[error("the connector does not exist")]
        Unknown => ApiError::not_found(),
        #[error("the kind of connector does not exist")]
        UnknownFactory => Code::ConnectorNotFoundWithConnectorId.error(),
        #[error("a connector of this kind needs a target")]
        NoTarget => Code::ConnectorShouldSpecifyTarget.error(),
        #[error("the metadata of a connector of this kind is fixed")]
        FixedMetadata => Code::ConnectorCannotOverwriteMetadataForNonStandardConnector.error(),
        #[error("the target of a connector cannot be changed")]
        FixedTarget => Code::ConnectorCanNotModifyTarget.error(),
        #[error("a connector of this kind already exists")]
        SecondOfItsKind => Code::ConnectorMultipleInstancesNotSupported.error(),
        #[error("the connector of kind `{factory}` already has this target")]
        SameTarget { factory: String, name: Value } => Code::ConnectorMultipleTargetWithSamePlatform
            .error()
            .with_data(json!({ "connectorId": factory, "connectorName": name })),
        #[error("this Logto does not store tokens of providers")]
        TokenStorage => Code::RequestFeatureNotSupported.error(),
        #[error("state or redirectUri is empty")]
        Insufficient => Code::SessionInsufficientInfo.error(),
        #[error("the connector requires a session, which this call cannot keep")]
        NeedsSession => Code::ConnectorNotImplemented.error(),
        #[error("there is nothing to change")]
        Nothing => ApiError::nothing_to_change(),
        /// An error of the database that Logto does not handle (contract §4).
        #[error("the id is already in use")]
        IdTaken => ApiError::internal(),
    }
}

/// Maximum length of an id.
const ID_LIMIT: usize = 128;

fn checked(text: &str, creates: bool) -> Result<Map<String, Value>, ApiError> {
    let members = object(text)?;
    let id_issue = members.get("id").and_then(Value::as_str).and_then(|id| match id.chars().count() {
        0 => Some(Complaint::TooShort(1)),
        length if length > ID_LIMIT => Some(Complaint::TooLong(ID_LIMIT)),
        _ => None,
    });
    let mut issues = vec![
        body::typed(&members, &["syncProfile"], "boolean"),
        body::typed(&members, &["enableTokenStorage"], "boolean"),
        creates.then(|| body::needed(&members, &["connectorId"], "string")).flatten(),
        body::typed(&members, &["config"], "object"),
    ];
    issues.extend(connectors::check_metadata(&members));
    issues.push(body::typed(&members, &["id"], "string").filter(|_| creates));
    issues.push(id_issue.filter(|_| creates).map(|complaint| Issue::new(&["id"], complaint)));
    body::without(issues)?;
    Ok(members)
}

/// `POST /connectors`: 200.
pub(super) fn create(shared: Authorized, text: String) -> Answer {
    let members = checked(&text, true)?;
    Ok(Json(add(&shared, &members)?))
}

fn add(shared: &Shared, members: &Map<String, Value>) -> Answer<Value> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let id = text("connectorId").unwrap_or_default();
    if let Some(kind) = MessageKind::of(id) {
        return add_message(shared, kind, members);
    }
    let kind = connectors::kind(id).ok_or(ConnectorsError::UnknownFactory)?;
    let metadata = members.get("metadata").and_then(Value::as_object);
    let wanted = metadata.and_then(|metadata| metadata.get("target")).and_then(Value::as_str);
    let mut store = shared.store();
    let target = if kind.is_standard() {
        wanted.filter(|target| !target.is_empty()).ok_or(ConnectorsError::NoTarget)?
    } else if metadata.is_some() {
        return Err(ConnectorsError::FixedMetadata.into());
    } else if store.connectors.iter().any(|connector| connector.factory == id) {
        return Err(ConnectorsError::SecondOfItsKind.into());
    } else {
        kind.target()
    };
    if let Some(same) = store.connectors.iter().find(|connector| connector.target() == target) {
        let name = connectors::full(same)["name"].clone();
        return Err(ConnectorsError::SameTarget { factory: same.factory.clone(), name }.into());
    }
    let config = match members.get("config").and_then(Value::as_object) {
        // If the configuration is absent, the connector is created without one, and fails when it
        // is used.
        None => Map::new(),
        Some(config) => kept(kind, config)?,
    };
    if members.get("enableTokenStorage") == Some(&Value::Bool(true)) {
        return Err(ConnectorsError::TokenStorage.into());
    }
    let own = text("id").map_or_else(|| shared.short_id(), ToOwned::to_owned);
    if store.connector(&own).is_some() {
        return Err(ConnectorsError::IdTaken.into());
    }
    let connector = Connector {
        id: own,
        factory: id.to_owned(),
        config,
        metadata: metadata.map(connectors::kept).unwrap_or_default(),
        sync_profile: members.get("syncProfile") == Some(&Value::Bool(true)),
    };
    let answer = connectors::full(&connector);
    store.connectors.push(connector);
    Ok(answer)
}

fn add_message(shared: &Shared, kind: MessageKind, members: &Map<String, Value>) -> Answer<Value> {
    if members.get("metadata").is_some_and(Value::is_object) {
        return Err(ConnectorsError::FixedMetadata.into());
    }
    let config = members.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
    if members.contains_key("config") {
        connectors::check_message_config(&config)?;
    }
    let given = members.get("id").and_then(Value::as_str);
    let id = given.map_or_else(|| shared.short_id(), ToOwned::to_owned);
    let mut store = shared.store();
    if store.connector(&id).is_some() || store.messages.iter().any(|one| one.id == id) {
        return Err(ConnectorsError::IdTaken.into());
    }
    let connector = MessageConnector { id, kind, config: connectors::kept(&config) };
    let answer = connectors::shown_message(&connector);
    store.messages.retain(|one| one.kind != kind);
    store.messages.push(connector);
    Ok(answer)
}

fn change_message(connector: &mut MessageConnector, members: &Map<String, Value>) -> Answer<Value> {
    let config = members.get("config").and_then(Value::as_object).ok_or(ConnectorsError::Nothing)?;
    connectors::check_message_config(config)?;
    connector.config = connectors::kept(config);
    Ok(connectors::shown_message(connector))
}

/// Validates the configuration and then drops its empty members (contract §11).
fn kept(
    kind: &dyn SocialConnector,
    config: &Map<String, Value>,
) -> Result<Map<String, Value>, ConnectorError> {
    kind.check_config(config)?;
    Ok(connectors::kept(config))
}

/// `PATCH /connectors/:id`: the configuration is replaced wholesale.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = checked(&text, false)?;
    Ok(Json(change(&shared, &id, &members)?))
}

fn change(shared: &Shared, id: &str, members: &Map<String, Value>) -> Answer<Value> {
    let mut store = shared.store();
    if let Some(connector) = store.messages.iter_mut().find(|one| one.id == id) {
        return change_message(connector, members);
    }
    let found = store.connectors.iter_mut().find(|connector| connector.id == id);
    let connector = found.ok_or(ConnectorsError::Unknown)?;
    let metadata = members.get("metadata").and_then(Value::as_object);
    if let Some(metadata) = metadata {
        if !connector.kind().is_standard() {
            return Err(ConnectorsError::FixedMetadata.into());
        }
        let target = metadata.get("target").and_then(Value::as_str);
        if target != Some(&connector.target()) {
            return Err(ConnectorsError::FixedTarget.into());
        }
    }
    if members.get("enableTokenStorage") == Some(&Value::Bool(true)) {
        return Err(ConnectorsError::TokenStorage.into());
    }
    let config = members.get("config").and_then(Value::as_object);
    let config = config.map(|config| kept(connector.kind(), config)).transpose()?;
    let changes = ["config", "metadata", "syncProfile", "enableTokenStorage"];
    if !changes.iter().any(|name| members.contains_key(*name)) {
        return Err(ConnectorsError::Nothing.into());
    }
    if let Some(config) = config {
        connector.config = config;
    }
    if let Some(metadata) = metadata {
        connector.metadata = connectors::kept(metadata);
    }
    if let Some(sync) = members.get("syncProfile").and_then(Value::as_bool) {
        connector.sync_profile = sync;
    }
    Ok(connectors::full(connector))
}

/// `POST /connectors/:id/authorization-uri`: 501 for connectors that need a session (contract §4).
pub(super) fn authorization_uri(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    body::without([
        body::needed(&members, &["state"], "string"),
        body::needed(&members, &["redirectUri"], "string"),
    ])?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let (state, redirect_uri) = (text("state"), text("redirectUri"));
    if state.is_empty() || redirect_uri.is_empty() {
        return Err(ConnectorsError::Insufficient.into());
    }
    let store = shared.store();
    let connector = store.connector(&id).ok_or(ConnectorsError::Unknown)?;
    let kind = connector.kind();
    let departure = Departure { shared: &shared, config: &connector.config, state, redirect_uri };
    let authorization = kind.authorization(departure)?;
    if kind.keeps_session() {
        return Err(ConnectorsError::NeedsSession.into());
    }
    Ok(Json(json!({ "redirectTo": authorization.uri })))
}

/// `DELETE /connectors/:id`; its target leaves the sign-in experience too.
pub(super) fn delete(shared: Authorized, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut store = shared.store();
    if store.messages.iter().any(|one| one.id == id) {
        // Settings that ask for addresses or numbers are not changed.
        store.messages.retain(|one| one.id != id);
        return Ok(StatusCode::NO_CONTENT);
    }
    let target = store.connector(&id).map(Connector::target).ok_or_else(ApiError::not_found)?;
    store.connectors.retain(|connector| connector.id != id);
    if let Some(Value::Array(targets)) = store.sign_in_experience.get_mut("socialSignInConnectorTargets") {
        targets.retain(|known| known.as_str() != Some(target.as_str()));
    }
    Ok(StatusCode::NO_CONTENT)
}
