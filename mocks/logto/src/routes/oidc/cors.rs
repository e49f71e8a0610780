//! CORS of the endpoints that scripts may call (contract §1).

use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;

use crate::audit;
use crate::routes::redirect_uri;
use crate::store::Application;

/// Browsers cache the response to a preflight for an hour.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Answers a preflight request (the CORS protocol), which a browser sends before a script's
/// request. A request without a method is not a preflight.
pub(super) fn preflight(headers: &HeaderMap, methods: &'static str) -> Option<Response> {
    headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    let mut response = allow(StatusCode::NO_CONTENT.into_response(), headers);
    let fields = response.headers_mut();
    fields.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    fields.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    Some(response)
}

/// Allows the caller's origin, or any if none is sent.
pub(super) fn allow(mut response: Response, headers: &HeaderMap) -> Response {
    let origin = headers.get(ORIGIN).cloned().unwrap_or(HeaderValue::from_static("*"));
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

/// The same; scripts may also read the reason for a refusal.
pub(in crate::routes) fn allow_with_reason(response: Response, headers: &HeaderMap) -> Response {
    let mut response = allow(response, headers);
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}

/// The response to an origin that does not belong to the application.
pub(super) fn withhold(response: Response, headers: &HeaderMap) -> Response {
    let mut response = allow_with_reason(response, headers);
    response.headers_mut().remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    response
}

/// The origin of a call, if it is neither that of a redirect URI of the application nor in its
/// `corsAllowedOrigins` (contract §1.6).
pub(super) fn foreign_origin(headers: &HeaderMap, application: &Application) -> Option<String> {
    let origin = headers.get(ORIGIN)?.to_str().ok()?;
    let allowed = application.custom("corsAllowedOrigins").as_array().into_iter().flatten();
    let known = audit::asked_origin().as_deref() == Some(origin)
        || redirect_uri::is_of_origin(&application.redirect_uris(), origin)
        || allowed.filter_map(Value::as_str).any(|allowed| allowed == origin);
    (!known).then(|| origin.to_owned())
}
