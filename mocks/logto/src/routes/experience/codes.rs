//! Routes that need connectors that the double does not have or use: codes by e-mail or text
//! message, and enterprise single sign-on. They answer as in a tenant without such connectors
//! (contract §14, "Without connectors").

use serde_json::{Map, Value, json};

use super::interaction::{Call, Started};
use crate::connectors::MessageKind;
use crate::routes::email::{is_email, is_strict_email};
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, Json, NotImplemented, Query, body, refusals};

refusals! {
    /// Why a code is not sent or accepted.
    enum CodeError {
        #[error("no connector sends {0} messages")]
        NoConnector(kind: &'static str) => Code::ConnectorNotFound.about(&[kind]),
        #[error("this double does not reset passwords")]
        ForgotPassword => NotImplemented,
        #[error("this double does not send codes")]
        NotSent => NotImplemented,
        #[error("no code was sent")]
        NoVerification => Code::SessionVerificationSessionNotFound.error(),
    }
}

/// `POST /api/experience/verification/verification-code`: always a refusal.
pub(super) fn send(call: Started, text: String) -> Answer<()> {
    let members = body::object(&text)?;
    body::without(identifier(&members).into_iter().chain([event(&members)]))?;
    let store = call.store();
    let error = match (members["interactionEvent"].as_str(), members["identifier"]["type"].as_str()) {
        (Some("ForgotPassword"), _) => CodeError::ForgotPassword,
        (_, kind) => {
            let kind = if kind == Some("phone") { MessageKind::Sms } else { MessageKind::Email };
            if store.sends(kind) { CodeError::NotSent } else { CodeError::NoConnector(kind.name()) }
        }
    };
    Err(error.into())
}

/// `POST /api/experience/verification/verification-code/verify`: always a refusal.
pub(super) fn verify(_: Started, text: String) -> Answer<()> {
    let members = body::object(&text)?;
    let more = ["verificationId", "code"].map(|name| body::needed(&members, &[name], "string"));
    body::without(identifier(&members).into_iter().chain(more))?;
    Err(CodeError::NoVerification.into())
}

/// Types of addresses to which a code can be sent.
const KINDS: [&str; 2] = ["email", "phone"];

/// Events for which a code can be sent.
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
pub(super) fn sso_connectors(_: Call, Query(params): Query) -> Answer {
    let given: Vec<&str> = params.all("email").collect();
    let complaint = match given.as_slice() {
        [] => Some(Complaint::Type { expected: "string", received: "undefined" }),
        [address] => (!is_strict_email(address)).then_some(Complaint::Email),
        _ => Some(Complaint::Type { expected: "string", received: "array" }),
    };
    if let Some(complaint) = complaint {
        return Err(ApiError::guard_of("query", &[Issue::new(&["email"], complaint)]).into());
    }
    Ok(Json(json!({ "connectorIds": [] })))
}
