//! Builds responses and reads requests, in the same way at every endpoint.

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use kit::Note;
use maud::Markup;
use serde::Serialize;

/// A JSON body with the content type that Express sends.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => with_type(status, "application/json; charset=utf-8", text),
        Err(error) => {
            let response = with_type(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new());
            let text = format!("bug in the mock: the answer cannot be serialized as JSON: {error}");
            kit::note(response, Note::new("hf/bug", text))
        }
    }
}

/// A JSON body that is streamed.
pub(crate) fn json_stream(body: Body) -> Response {
    let mut response = Response::new(body);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// An HTML page.
pub(crate) fn html(status: StatusCode, page: Markup) -> Response {
    with_type(status, "text/html; charset=utf-8", page.into_string())
}

/// A response with this content type and text.
pub(crate) fn with_type(status: StatusCode, content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A response without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// 303 See Other, the status of the real site's redirects.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    set(&mut response, LOCATION, location);
    response
}

/// Sets a header; an invalid value is omitted and noted.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().append(name, value);
    } else {
        let without = std::mem::replace(response, empty(StatusCode::INTERNAL_SERVER_ERROR));
        let text = format!("bug in the mock: {name} cannot hold {value:?}");
        *response = kit::note(without, Note::new("hf/bug", text));
    }
}

/// Adds notes for the journal.
pub(crate) fn noted(response: Response, notes: Vec<Note>) -> Response {
    notes.into_iter().fold(response, kit::note)
}

/// Value of the session cookie that the browser sends.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix("token="))
}

/// Escapes a text for use as one path segment.
pub(crate) fn path_segment(text: &str) -> String {
    // Form encoding escapes everything that a path must not contain, and a literal `+` too.
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The path and query to return to: only paths of this site are accepted.
pub(crate) fn local_path(next: &str) -> Option<&str> {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    (local && next.bytes().all(|b| b.is_ascii_graphic())).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_session_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=token=1; xtoken=2"));
        assert_eq!(session_token(&headers), None);
        headers.append(COOKIE, HeaderValue::from_static("b=1; token=abc"));
        assert_eq!(session_token(&headers), Some("abc"));
    }

    #[test]
    fn returns_only_to_own_paths() {
        assert_eq!(local_path("/oauth/authorize?a=%20b"), Some("/oauth/authorize?a=%20b"));
        for next in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "/a b", "/a\r\nb"] {
            assert_eq!(local_path(next), None, "{next:?}");
        }
    }

    #[test]
    fn escapes_hostile_client_ids() {
        assert_eq!(path_segment("a+b% c/d?e:f"), "a%2Bb%25%20c%2Fd%3Fe%3Af");
    }
}
