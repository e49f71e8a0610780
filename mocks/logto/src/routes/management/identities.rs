//! Social identities of a user (contract §4, "Users").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::auth::Authorized;
use crate::connectors::ConnectorError;
use crate::shared::Shared;
use crate::store::{ConnectorSession, Identity};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError};

/// Why an identity is not shown, put or deleted.
#[derive(Debug, thiserror::Error)]
enum IdentityError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no such user")]
    NoUser,
    #[error("there is no such connector")]
    NoConnector,
    #[error("the user has no identity of this target")]
    NoIdentity,
    #[error("somebody else has this identity")]
    InUse,
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    #[error("the connector would have to keep a session, which this call cannot")]
    NeedsSession,
}

impl IdentityError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::Connector(error) => error.wire(),
            Self::NoUser | Self::NoConnector => ApiError::not_found(),
            Self::NoIdentity => {
                let text = "The social account has not been registered yet.";
                ApiError::new(404, "user.identity_not_exist", text)
            }
            Self::InUse => ApiError::new(
                422,
                "user.identity_already_in_use",
                "The social account has been associated with an existing account.",
            ),
            Self::NeedsSession => {
                let text = "{{method}}: has not been implemented yet.";
                ApiError::new(501, "connector.not_implemented", text)
            }
        };
        error.response(self.to_string())
    }
}

/// `GET /users/:id/identities/:target`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
) -> Response {
    let store = shared.store();
    let found = store
        .user(&id)
        .ok_or(IdentityError::NoUser)
        .and_then(|user| user.identities_json().get(&target).cloned().ok_or(IdentityError::NoIdentity));
    match found {
        Ok(identity) => wire::json(StatusCode::OK, &json!({ "identity": identity })),
        Err(error) => error.response(),
    }
}

/// `PUT /users/:id/identities/:target`: 201 for a new one, 200 for a changed one.
pub(super) async fn put(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
    body: String,
) -> Response {
    match replace(&shared, &id, target, &body) {
        Ok((status, all)) => wire::json(status, &all),
        Err(error) => error.response(),
    }
}

fn replace(
    shared: &Shared,
    id: &str,
    target: String,
    text: &str,
) -> Result<(StatusCode, Value), IdentityError> {
    let members = object(text).map_err(IdentityError::Body)?;
    body::without([
        body::needed(&members, &["userId"], "string"),
        body::typed(&members, &["details"], "object"),
    ])
    .map_err(IdentityError::Body)?;
    let user_id = members.get("userId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let details = members.get("details").cloned();
    let mut store = shared.store();
    if store.user(id).is_none() {
        return Err(IdentityError::NoUser);
    }
    if store.user_by_identity(&target, &user_id).is_some_and(|holder| holder.id != id) {
        return Err(IdentityError::InUse);
    }
    let now = shared.context.clock.millis();
    let user = store.user_mut(id).ok_or(IdentityError::NoUser)?;
    let before = user.identities.insert(target, Identity { user_id, details });
    user.updated_at = now;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, user.identities_json()))
}

/// `POST /users/:id/identities`: links what a provider tells. Connectors that
/// need a session can do no better than 501 (contract §4).
pub(super) async fn post(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match link(&shared, &id, &body).await {
        Ok(all) => wire::json(StatusCode::OK, &all),
        Err(error) => error.response(),
    }
}

async fn link(shared: &Shared, id: &str, text: &str) -> Result<Value, IdentityError> {
    let members = object(text).map_err(IdentityError::Body)?;
    body::without([
        body::needed(&members, &["connectorId"], "string"),
        body::needed(&members, &["connectorData"], "object"),
    ])
    .map_err(IdentityError::Body)?;
    let connector = members.get("connectorId").and_then(Value::as_str).unwrap_or_default();
    let data = members.get("connectorData").and_then(Value::as_object).cloned().unwrap_or_default();
    let connector = {
        let store = shared.store();
        let connector = store.connector(connector).cloned().ok_or(IdentityError::NoConnector)?;
        store.user(id).ok_or(IdentityError::NoUser)?;
        connector
    };
    let kind = connector.kind();
    kind.check_callback(&data)?;
    kind.check_config(&connector.config)?;
    if kind.keeps_session() {
        return Err(IdentityError::NeedsSession);
    }
    // No lock is held while the provider is asked.
    let social = kind.user_info(shared, &connector.config, &ConnectorSession::default(), &data).await?;
    let target = connector.target();
    let mut store = shared.store();
    if store.user_by_identity(&target, &social.id).is_some_and(|holder| holder.id != id) {
        return Err(IdentityError::InUse);
    }
    let now = shared.context.clock.millis();
    let user = store.user_mut(id).ok_or(IdentityError::NoUser)?;
    user.identities.insert(target, social.identity());
    user.updated_at = now;
    Ok(user.identities_json())
}

/// `DELETE /users/:id/identities/:target`.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, target)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let now = shared.context.clock.millis();
    let done = store.user_mut(&id).ok_or(IdentityError::NoUser).and_then(|user| {
        user.identities.shift_remove(&target).ok_or(IdentityError::NoIdentity)?;
        user.updated_at = now;
        Ok(user.json())
    });
    match done {
        Ok(user) => wire::json(StatusCode::OK, &user),
        Err(error) => error.response(),
    }
}
