//! What Logto's routers answer to methods that no route has, and to scripts of other origins (recorded).

use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW,
    ORIGIN,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::answer;

/// The APIs of a person who is signed in: apps of any origin call them.
const OF_PEOPLE: [&str; 2] = ["/api/my-account", "/api/verifications"];

/// The response to a request: `OPTIONS` lists the methods of a path of the APIs, or grants a preflight;
/// outside the APIs a wrong method is an unknown address.
pub(super) fn answered(method: &Method, path: &str, asked: &HeaderMap, response: Response) -> Response {
    let of_api = path.starts_with("/api/");
    let wrong_method = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let origin = asked.get(ORIGIN).filter(|_| OF_PEOPLE.iter().any(|start| path.starts_with(start)));
    let preflight = method == Method::OPTIONS && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    match origin {
        Some(origin) if preflight => return granted(origin, asked.get(ACCESS_CONTROL_REQUEST_HEADERS)),
        Some(origin) if method != Method::OPTIONS => return shown_to(origin, response),
        _ => {}
    }
    match (wrong_method, of_api) {
        (true, true) if method == Method::OPTIONS => {
            let mut listed = answer::text(StatusCode::OK, "");
            if let Some(allowed) = response.headers().get(ALLOW) {
                listed.headers_mut().insert(ALLOW, allowed.clone());
            }
            listed
        }
        (true, false) => answer::text(StatusCode::NOT_FOUND, "Not Found"),
        _ => response,
    }
}

/// The answer to a preflight.
fn granted(origin: &HeaderValue, named: Option<&HeaderValue>) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let methods = HeaderValue::from_static("GET,HEAD,PUT,POST,DELETE,PATCH");
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.extend(named.map(|named| (ACCESS_CONTROL_ALLOW_HEADERS, named.clone())));
    response
}

/// A response that a script of this origin may read.
fn shown_to(origin: &HeaderValue, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    response
}
