//! Which pages may frame a response (contract §0), as recorded.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};

/// What the sign-in application may load, and which pages may frame it: the preview in the Admin
/// Console. `{endpoint}` and `{admin}` are the origins of the two tenants.
const POLICY: &str = include_str!("content-security-policy.txt");

/// The policy of a Logto at these origins.
pub(crate) fn policy(endpoint: &str, admin: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&POLICY.trim_end().replace("{endpoint}", endpoint).replace("{admin}", admin)).ok()
}

/// APIs and the provider's own pages use `X-Frame-Options`, the sign-in application a policy.
pub(crate) async fn frames(policy: Option<HeaderValue>, request: Request, next: Next) -> Response {
    let below = |start: &str| {
        request.uri().path().strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let of_api = ["/api", "/oidc", "/.well-known"].into_iter().any(below);
    let mut response = next.run(request).await;
    match policy {
        Some(policy) if !of_api => response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy),
        _ => response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    };
    response
}
