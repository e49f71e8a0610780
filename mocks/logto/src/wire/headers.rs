//! Headers of every response (contract §0, §11).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kit::Random;
use serde_json::{Map, Value};

use super::options;
use crate::audit;

const REQUEST_ID: HeaderName = HeaderName::from_static("logto-core-request-id");

/// Adds `Vary`, `Logto-Core-Request-Id` and `ETag`, and answers 304.
pub(crate) async fn common(random: Random, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let raw = path.starts_with("/oidc/") && asks_for_raw_errors(request.uri().query());
    let seen = request.headers().get(IF_NONE_MATCH).cloned();
    let asked = request.headers().clone();
    let mut response = options::answered(&method, &path, &asked, next.run(request).await);
    // The cookies were read before any were set.
    let signatures = audit::signatures();
    if !signatures.is_empty() {
        let fields = response.headers_mut();
        let set: Vec<HeaderValue> = fields.get_all(SET_COOKIE).iter().cloned().collect();
        fields.remove(SET_COOKIE);
        // A cookie that is set anyway replaces it.
        let name = |line: &[u8]| line.split(|byte| *byte == b'=').next().unwrap_or_default().to_vec();
        let names: Vec<Vec<u8>> = set.iter().map(|line| name(line.as_bytes())).collect();
        let signatures = signatures.iter().filter(|line| !names.contains(&name(line.as_bytes())));
        for line in signatures.filter_map(|line| HeaderValue::from_str(line).ok()).chain(set) {
            fields.append(SET_COOKIE, line);
        }
    }
    if audit::caller().is_secure() {
        secure_cookies(response.headers_mut());
    }
    let vary = if varies_by_origin(&method, &path) { "Accept-Encoding, Origin" } else { "Accept-Encoding" };
    // Refusals before the provider is called carry their own.
    response.headers_mut().entry(VARY).or_insert(HeaderValue::from_static(vary));
    let id = random.string(kit::alphabet::URL_SAFE, 16);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    allowed_methods(&path, response.headers_mut());
    if raw && !response.status().is_success() {
        response = without_own_members(response).await;
    }
    let untagged = [StatusCode::NOT_FOUND, StatusCode::INTERNAL_SERVER_ERROR];
    let tagged = method == Method::GET
        && (path.starts_with("/oidc/") && !untagged.contains(&response.status())
            || path.starts_with("/api/") && response.status().is_success());
    if tagged { with_etag(response, seen).await } else { response }
}

/// Over TLS every cookie is `secure`, which comes before `httponly`.
fn secure_cookies(headers: &mut HeaderMap) {
    let lines: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for line in lines {
        let text = line.to_str().unwrap_or_default();
        let secure = match text.split_once("; httponly") {
            Some((before, after)) => format!("{before}; secure; httponly{after}"),
            None => format!("{text}; secure"),
        };
        headers.append(SET_COOKIE, HeaderValue::try_from(secure).unwrap_or(line));
    }
}

/// `Allow` as Logto's router writes it. The OIDC provider does not send it, because a wrong method
/// is an unknown route there.
fn allowed_methods(path: &str, headers: &mut HeaderMap) {
    let Some(allowed) = headers.remove(ALLOW) else { return };
    if path.starts_with("/oidc/") {
        return;
    }
    let methods = allowed.to_str().unwrap_or_default().replace("GET,HEAD", "HEAD,GET").replace(',', ", ");
    if let Ok(methods) = HeaderValue::from_str(&methods) {
        headers.insert(ALLOW, methods);
    }
}

/// `/oidc/auth`, resume, sign-out, the browser's part of the device flow, and pages vary only by
/// encoding (contract §11).
fn varies_by_origin(method: &Method, path: &str) -> bool {
    let of_devices = path == "/oidc/device/auth" && method != Method::GET;
    let browser = ["/oidc/auth", "/oidc/session/end", "/oidc/device"];
    let browser = browser.iter().any(|start| path.starts_with(start)) && !of_devices;
    (path == "/api" || path.starts_with("/api/") || path.starts_with("/oidc/")) && !browser
}

/// `?parse_error=false` (contract §0.1).
fn asks_for_raw_errors(query: Option<&str>) -> bool {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .any(|(name, value)| name == "parse_error" && value == "false")
}

/// The error as OAuth defines it, without the members that Logto adds.
async fn without_own_members(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match serde_json::from_slice::<Map<String, Value>>(&body) {
        Ok(mut members) => {
            for name in ["code", "message", "error_uri"] {
                members.shift_remove(name);
            }
            Body::from(Value::Object(members).to_string())
        }
        Err(_) => Body::from(body),
    };
    Response::from_parts(parts, body)
}

async fn with_etag(response: Response, seen: Option<HeaderValue>) -> Response {
    let (mut parts, body) = response.into_parts();
    // Bodies of the double are complete when they leave the handler.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if body.is_empty() {
        return Response::from_parts(parts, Body::empty());
    }
    let tag =
        format!("\"{:x}-{}\"", body.len(), STANDARD_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &body)));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        if parts.status == StatusCode::OK && seen.as_ref() == Some(&tag) {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove(CONTENT_TYPE);
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(ETAG, tag);
            return Response::from_parts(parts, Body::empty());
        }
        parts.headers.insert(ETAG, tag);
    }
    Response::from_parts(parts, Body::from(body))
}
