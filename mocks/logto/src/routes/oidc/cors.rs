//! CORS of the endpoints that scripts may call (contract §1).

use axum::response::Response;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN};
use http::{HeaderMap, HeaderValue};

/// The caller's origin, or anybody where none is named.
pub(super) fn allow(mut response: Response, headers: &HeaderMap) -> Response {
    let origin = headers.get(ORIGIN).cloned().unwrap_or(HeaderValue::from_static("*"));
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

/// The same, and scripts may read the reason for a refusal.
pub(in crate::routes) fn allow_with_reason(response: Response, headers: &HeaderMap) -> Response {
    let mut response = allow(response, headers);
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}
