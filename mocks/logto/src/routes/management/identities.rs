//! Social identities of a user (contract §4, "Users").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::auth::Authorized;
use crate::connectors::Arrival;
use crate::store::{ConnectorSession, Identity, Store, User};
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Code, Json, refusals};

refusals! {
    /// Why an identity is not shown, set or deleted.
    enum IdentityError {
        #[error("the user does not exist")]
        NoUser => ApiError::not_found(),
        #[error("the connector does not exist")]
        NoConnector => ApiError::not_found(),
        #[error("the user has no identity of this target")]
        NoIdentity => Code::UserIdentityNotExist.error(),
        #[error("another user has this identity")]
        InUse => Code::UserIdentityAlreadyInUse.error(),
        #[error("the connector requires a session, which this call cannot keep")]
        NeedsSession => Code::ConnectorNotImplemented.error(),
    }
}

/// `GET /users/:id/identities/:target`.
pub(super) fn read(shared: Authorized, Path((id, target)): Path<(String, String)>) -> Answer {
    let store = shared.store();
    let user = store.user(&id).ok_or(IdentityError::NoUser)?;
    let identity = user.identities_json().get(&target).cloned().ok_or(IdentityError::NoIdentity)?;
    Ok(Json(json!({ "identity": identity })))
}

/// `PUT /users/:id/identities/:target`: 201 for a new one, 200 for a changed one.
pub(super) fn put(
    shared: Authorized,
    Path((id, target)): Path<(String, String)>,
    text: String,
) -> Answer<Response> {
    let members = object(&text)?;
    body::without([
        body::needed(&members, &["userId"], "string"),
        body::typed(&members, &["details"], "object"),
    ])?;
    let user_id = members.get("userId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let details = members.get("details").cloned();
    let mut store = shared.store();
    store.user(&id).ok_or(IdentityError::NoUser)?;
    let user = linkable(&mut store, &id, &target, &user_id)?;
    let before = user.identities.insert(target, Identity { user_id, details });
    user.updated_at = shared.context.clock.millis();
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(wire::json(status, &user.identities_json()))
}

/// The user, if no other user has the identity.
fn linkable<'s>(
    store: &'s mut Store,
    id: &str,
    target: &str,
    identity: &str,
) -> Result<&'s mut User, IdentityError> {
    if store.user_by_identity(target, identity).is_some_and(|holder| holder.id != id) {
        return Err(IdentityError::InUse);
    }
    store.user_mut(id).ok_or(IdentityError::NoUser)
}

/// `POST /users/:id/identities`: links the identity that the provider returns. 501 for connectors
/// that need a session (contract §4).
pub(super) async fn post(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    body::without([
        body::needed(&members, &["connectorId"], "string"),
        body::needed(&members, &["connectorData"], "object"),
    ])?;
    let connector = members.get("connectorId").and_then(Value::as_str).unwrap_or_default();
    let data = members.get("connectorData").and_then(Value::as_object).cloned().unwrap_or_default();
    let connector = {
        let store = shared.store();
        let connector = store.connector(connector).cloned().ok_or(IdentityError::NoConnector)?;
        store.user(&id).ok_or(IdentityError::NoUser)?;
        connector
    };
    let kind = connector.kind();
    kind.check_callback(&data)?;
    kind.check_config(&connector.config)?;
    if kind.keeps_session() {
        return Err(IdentityError::NeedsSession.into());
    }
    // The lock is not held while the provider is called.
    let (config, session) = (&connector.config, &ConnectorSession::default());
    let social = kind.user_info(Arrival { shared: &shared, config, session, data: &data }).await?;
    let target = connector.target();
    let mut store = shared.store();
    let user = linkable(&mut store, &id, &target, &social.id)?;
    user.identities.insert(target, social.identity());
    user.updated_at = shared.context.clock.millis();
    Ok(Json(user.identities_json()))
}

/// `DELETE /users/:id/identities/:target`.
pub(super) fn delete(shared: Authorized, Path((id, target)): Path<(String, String)>) -> Answer {
    let mut store = shared.store();
    let user = store.user_mut(&id).ok_or(IdentityError::NoUser)?;
    user.identities.shift_remove(&target).ok_or(IdentityError::NoIdentity)?;
    user.updated_at = shared.context.clock.millis();
    Ok(Json(user.json(shared.context.version)))
}
