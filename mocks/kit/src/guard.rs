//! Who may use a control API, and where a mock's pages may be shown.
//!
//! Every page in a browser of this machine can reach a listener on loopback: with a form, with a
//! script, and under a name of the page's own that suddenly resolves to 127.0.0.1 (DNS rebinding).
//! None of these can hide what it is: a browser names the page in `Origin` and the requested host
//! in `Host`, and sends a preflight request before it sends JSON to another site.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, map_response};
use axum::response::Response;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};

/// Why a control API refused a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("the request has no Host header; a control API answers only under a name of this machine")]
    NoHost,
    #[error(
        "`{0}` is not a name of this machine; a control API answers under localhost and loopback addresses, and \
         under names that it was started with (`serve huggingface --control-host NAME`)"
    )]
    Host(String),
    #[error(
        "a page of `{0}` sent this; a control API accepts only requests from its own origin, and from clients that send no Origin"
    )]
    Origin(String),
    #[error("the body is {0}; send it with `Content-Type: application/json`")]
    NotJson(String),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoHost | Self::Host(_) | Self::Origin(_) => StatusCode::FORBIDDEN,
            Self::NotJson(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    fn answer(&self) -> Response {
        let body = serde_json::json!({ "error": self.to_string() }).to_string();
        let mut response = Response::new(axum::body::Body::from(body));
        *response.status_mut() = self.status();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        response
    }
}

/// Protects a control API: accepts only requests with a loopback `Host` (or one of `names`, for a
/// mock that others reach by the name of a container), without a foreign `Origin`, and with JSON
/// bodies. Its answers cannot be shown in frames.
pub fn steered(router: Router, names: &[String]) -> Router {
    let names: Arc<[String]> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    unframed(router.layer(from_fn(move |request: Request, next: Next| {
        let names = names.clone();
        async move {
            match allowed(&request, &names) {
                Ok(()) => next.run(request).await,
                Err(refusal) => refusal.answer(),
            }
        }
    })))
}

fn allowed(request: &Request, names: &[String]) -> Result<(), Refusal> {
    let hosts = hosts(request.headers(), request.uri());
    if hosts.is_empty() {
        return Err(Refusal::NoHost);
    }
    let own = |host: &&String| is_loopback(host) || names.iter().any(|name| name == hostname(host));
    if let Some(foreign) = hosts.iter().find(|host| !own(host)) {
        return Err(Refusal::Host(foreign.clone()));
    }
    for origin in request.headers().get_all(ORIGIN) {
        let origin = lossy(origin);
        // Control APIs use plain HTTP.
        let page = origin.strip_prefix("http://");
        if !page.is_some_and(|page| hosts.iter().all(|host| *host == page)) {
            return Err(Refusal::Origin(origin));
        }
    }
    if request.body().is_end_stream() || is_json(request.headers()) {
        return Ok(());
    }
    let types = request.headers().get_all(CONTENT_TYPE);
    let named: Vec<String> = types.iter().map(|value| format!("`{}`", lossy(value))).collect();
    Err(Refusal::NotJson(if named.is_empty() { "of no type".to_owned() } else { named.join(", ") }))
}

/// Every host that a request names: `Host`, and the authority of an absolute URL, which takes
/// precedence (RFC 9112 §3.2.2). In lower case.
fn hosts(headers: &HeaderMap, uri: &Uri) -> Vec<String> {
    let authority = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
    headers.get_all(HOST).iter().map(lossy).chain(authority).collect()
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter().map(lossy);
    let json = |text: String| {
        text.split_once(';').map_or(text.as_str(), |(essence, _)| essence).trim() == "application/json"
    };
    types.next().is_some_and(json) && types.next().is_none()
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase()
}

/// The name in `name:port`.
fn hostname(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

/// Whether a `Host` (with or without a port) leads to this machine regardless of how names are
/// resolved: a loopback address, `localhost` or a name below it (RFC 6761 §6.3).
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = hostname(host).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let ip = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse().ok().filter(IpAddr::is_ipv6),
        None => name.parse().ok().filter(IpAddr::is_ipv4),
    };
    match ip {
        Some(ip) => ip.is_loopback(),
        None => name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Forbids showing answers of `router` in frames, unless an answer itself allows it.
pub fn unframed(router: Router) -> Router {
    router.layer(map_response(async |mut response: Response| {
        refuse_frames(response.headers_mut());
        response
    }))
}

/// Tells old and new browsers not to show a page in frames (Content Security Policy Level 3 §6.4.2,
/// RFC 7034 §2.1).
pub fn refuse_frames(headers: &mut HeaderMap) {
    let mut say = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    say(CONTENT_SECURITY_POLICY, "frame-ancestors 'none'");
    say(X_FRAME_OPTIONS, "DENY");
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::post;
    use tower::ServiceExt as _;

    use super::*;

    async fn asked(names: &[&str], uri: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let router = steered(Router::new().route("/users", post(|| async { "made" })), &names);
        let mut request = http::Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(if body.is_empty() { Body::empty() } else { Body::from(body.to_owned()) });
        let answer = router.oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.headers()["x-frame-options"], "DENY");
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn status(headers: &[(&str, &str)], body: &str) -> u16 {
        asked(&[], "/users", headers, body).await.0
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn a_control_api_answers_under_names_of_this_machine_only() {
        for host in [
            "127.0.0.1:3004",
            "127.0.0.1",
            "127.8.8.8:1",
            "[::1]:3004",
            "[::1]",
            "localhost",
            "LocalHost:3004",
            "localhost.",
            "a.localhost:3004",
        ] {
            assert_eq!(status(&[("host", host), JSON], "{}").await, 200, "{host}");
        }
        for host in [
            "rebind.evil.example:3004",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "192.168.1.2:3004",
            "0.0.0.0:3004",
            "[::]:3004",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "",
            "huggingface.co",
            "127.0.0.1:3004@evil.example",
            "evil.example:80:localhost",
            "::1",
            "localhost:3004, evil.example",
            "[127.0.0.1]",
        ] {
            let (status, told) = asked(&[], "/users", &[("host", host), JSON], "{}").await;
            assert_eq!(status, 403, "{host}");
            assert!(told.contains("is not a name of this machine"), "{told}");
        }
        assert_eq!(status(&[JSON], "{}").await, 403, "no Host at all");
        // A second Host, and an absolute URL, which takes precedence.
        assert_eq!(status(&[("host", "localhost"), ("host", "evil.example"), JSON], "{}").await, 403);
        let absolute = "http://evil.example/users";
        assert_eq!(asked(&[], absolute, &[("host", "localhost"), JSON], "{}").await.0, 403);
    }

    #[tokio::test]
    async fn names_that_it_was_started_with_are_its_own() {
        for host in ["huggingface:3004", "HuggingFace", "localhost:3004"] {
            assert_eq!(
                asked(&["huggingface"], "/users", &[("host", host), JSON], "{}").await.0,
                200,
                "{host}"
            );
        }
        let host = ("host", "huggingface.evil.example:3004");
        assert_eq!(asked(&["huggingface"], "/users", &[host, JSON], "{}").await.0, 403);
    }

    #[tokio::test]
    async fn pages_of_others_are_refused() {
        let host = ("host", "127.0.0.1:3004");
        assert_eq!(status(&[host, ("origin", "http://127.0.0.1:3004"), JSON], "{}").await, 200);
        for origin in [
            "https://evil.example",
            "null",
            "",
            "http://127.0.0.1:3005",
            "http://localhost:3004",
            "file://",
            "http://127.0.0.1",
            "127.0.0.1:3004",
            "https://127.0.0.1:3004",
        ] {
            let (status, told) = asked(&[], "/users", &[host, ("origin", origin), JSON], "{}").await;
            assert_eq!(status, 403, "{origin}");
            assert!(told.contains("sent this"), "{told}");
        }
        // A form of another page has neither a body nor a type that would require a preflight
        // request.
        assert_eq!(status(&[host, ("origin", "https://evil.example")], "").await, 403);
        let both = [host, ("origin", "http://127.0.0.1:3004"), ("origin", "null"), JSON];
        assert_eq!(status(&both, "{}").await, 403);
    }

    #[tokio::test]
    async fn bodies_are_json() {
        let host = ("host", "localhost");
        for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"] {
            assert_eq!(status(&[host, ("content-type", kind)], "{}").await, 200, "{kind}");
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/jsonp",
            "text/plain; application/json",
        ] {
            let (status, told) = asked(&[], "/users", &[host, ("content-type", kind)], "{}").await;
            assert_eq!(status, 415, "{kind}");
            assert!(told.contains("application/json"), "{told}");
        }
        assert_eq!(status(&[host], "{}").await, 415);
        assert_eq!(status(&[host, JSON, ("content-type", "text/plain")], "{}").await, 415);
        assert_eq!(status(&[host], "").await, 200, "nothing has no type");
    }

    #[tokio::test]
    async fn what_says_itself_who_may_frame_it_keeps_that() {
        let own = || async { ([("x-frame-options", "SAMEORIGIN")], "") };
        let router = unframed(Router::new().route("/", axum::routing::get(own)));
        let answer = router.oneshot(http::Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()["x-frame-options"], "SAMEORIGIN");
        assert_eq!(answer.headers()["content-security-policy"], "frame-ancestors 'none'");
    }
}
