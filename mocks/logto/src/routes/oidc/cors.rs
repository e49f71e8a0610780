//! CORS of the endpoints that scripts may call (contract §1).

use axum::response::Response;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::store::Application;

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

/// The answer to an origin that the application is not at home in.
pub(super) fn withhold(response: Response, headers: &HeaderMap) -> Response {
    let mut response = allow_with_reason(response, headers);
    response.headers_mut().remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    response
}

/// The origin of a call, where it is neither that of a redirect URI of the
/// application nor among its `corsAllowedOrigins` (contract §1.6).
pub(super) fn foreign_origin(headers: &HeaderMap, application: &Application) -> Option<String> {
    let origin = headers.get(ORIGIN)?.to_str().ok()?;
    let home = |uri: &String| Url::parse(uri).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    let allowed = application.custom("corsAllowedOrigins").as_array().into_iter().flatten();
    let known = application.redirect_uris().iter().any(home)
        || allowed.filter_map(Value::as_str).any(|allowed| allowed == origin);
    (!known).then(|| origin.to_owned())
}
