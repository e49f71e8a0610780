//! Errors of Logto's own APIs (contract §0.2): `code`, `data`, `details`, `message`.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer;

/// An error as it goes out. Each endpoint has its own enum and maps it to this.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    /// Absent for errors that Logto did not foresee (contract §0.3).
    pub(crate) code: Option<&'static str>,
    pub(crate) data: Option<Value>,
    pub(crate) details: Option<String>,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: Some(code), data: None, details: None, message: message.into() }
    }

    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// A body, query or parameter that the route's guard refuses; with the
    /// issues as zod lists them.
    pub(crate) fn guard(issues: &[Issue]) -> Self {
        let data =
            json!({ "issues": issues.iter().map(Issue::json).collect::<Vec<_>>(), "name": "ZodError" });
        let mut error = Self::new(400, "guard.invalid_input", "The request body is invalid.").with_data(data);
        error.details = Some(issues.iter().map(Issue::line).collect::<Vec<_>>().join("\n"));
        error
    }

    /// An uncaught error of Logto.
    pub(crate) fn internal() -> Self {
        Self {
            status: 500,
            code: None,
            data: None,
            details: None,
            message: "Internal server error.".to_owned(),
        }
    }

    /// A text that is no JSON where JSON was expected: V8's words, no code.
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self { status: 400, code: None, data: None, details: None, message: message.into() }
    }

    /// Nobody has signed in yet for this interaction.
    pub(crate) fn no_session() -> Self {
        Self::new(400, "session.not_found", "Session not found. Please go back and sign in again.")
    }

    /// Something that is not there.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "entity.not_found", "The resource does not exist.")
    }

    pub(crate) fn response(&self, reason: impl Into<String>) -> Response {
        let mut body = Map::new();
        if let Some(code) = self.code {
            body.insert("code".to_owned(), json!(code));
        }
        if let Some(data) = &self.data {
            body.insert("data".to_owned(), data.clone());
        }
        if let Some(details) = &self.details {
            body.insert("details".to_owned(), json!(details));
        }
        body.insert("message".to_owned(), json!(self.message));
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        kit::note(answer::json(status, &Value::Object(body)), reason)
    }
}

impl From<ApiError> for Response {
    fn from(error: ApiError) -> Self {
        let reason = error.message.clone();
        error.response(reason)
    }
}

/// One complaint of zod about a member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Issue {
    pub(crate) path: Vec<String>,
    pub(crate) complaint: Complaint,
}

/// What zod complains of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Complaint {
    /// Another type than the expected one.
    Type { expected: &'static str, received: &'static str },
    /// A text that its pattern does not fit.
    Pattern,
    /// A text with less than so many characters.
    TooShort(usize),
    /// A `type` that is none of these.
    Discriminator(&'static [&'static str]),
    /// A value that is not the only one there can be.
    Literal { expected: &'static str, received: Value },
}

impl Issue {
    pub(crate) fn new(path: &[&str], complaint: Complaint) -> Self {
        Self { path: path.iter().map(ToString::to_string).collect(), complaint }
    }

    pub(crate) fn required(path: &[&str]) -> Self {
        Self::new(path, Complaint::Type { expected: "string", received: "undefined" })
    }

    /// The member is not a string.
    pub(crate) fn not_a_string(path: &[&str], value: &Value) -> Self {
        Self::new(path, Complaint::Type { expected: "string", received: kind(value) })
    }

    /// The whole value is no object.
    pub(crate) fn not_an_object(value: &Value) -> Self {
        Self::new(&[], Complaint::Type { expected: "object", received: kind(value) })
    }

    fn json(&self) -> Value {
        let path = &self.path;
        match &self.complaint {
            Complaint::Type { expected, received } => {
                let message = match *received {
                    "undefined" => "Required".to_owned(),
                    received => format!("Expected {expected}, received {received}"),
                };
                json!({
                    "code": "invalid_type", "expected": expected, "received": received, "path": path,
                    "message": message,
                })
            }
            Complaint::Pattern => json!({
                "validation": "regex", "code": "invalid_string", "message": "Invalid", "path": path,
            }),
            Complaint::TooShort(minimum) => json!({
                "code": "too_small", "minimum": minimum, "type": "string", "inclusive": true, "exact": false,
                "message": format!("String must contain at least {minimum} character(s)"), "path": path,
            }),
            Complaint::Discriminator(options) => json!({
                "code": "invalid_union_discriminator", "options": options, "path": path,
                "message": one_of(options),
            }),
            Complaint::Literal { expected, received } => json!({
                "received": received, "code": "invalid_literal", "expected": expected, "path": path,
                "message": format!("Invalid literal value, expected \"{expected}\""),
            }),
        }
    }

    fn line(&self) -> String {
        let what = match &self.complaint {
            Complaint::Type { expected, received } => {
                format!("(invalid_type) Expected {expected} but received {received}.")
            }
            Complaint::Pattern => "(invalid_string) Invalid".to_owned(),
            Complaint::TooShort(minimum) => {
                format!("(too_small) String must contain at least {minimum} character(s)")
            }
            Complaint::Discriminator(options) => format!("(invalid_union_discriminator) {}", one_of(options)),
            Complaint::Literal { expected, .. } => {
                format!("(invalid_literal) Invalid literal value, expected \"{expected}\"")
            }
        };
        format!("Error in key path \"{}\": {what}", self.path.join("."))
    }
}

fn one_of(options: &[&str]) -> String {
    let options: Vec<String> = options.iter().map(|option| format!("'{option}'")).collect();
    format!("Invalid discriminator value. Expected {}", options.join(" | "))
}

/// The type of a value as zod names it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
