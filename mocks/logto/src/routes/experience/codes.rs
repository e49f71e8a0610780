//! What needs connectors that the double does not have, or that it does not use:
//! codes by e-mail or text message, and enterprise single sign-on. It answers as a tenant without any
//! (contract §14, "Without connectors").

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::interaction::{self, InteractionError};
use crate::routes::email::{is_email, is_strict_email};
use crate::shared::Shared;
use crate::wire::{self, ApiError, Complaint, Issue, body};

/// Why no code is sent, or taken.
#[derive(Debug, thiserror::Error)]
enum CodeError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("there is no connector that sends {0} messages")]
    NoConnector(&'static str),
    #[error("this double resets no passwords")]
    ForgotPassword,
    #[error("this double sends no mail")]
    NotSent,
    #[error("no code was ever sent")]
    NoVerification,
}

impl CodeError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::Body(error) => error.clone(),
            Self::NoConnector(kind) => ApiError::new(
                501,
                "connector.not_found",
                format!("Cannot find any available connector for type: {kind}."),
            ),
            Self::ForgotPassword | Self::NotSent => return wire::not_implemented(self.to_string()),
            Self::NoVerification => ApiError::new(
                404,
                "session.verification_session_not_found",
                "The verification was not successful. Restart the verification flow and try again.",
            ),
        };
        error.response(self.to_string())
    }
}

/// `POST /api/experience/verification/verification-code`.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    sent(&shared, query.as_deref(), &headers, &text).response()
}

/// Always a refusal.
fn sent(shared: &Shared, query: Option<&str>, headers: &HeaderMap, text: &str) -> CodeError {
    let checked = body::object(text).and_then(|members| {
        body::without(identifier(&members).into_iter().chain([event(&members)]))?;
        Ok(members)
    });
    let members = match checked {
        Ok(members) => members,
        Err(error) => return CodeError::Body(error),
    };
    if let Err(error) = started(shared, query, headers) {
        return error.into();
    }
    match (members["interactionEvent"].as_str(), members["identifier"]["type"].as_str()) {
        (Some("ForgotPassword"), _) => CodeError::ForgotPassword,
        (_, Some("phone")) => CodeError::NoConnector("Sms"),
        _ if shared.store().mail.is_some() => CodeError::NotSent,
        _ => CodeError::NoConnector("Email"),
    }
}

/// `POST /api/experience/verification/verification-code/verify`.
pub(super) async fn verify(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    let checked = body::object(&text).and_then(|members| {
        let more = ["verificationId", "code"].map(|name| body::needed(&members, &[name], "string"));
        body::without(identifier(&members).into_iter().chain(more))
    });
    let error = match checked {
        Err(error) => CodeError::Body(error),
        Ok(()) => started(&shared, query.as_deref(), &headers)
            .map_or_else(CodeError::from, |()| CodeError::NoVerification),
    };
    error.response()
}

fn started(shared: &Shared, query: Option<&str>, headers: &HeaderMap) -> Result<(), InteractionError> {
    let mut store = shared.store();
    interaction::started(interaction::find(shared, &mut store, headers, query)?)?;
    Ok(())
}

/// What a code can be sent to.
const KINDS: [&str; 2] = ["email", "phone"];

/// What a code can be sent for.
const EVENTS: [&str; 3] = ["SignIn", "Register", "ForgotPassword"];

fn identifier(members: &Map<String, Value>) -> Vec<Option<Issue>> {
    let Some(identifier) = members.get("identifier").and_then(Value::as_object) else {
        return vec![body::needed(members, &["identifier"], "object")];
    };
    let kind = identifier.get("type").and_then(Value::as_str).unwrap_or_default();
    if !KINDS.contains(&kind) {
        return vec![Some(Issue::new(&["identifier", "type"], Complaint::Discriminator(&KINDS)))];
    }
    let path = ["identifier", "value"];
    let fits = |text: &str| if kind == "email" { is_email(text) } else { is_digits(text) };
    let odd = identifier.get("value").and_then(Value::as_str).is_some_and(|text| !fits(text));
    vec![body::needed(identifier, &path, "string"), odd.then(|| Issue::new(&path, Complaint::Pattern))]
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn event(members: &Map<String, Value>) -> Option<Issue> {
    body::needed_choice(members, &["interactionEvent"], &EVENTS)
}

/// `GET /api/experience/sso-connectors?email=`: there are none.
pub(super) async fn sso_connectors(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(query.as_deref().unwrap_or_default());
    let given: Vec<&str> = params.all("email").collect();
    let complaint = match given.as_slice() {
        [] => Some(Complaint::Type { expected: "string", received: "undefined" }),
        [address] => (!is_strict_email(address)).then_some(Complaint::Email),
        _ => Some(Complaint::Type { expected: "string", received: "array" }),
    };
    if let Some(complaint) = complaint {
        return ApiError::guard_of("query", &[Issue::new(&["email"], complaint)]).into();
    }
    let mut store = shared.store();
    match interaction::find(&shared, &mut store, &headers, query.as_deref()) {
        Ok(_) => wire::json(StatusCode::OK, &json!({ "connectorIds": [] })),
        Err(error) => error.response(),
    }
}
