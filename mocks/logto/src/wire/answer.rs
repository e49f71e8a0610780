//! Responses as Koa builds them.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use kit::{Note, Prose};
use oauth::params::Params;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

/// The result of a handler; `?` turns every error of the routes into a response.
pub(crate) type Answer<T = Json> = axum::response::Result<T>;

/// A JSON response.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

/// The parameters of the query.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Params);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Params::parse(parts.uri.query().unwrap_or_default())))
    }
}

/// The members of a JSON object that are not null: JavaScript leaves out what is undefined.
pub(crate) fn without_nulls(object: Value) -> Map<String, Value> {
    let members = match object {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// A JSON response with this status.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    typed(status, "application/json; charset=utf-8", body.to_string())
}

/// An HTML page.
pub(crate) fn html(page: impl Into<Body>) -> Response {
    typed(StatusCode::OK, "text/html; charset=utf-8", page)
}

/// Marks a response as not cacheable.
pub(crate) fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text response.
pub(crate) fn text(status: StatusCode, body: &str) -> Response {
    typed(status, "text/plain; charset=utf-8", body.to_owned())
}

/// The response for what the double does not support, with the reason in the journal.
pub(crate) struct NotImplemented;

impl NotImplemented {
    pub(crate) fn response(self, reason: impl Into<Prose>) -> Response {
        let response = text(StatusCode::NOT_IMPLEMENTED, "Not Implemented");
        kit::note(response, Note::new("logto/not-implemented", reason))
    }
}

/// Characters that Koa's `encodeurl` escapes; it leaves escapes alone.
const OF_NO_URL: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

/// A redirect with Koa's body, in which the address is HTML-escaped.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let escaped =
        location.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let mut response = typed(status, "text/html; charset=utf-8", format!("Redirecting to {escaped}."));
    match HeaderValue::from_str(&utf8_percent_encode(location, OF_NO_URL).to_string()) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn typed(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
