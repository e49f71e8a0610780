//! The audit log (contract §4, "Logs"): the actions of people and applications, and why Logto
//! refused them.

use axum::extract::Path;
use axum::response::Response;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::user_agent;
use crate::routes::experience;
use crate::store::{LogDetails, LogEntry, column};
use crate::wire::{Answer, ApiError, Code, Json, refusals, without_nulls};

refusals! {
    /// Why no entries are returned.
    enum LogError {
        #[error("{0} is not a number of milliseconds")]
        Time(name: &'static str) => Code::GuardInvalidInput.about(&[name]),
        #[error("end_time is not after start_time")]
        Window => Code::LogInvalidTimeWindow.error(),
        #[error("no entry has the id `{0}`")]
        Unknown(id: String) => ApiError::unknown("logs", id),
    }
}

/// `GET /logs`: newest first, by application, user, key and time.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let params = &page.params;
    let (start, end) = (time(params, "start_time")?, time(params, "end_time")?);
    if matches!((start, end), (Some(start), Some(end)) if end <= start) {
        return Err(LogError::Window.into());
    }
    let asked = |name: &str| params.first(name).filter(|text| !text.is_empty());
    let (key, user, application) = (asked("logKey"), asked("userId"), asked("applicationId"));
    let is = |known: Option<&String>, asked: Option<&str>| {
        asked.is_none_or(|asked| known.is_some_and(|known| known == asked))
    };
    let wanted = |entry: &&LogEntry| {
        key.is_none_or(|key| entry.key == key)
            && is(entry.user.as_ref(), user)
            && is(entry.application.as_ref(), application)
            && start.is_none_or(|start| entry.created_at >= start)
            && end.is_none_or(|end| entry.created_at <= end)
    };
    let store = shared.store();
    let found: Vec<&LogEntry> = store.logs.iter().rev().filter(wanted).collect();
    Ok(page.answer(&shared, found.iter().map(|entry| shown(entry))))
}

fn time(params: &Params, name: &'static str) -> Result<Option<i64>, LogError> {
    params
        .first(name)
        .map(|text| text.parse().ok().filter(|at| *at >= 0).ok_or(LogError::Time(name)))
        .transpose()
}

/// `GET /logs/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let entry = store.logs.iter().find(|entry| entry.id == id);
    Ok(Json(shown(entry.ok_or(LogError::Unknown(id))?)))
}

fn shown(entry: &LogEntry) -> Value {
    json!({
        "tenantId": "default",
        "id": entry.id,
        "key": entry.key,
        "payload": payload(entry),
        "createdAt": entry.created_at,
    })
}

/// The members that Logto shows first, in its order; the rest in the order of its database.
fn payload(entry: &LogEntry) -> Value {
    let agent = entry.caller.user_agent();
    let mut shown = without_nulls(json!({
        "key": entry.key,
        "result": if entry.error.is_some() { "Error" } else { "Success" },
        "error": entry.error.as_ref().map(column),
        "ip": entry.caller.ip,
        "userAgent": agent,
        "userAgentParsed": agent.map(user_agent::parsed),
        "userId": entry.user,
        "applicationId": entry.application,
    }));
    let mut rest = Map::new();
    match &entry.details {
        LogDetails::Experience { payload, experience, more } => {
            if let Some(payload) = payload {
                rest.insert("payload".to_owned(), Value::Object(payload.clone()));
            }
            rest.insert("interaction".to_owned(), experience::logged(experience, &entry.caller));
            rest.extend(more.clone());
        }
        LogDetails::Oidc { session, params, more } => {
            if let Some(session) = session {
                shown.insert("sessionId".to_owned(), json!(session));
            }
            if let Some(params) = params {
                shown.insert("params".to_owned(), column(&Value::Object(params.clone())));
            }
            rest.extend(more.clone());
        }
    }
    if let Value::Object(rest) = column(&Value::Object(rest)) {
        shown.extend(rest);
    }
    Value::Object(shown)
}
