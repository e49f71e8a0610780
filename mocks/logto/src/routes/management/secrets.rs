//! Secrets of applications (contract §4, "Applications").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::applications::unknown;
use super::auth::Authorized;
use crate::store::{Application, ApplicationSecret, Store};
use crate::wire::{self, Answer, ApiError, Code, Guard, Json, Rule, refusals};

refusals! {
    /// Why a secret is not created, renamed or deleted.
    enum SecretError {
        #[error("no application has the id `{0}`")]
        NoApplication(id: String) => unknown(id),
        #[error("the application has no secret with this name")]
        NoSecret => ApiError::not_found(),
        #[error("the application has no secret with this name to rename")]
        NoneToRename => Code::EntityNotExists.about(&["application_secret"]),
        #[error("the application already has a secret with this name")]
        NameTaken => Code::ApplicationSecretNameExists.error(),
        #[error("the secret would have expired before it was created")]
        Past => Code::RequestInvalidInput.about(&["The value of `expiresAt` must be in the future."]),
    }
}

const NAME: Guard = Guard::Text(&[Rule::Least(1), Rule::Most(256)]);

static NEW: Guard =
    Guard::Object(&[("name", NAME), ("expiresAt", Guard::Optional(&Guard::Nullable(&Guard::Number(&[]))))]);

static RENAMED: Guard = Guard::Object(&[("name", NAME)]);

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
    store.application_mut(id).ok_or_else(|| SecretError::NoApplication(id.to_owned()))
}

/// `GET /applications/:id/secrets`.
pub(super) fn list(shared: Authorized, Path(id): Path<String>) -> Answer {
    let mut store = shared.store();
    let application = application(&mut store, &id)?;
    Ok(Json(application.secrets.iter().map(|known| shown(&id, known)).collect()))
}

/// `POST /applications/:id/secrets`: 201. Logto generates the value.
pub(super) fn add(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let members = NEW.members(&text)?;
    let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
    let now = shared.context.clock.millis();
    let expires_at = members.get("expiresAt").and_then(Value::as_i64);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(SecretError::Past.into());
    }
    let mut store = shared.store();
    let application = application(&mut store, &id)?;
    free(application, name)?;
    let made =
        ApplicationSecret { name: name.to_owned(), value: shared.secret(), created_at: now, expires_at };
    let answer = shown(&id, &made);
    application.secrets.push(made);
    Ok(wire::json(StatusCode::CREATED, &answer))
}

/// Checks that no secret of the application has this name.
fn free(application: &Application, name: &str) -> Result<(), SecretError> {
    let taken = application.secrets.iter().any(|known| known.name == name);
    if taken { Err(SecretError::NameTaken) } else { Ok(()) }
}

/// `PATCH /applications/:id/secrets/:name`: renames it.
pub(super) fn rename(shared: Authorized, Path((id, name)): Path<(String, String)>, text: String) -> Answer {
    let members = RENAMED.members(&text)?;
    let next = members.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut store = shared.store();
    let application = application(&mut store, &id)?;
    let at = application.secrets.iter().position(|known| known.name == name);
    let at = at.ok_or(SecretError::NoneToRename)?;
    if next != name {
        free(application, next)?;
    }
    next.clone_into(&mut application.secrets[at].name);
    Ok(Json(shown(&id, &application.secrets[at])))
}

/// `DELETE /applications/:id/secrets/:name`.
pub(super) fn delete(shared: Authorized, Path((id, name)): Path<(String, String)>) -> Answer<StatusCode> {
    let mut store = shared.store();
    let secrets = &mut application(&mut store, &id)?.secrets;
    let at = secrets.iter().position(|known| known.name == name).ok_or(SecretError::NoSecret)?;
    secrets.remove(at);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /applications/:id/legacy-secret`: applications created by this version have none.
pub(super) fn delete_legacy(shared: Authorized, Path(id): Path<String>) -> Answer<()> {
    shared.store().application(&id).ok_or_else(|| unknown(&id))?;
    Err(Code::ApplicationNoLegacySecretFound.error().into())
}
