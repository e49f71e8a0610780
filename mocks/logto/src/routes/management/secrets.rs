//! Secrets of applications (contract §4, "Applications").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::applications::unknown;
use super::auth::Authorized;
use crate::shared::Shared;
use crate::store::{Application, ApplicationSecret, Store};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError, Complaint, Issue};

/// Why a secret is not made, renamed or deleted.
#[derive(Debug, thiserror::Error)]
enum SecretError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no application with the id `{0}`")]
    NoApplication(String),
    #[error("the application has no secret of this name")]
    NoSecret,
    #[error("the application has no secret of this name to rename")]
    NoneToRename,
    #[error("the application has a secret of this name already")]
    NameTaken,
    #[error("the secret would have expired before it was made")]
    Past,
}

impl SecretError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::NoApplication(id) => unknown(id),
            Self::NoSecret => ApiError::not_found(),
            Self::NoneToRename => {
                ApiError::new(404, "entity.not_exists", "The application_secret does not exist.")
            }
            Self::NameTaken => {
                ApiError::new(422, "application.secret_name_exists", "Secret name already exists.")
            }
            Self::Past => ApiError::new(
                400,
                "request.invalid_input",
                "Input is invalid. The value of `expiresAt` must be in the future.",
            ),
        };
        error.response(self.to_string())
    }
}

fn shown(application: &str, secret: &ApplicationSecret) -> Value {
    json!({
        "tenantId": "default",
        "applicationId": application,
        "name": secret.name,
        "value": secret.value,
        "createdAt": secret.created_at,
        "expiresAt": secret.expires_at,
    })
}

fn application<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Application, SecretError> {
    let found = store.applications.iter_mut().find(|application| application.id == id);
    found.ok_or_else(|| SecretError::NoApplication(id.to_owned()))
}

/// `GET /applications/:id/secrets`.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match application(&mut shared.store(), &id) {
        Ok(application) => {
            let all = application.secrets.iter().map(|known| shown(&id, known)).collect();
            wire::json(StatusCode::OK, &Value::Array(all))
        }
        Err(error) => error.response(),
    }
}

fn no_name(members: &Map<String, Value>) -> Option<Issue> {
    (members.get("name")? == "").then(|| Issue::new(&["name"], Complaint::TooShort(1)))
}

/// `POST /applications/:id/secrets`: 201. The value is Logto's choice.
pub(super) async fn add(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match make(&shared, &id, &body) {
        Ok(made) => wire::json(StatusCode::CREATED, &made),
        Err(error) => error.response(),
    }
}

fn make(shared: &Shared, id: &str, text: &str) -> Result<Value, SecretError> {
    let members = object(text).map_err(SecretError::Body)?;
    body::without([
        body::needed(&members, &["name"], "string"),
        no_name(&members),
        body::typed(&members, &["expiresAt"], "number").filter(|_| members["expiresAt"] != Value::Null),
    ])
    .map_err(SecretError::Body)?;
    let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
    let now = shared.context.clock.millis();
    let expires_at = members.get("expiresAt").and_then(Value::as_i64);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(SecretError::Past);
    }
    let mut store = shared.store();
    let application = application(&mut store, id)?;
    if application.secrets.iter().any(|known| known.name == name) {
        return Err(SecretError::NameTaken);
    }
    let made =
        ApplicationSecret { name: name.to_owned(), value: shared.secret(), created_at: now, expires_at };
    let answer = shown(id, &made);
    application.secrets.push(made);
    Ok(answer)
}

/// `PATCH /applications/:id/secrets/:name`: another name.
pub(super) async fn rename(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, name)): Path<(String, String)>,
    body: String,
) -> Response {
    match renamed(&shared, &id, &name, &body) {
        Ok(renamed) => wire::json(StatusCode::OK, &renamed),
        Err(error) => error.response(),
    }
}

fn renamed(shared: &Shared, id: &str, name: &str, text: &str) -> Result<Value, SecretError> {
    let members = object(text).map_err(SecretError::Body)?;
    body::without([body::needed(&members, &["name"], "string"), no_name(&members)])
        .map_err(SecretError::Body)?;
    let next = members.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut store = shared.store();
    let application = application(&mut store, id)?;
    if next != name && application.secrets.iter().any(|known| known.name == next) {
        return Err(SecretError::NameTaken);
    }
    let secret = application.secrets.iter_mut().find(|known| known.name == name);
    let secret = secret.ok_or(SecretError::NoneToRename)?;
    next.clone_into(&mut secret.name);
    Ok(shown(id, secret))
}

/// `DELETE /applications/:id/secrets/:name`.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let gone = application(&mut store, &id).and_then(|application| {
        let at = application.secrets.iter().position(|known| known.name == name);
        at.map(|at| application.secrets.remove(at)).ok_or(SecretError::NoSecret)
    });
    match gone {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.response(),
    }
}

/// `DELETE /applications/:id/legacy-secret`: applications made by this version
/// have none.
pub(super) async fn delete_legacy(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    if shared.store().application(&id).is_none() {
        return unknown(&id).into();
    }
    let text = "The application does not have a legacy secret.";
    ApiError::new(400, "application.no_legacy_secret_found", text).into()
}
