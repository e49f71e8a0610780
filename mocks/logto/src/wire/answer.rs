//! Answers as Koa makes them.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use kit::{Note, Prose};
use serde_json::Value;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    typed(status, "application/json; charset=utf-8", body.to_string())
}

/// A text answer.
pub(crate) fn text(status: StatusCode, body: &str) -> Response {
    typed(status, "text/plain; charset=utf-8", body.to_owned())
}

/// What the double does not do, with the reason in the journal.
pub(crate) fn not_implemented(reason: impl Into<Prose>) -> Response {
    let response = text(StatusCode::NOT_IMPLEMENTED, "Not Implemented");
    kit::note(response, Note::new("logto/not-implemented", reason))
}

/// A redirect with Koa's body, in which the address is HTML-escaped.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let escaped =
        location.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let mut response = typed(status, "text/html; charset=utf-8", format!("Redirecting to {escaped}."));
    match HeaderValue::from_str(location) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
