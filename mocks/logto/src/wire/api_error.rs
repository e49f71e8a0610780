//! Errors of Logto's own APIs (contract §0.2): `code`, `data`, `details`, `message`.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kit::{Note, Prose};
use serde_json::{Value, json};

use super::answer;
use super::code::Code;
use super::issue::Issue;
use crate::version::{Fact, Version};

/// An error as it is sent. Each endpoint has its own enum and maps it to this.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    /// Absent for errors that Logto does not handle (contract §0.3).
    pub(crate) code: Option<Code>,
    pub(crate) data: Option<Value>,
    pub(crate) details: Option<String>,
    pub(crate) message: String,
}

/// Declares the enum of an endpoint: behind each variant, with names for its fields, is the error
/// that is sent, or [`NotImplemented`](super::NotImplemented).
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$told:meta])*
                $variant:ident $(($($field:tt: $type:ty),+))? $({ $($member:ident: $of:ty),+ })? => $error:expr,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, thiserror::Error)]
        $vis enum $name {
            $($(#[$told])* $variant $(($($type),+))? $({ $($member: $of),+ })?,)+
        }

        impl axum::response::IntoResponse for $name {
            fn into_response(self) -> axum::response::Response {
                let reason = self.to_string();
                match &self {
                    $(Self::$variant $(($($field),+))? $({ $($member),+ })? => $error.response(reason),)+
                }
            }
        }
    };
}
pub(crate) use refusals;

impl Code {
    /// The error, whose message is fixed.
    pub(crate) fn error(self) -> ApiError {
        self.about(&[])
    }

    /// The error, whose message names these things.
    pub(crate) fn about(self, things: &[&str]) -> ApiError {
        let (status, message) = (self.status(), self.message(things));
        ApiError { status, code: Some(self), data: None, details: None, message }
    }
}

impl ApiError {
    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// A body, query or parameter that the route's guard refuses, with the issues as zod lists
    /// them.
    pub(crate) fn guard(issues: &[Issue]) -> Self {
        Self::guard_of("body", issues)
    }

    /// The same for another part of the request: `params` or `query`.
    pub(crate) fn guard_of(part: &str, issues: &[Issue]) -> Self {
        let data =
            json!({ "issues": issues.iter().map(Issue::json).collect::<Vec<_>>(), "name": "ZodError" });
        let mut error = Code::GuardInvalidInput.about(&[part]).with_data(data);
        error.details = Some(issues.iter().map(Issue::line).collect::<Vec<_>>().join("\n"));
        error
    }

    /// A text that does not fit into its database column.
    pub(crate) fn value_too_long(version: Version) -> Self {
        if !version.has(Fact::LongValueTold) {
            return Self::internal();
        }
        Code::EntityValueTooLong
            .error()
            .with_data(json!({ "message": "value too long for type character varying(128)" }))
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

    /// Invalid JSON: V8's message, without a code.
    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self { status: 400, code: None, data: None, details: None, message: message.into() }
    }

    /// No person has signed in yet for this interaction.
    pub(crate) fn no_session() -> Self {
        Code::SessionNotFound.error()
    }

    /// Something that does not exist.
    pub(crate) fn not_found() -> Self {
        Code::EntityNotFound.error()
    }

    /// No entity has this id; `what` is the name of Logto's table.
    pub(crate) fn unknown(what: &str, id: &str) -> Self {
        Code::EntityNotExistsWithId.about(&[what, id])
    }

    /// A body of a `PATCH` without any member of the entity (contract §11).
    pub(crate) fn nothing_to_change() -> Self {
        Code::EntityInvalidInput.error()
    }

    /// The response. The code of its note is the error's code in the response; `reason` says more
    /// than the response does.
    pub(crate) fn response(&self, reason: impl Into<Prose>) -> Response {
        let body = answer::without_nulls(json!({
            "code": self.code.map(Code::as_str), "data": self.data, "details": self.details,
            "message": self.message,
        }));
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let note = Note::new(self.code.map_or("logto/unforeseen", Code::as_str), reason);
        kit::note(answer::json(status, &Value::Object(body)), note)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.response(self.message.clone())
    }
}
