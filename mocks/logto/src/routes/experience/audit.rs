//! Writes the calls of the sign-in page to the audit log: one entry for each call that reached its
//! handler.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::interaction::Call;
use super::state::logged as logged_state;
use crate::audit;
use crate::connectors::Uncaught;
use crate::shared::{Shared, SharedState};
use crate::store::{Experience, LogDetails, LogDraft};

/// Calls are not larger than this, and the journal stores no more either.
const LIMIT: usize = 1024 * 1024;

/// The action of a call, by method and path.
struct Act {
    /// The key without the event, such as `Verification.Social.Submit`.
    key: &'static str,
    /// The connector in the path.
    connector: Option<String>,
}

impl Act {
    fn of(method: &Method, path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/api/experience")?;
        if let Some(social) = rest.strip_prefix("/verification/social/") {
            let (connector, act) = social.rsplit_once('/')?;
            let key = match act {
                "authorization-uri" => "Verification.Social.Create",
                "verify" => "Verification.Social.Submit",
                _ => return None,
            };
            let connector = percent_encoding::percent_decode_str(connector).decode_utf8_lossy().into_owned();
            return Some(Self { key, connector: Some(connector) });
        }
        let key = match (method.as_str(), rest) {
            ("PUT", "") => "Create",
            ("PUT", "/interaction-event") => "Update",
            ("POST", "/verification/password") => "Verification.Password.Submit",
            ("POST", "/verification/new-password-identity") => "Verification.NewPasswordIdentity.Submit",
            ("POST", "/identification") => "Identifier.Submit",
            ("POST", "/profile") => "Profile.Update",
            ("POST", "/submit") => "Submit",
            _ => return None,
        };
        Some(Self { key, connector: None })
    }

    /// Whether the body adds anything to the key.
    fn tells_body(&self) -> bool {
        !matches!(self.key, "Create" | "Update" | "Submit")
    }
}

/// Writes the entry once the call is answered.
pub(super) async fn written(State(shared): SharedState, request: Request, next: Next) -> Response {
    let Some(act) = Act::of(request.method(), request.uri().path()) else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LIMIT).await.unwrap_or_default();
    let before = met(&Call::of(&parts, &shared));
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let (response, error) = error_of(response).await;
    let Some((uid, event)) = before else { return response };
    if error.as_ref().is_some_and(|error| !came_to_the_handler(error)) {
        return response;
    }
    let Some(shown) = left(&shared, &uid) else { return response };
    // A start is logged with the event that it sets, every other call with the event before it.
    let event = event.filter(|_| act.key != "Create").unwrap_or_else(|| shown.1.event.clone());
    write(&shared, &act, &body, error, &event, shown);
    response
}

/// The interaction of a call, and its event once there is one.
fn met(call: &Call) -> Option<(String, Option<String>)> {
    let mut store = call.store();
    let interaction = call.interaction(&mut store).ok()?;
    let event = interaction.experience.as_ref().map(|experience| experience.event.clone());
    Some((interaction.uid.clone(), event))
}

type Found = (String, Experience);

/// The state of the interaction after a call.
fn left(shared: &Shared, uid: &str) -> Option<Found> {
    let store = shared.store();
    let interaction = store.interactions.get(uid)?;
    Some((interaction.request.client_id.clone(), interaction.experience.clone()?))
}

/// The body of a refusal, and the unchanged response.
async fn error_of(response: Response) -> (Response, Option<Value>) {
    if response.status().is_success() {
        return (response, None);
    }
    let status = response.status();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, LIMIT).await.unwrap_or_default();
    let uncaught = parts.extensions.get::<Uncaught>().map(|Uncaught(text)| text.as_str());
    let error = logged(status, &body, uncaught);
    (Response::from_parts(parts, Body::from(body)), Some(error))
}

/// An error as the log shows it: Logto's own with code, data and message, any other as JavaScript
/// prints it.
fn logged(status: StatusCode, body: &Bytes, uncaught: Option<&str>) -> Value {
    if let Some(text) = uncaught {
        return json!({ "message": text });
    }
    let body: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let message = body.get("message").and_then(Value::as_str).unwrap_or_default();
    match body.get("code").and_then(Value::as_str) {
        Some(code) if code.starts_with("connector.") => {
            json!({ "message": format!("Error: ConnectorError: {}", connector_error(code, body.get("data"))) })
        }
        Some(_) => body
            .into_iter()
            .filter(|(name, _)| ["code", "data", "message"].contains(&name.as_str()))
            .collect::<Map<_, _>>()
            .into(),
        None if status == StatusCode::BAD_REQUEST => json!({ "message": format!("SyntaxError: {message}") }),
        None => json!({ "message": format!("Error: {message}") }),
    }
}

/// The content of a connector's error: its data as JSON, a text of the provider as a JSON string,
/// or otherwise its code.
fn connector_error(code: &str, data: Option<&Value>) -> String {
    let data = data.and_then(Value::as_object);
    match data.and_then(|data| Some((data.len(), data.get("message")?))) {
        Some((1, text)) => text.to_string(),
        _ => match data {
            Some(data) => Value::Object(data.clone()).to_string(),
            None => code.trim_start_matches("connector.").to_owned(),
        },
    }
}

/// Refusals of the body, and of a browser without an interaction, come before an entry is written.
fn came_to_the_handler(error: &Value) -> bool {
    let code = error["code"].as_str().unwrap_or_default();
    let message = error["message"].as_str().unwrap_or_default();
    !(code.starts_with("guard.")
        || code == "session.interaction_not_found"
        || code == "session.not_found"
        || message.starts_with("SyntaxError: invalid JSON"))
}

fn write(shared: &Shared, act: &Act, body: &Bytes, error: Option<Value>, event: &str, shown: Found) {
    let (application, experience) = shown;
    let mut payload: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    if let Some(connector) = &act.connector {
        payload.insert("connectorId".to_owned(), json!(connector));
    }
    // Secrets are kept out of the log, whether the call succeeded or not.
    if payload.contains_key("password") {
        payload.insert("password".to_owned(), json!("******"));
    }
    let mut more = Map::new();
    if act.key == "Update" {
        more.insert("interactionEvent".to_owned(), json!(experience.event));
    }
    if act.key == "Identifier.Submit" {
        more.extend(identified(&experience, &payload));
    }
    let succeeded = error.is_none();
    let entry = |key: &str, error, payload, more| LogDraft {
        key: format!("Interaction.{event}.{key}"),
        error,
        user: experience.user.clone(),
        application: Some(application.clone()),
        details: LogDetails::Experience { payload, experience: Box::new(experience.clone()), more },
    };
    let mut store = shared.store();
    store.log(shared, entry(act.key, error, act.tells_body().then_some(payload), more));
    // A sign-in through a provider takes its data over, which has an entry of its own.
    if succeeded && act.key == "Identifier.Submit" && event == "SignIn" && experience.takes_over {
        let taken = logged_state(&experience, &audit::caller())["profile"].take();
        let more = Map::from_iter([("syncedProfile".to_owned(), taken)]);
        store.log(shared, entry("Profile.Update", None, None, more));
    }
}

/// The record that the person was to be identified by.
fn identified(experience: &Experience, payload: &Map<String, Value>) -> Option<(String, Value)> {
    let id = payload.get("verificationId")?;
    let state = logged_state(experience, &audit::caller());
    let record = state["verificationRecords"].as_array()?.iter().find(|record| record["id"] == *id)?;
    Some(("verification".to_owned(), record.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in `GET /api/logs` of a real Logto after the recorded faults of a provider.
    #[test]
    fn errors_are_written_as_javascript_prints_them() {
        for (status, body, uncaught, expected) in [
            (
                400,
                r#"{"code":"connector.general","data":{"message":"{}"},"message":"x"}"#,
                None,
                r#"Error: ConnectorError: "{}""#,
            ),
            (
                400,
                r#"{"code":"connector.general","data":{"redirectUri":"r","code":1},"message":"x"}"#,
                None,
                r#"Error: ConnectorError: {"redirectUri":"r","code":1}"#,
            ),
            (
                401,
                r#"{"code":"connector.social_auth_code_invalid","message":"x"}"#,
                None,
                "Error: ConnectorError: social_auth_code_invalid",
            ),
            (
                400,
                r#"{"message":"Unexpected end of JSON input"}"#,
                None,
                "SyntaxError: Unexpected end of JSON input",
            ),
            (
                500,
                r#"{"message":"Internal server error."}"#,
                Some("TimeoutError: Request timed out"),
                "TimeoutError: Request timed out",
            ),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let told = logged(status, &Bytes::from_static(body.as_bytes()), uncaught);
            assert_eq!(told, json!({ "message": expected }), "{body}");
        }
        let own = logged(
            StatusCode::NOT_FOUND,
            &Bytes::from_static(
                br#"{"code":"user.identity_not_exist","data":{},"details":"d","message":"m"}"#,
            ),
            None,
        );
        assert_eq!(own, json!({ "code": "user.identity_not_exist", "data": {}, "message": "m" }));
    }

    #[test]
    fn calls_refused_before_the_handler_are_not_logged() {
        for (error, expected) in [
            (json!({ "code": "guard.invalid_input", "message": "" }), false),
            (json!({ "code": "session.interaction_not_found", "message": "" }), false),
            (json!({ "code": "session.not_found", "message": "" }), false),
            (json!({ "code": "session.verification_session_not_found", "message": "" }), true),
            (json!({ "message": "TypeError: fetch failed" }), true),
        ] {
            assert_eq!(came_to_the_handler(&error), expected, "{error}");
        }
    }
}
