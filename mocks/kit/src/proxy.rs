//! A reverse proxy, configured well or badly.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Client, Clock, Journal, Note, Party, journaled, note};

/// The proxy does not accept larger requests.
const BODY_LIMIT: usize = 1024 * 1024;

/// The configuration of a reverse proxy. By default each member has the value of a well-configured
/// one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ProxySettings {
    /// Whether TLS ends here; otherwise browsers use plain HTTP.
    pub tls: bool,
    /// Whether the public URL contains the port.
    pub port_in_address: bool,
    /// Which `Host` header is forwarded.
    pub host: HostHeader,
    /// Whether `X-Forwarded-Host` is sent.
    pub forwarded_host: bool,
    /// Whether `X-Forwarded-Proto` is sent.
    pub forwarded_proto: bool,
    /// Whether `X-Forwarded-For` is sent.
    pub forwarded_for: bool,
    /// Requests with a larger header are refused.
    pub request_header_limit: Option<HeaderLimit>,
    /// Answers whose header has more bytes are replaced by 502.
    pub response_header_limit: Option<usize>,
    /// Methods that are answered with 405.
    pub refused_methods: Vec<String>,
    /// Headers that are set on every answer, replacing those with the same name.
    pub response_headers: Vec<(String, String)>,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self {
            tls: true,
            port_in_address: false,
            host: HostHeader::default(),
            forwarded_host: true,
            forwarded_proto: true,
            forwarded_for: true,
            request_header_limit: None,
            response_header_limit: None,
            refused_methods: vec![],
            response_headers: vec![],
        }
    }
}

/// What happens to the `Host` header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HostHeader {
    /// As the browser sent it (nginx: `$http_host`).
    #[default]
    Kept,
    /// Without its port (nginx: `$host`).
    WithoutPort,
    /// The address of the server behind the proxy (nginx without `proxy_set_header Host`).
    Upstream,
}

/// The size limit for the header of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HeaderLimit {
    /// Maximum bytes of request line and header fields.
    pub bytes: usize,
    /// The status for larger headers; the default is 431 (nginx: 400).
    #[serde(default = "too_large")]
    pub status: u16,
}

fn too_large() -> u16 {
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16()
}

/// A reverse proxy in front of one server.
#[derive(Debug)]
pub struct Proxy {
    /// The proxy's configuration.
    pub settings: ProxySettings,
    /// The origin that browsers use.
    pub public: Url,
    /// The origin of the server behind the proxy.
    pub upstream: Url,
    /// The client that reaches the server.
    pub client: Client,
    /// Whether the server is asked not to compress its answers, so that the journal can show them.
    pub uncompressed: bool,
}

impl Proxy {
    /// The routes, which forward everything. Received requests and the reasons for refusals are
    /// recorded in the journal.
    pub fn router(self, journal: Journal, clock: Clock) -> Router {
        let public = self.public.clone();
        let proxy = Arc::new(self);
        let router = Router::new().fallback(move |request: Request| {
            let proxy = proxy.clone();
            async move { proxy.answer(request).await }
        });
        journaled(router, journal, clock, Party::PROXY, public)
    }

    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let method = &parts.method;
        if self.settings.refused_methods.iter().any(|refused| method == refused.as_str()) {
            let reason = Note::new("proxy/method-refused", format!("{method} is not allowed"));
            return note(told(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"), reason);
        }
        let size = size_of(&parts.headers) + method.as_str().len() + parts.uri.to_string().len() + 12;
        if let Some(limit) = self.settings.request_header_limit.filter(|limit| size > limit.bytes) {
            let status = StatusCode::from_u16(limit.status).unwrap_or(StatusCode::BAD_REQUEST);
            let text = format!("the request's header is larger than {} bytes", limit.bytes);
            let reason = Note::new("proxy/request-header-limit", text);
            return note(told(status, "Request Header Or Cookie Too Large"), reason);
        }
        let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
            let reason = Note::new("proxy/body-limit", "the body is too large");
            return note(told(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large"), reason);
        };
        let Some(uri) = self.behind(&parts.uri) else {
            let reason = Note::new("proxy/invalid-address", "the URL is not valid");
            return note(told(StatusCode::BAD_REQUEST, "Bad Request"), reason);
        };
        let mut passed = http::Request::new(body);
        *passed.method_mut() = parts.method.clone();
        *passed.uri_mut() = uri;
        *passed.headers_mut() = self.forwarded(parts.headers);
        match self.client.send_without_redirects(passed).await {
            Ok(answer) => self.returned(answer),
            Err(error) => note(told(StatusCode::BAD_GATEWAY, "Bad Gateway"), &error),
        }
    }

    fn behind(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{}{path}", self.upstream.origin().ascii_serialization()).parse().ok()
    }

    fn forwarded(&self, mut headers: HeaderMap) -> HeaderMap {
        for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE, CONTENT_LENGTH] {
            headers.remove(name);
        }
        if self.uncompressed {
            headers.remove(ACCEPT_ENCODING);
        }
        let asked = headers.get(HOST).cloned();
        let asked = asked.or_else(|| HeaderValue::from_str(self.public.authority()).ok());
        // The browser's own forwarding headers are not trusted.
        let facts = [
            ("x-forwarded-host", self.settings.forwarded_host, asked.clone()),
            (
                "x-forwarded-proto",
                self.settings.forwarded_proto,
                HeaderValue::from_str(self.public.scheme()).ok(),
            ),
            ("x-forwarded-for", self.settings.forwarded_for, Some(HeaderValue::from_static("127.0.0.1"))),
        ];
        for (name, sent, value) in facts {
            headers.remove(name);
            if let (true, Some(value)) = (sent, value) {
                headers.insert(name, value);
            }
        }
        let host = match self.settings.host {
            HostHeader::Kept => asked,
            HostHeader::WithoutPort => self.public.host_str().and_then(|name| name.parse().ok()),
            HostHeader::Upstream => HeaderValue::from_str(self.upstream.authority()).ok(),
        };
        if let Some(host) = host {
            headers.insert(HOST, host);
        }
        headers
    }

    fn returned(&self, answer: http::Response<bytes::Bytes>) -> Response {
        let (mut parts, body) = answer.into_parts();
        let size = size_of(&parts.headers);
        if let Some(limit) = self.settings.response_header_limit.filter(|limit| size > *limit) {
            let text = format!("the answer's header is larger than {limit} bytes");
            let reason = Note::new("proxy/response-header-limit", text);
            return note(told(StatusCode::BAD_GATEWAY, "Bad Gateway"), reason);
        }
        for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        for (name, value) in &self.settings.response_headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                parts.headers.insert(name, value);
            }
        }
        Response::from_parts(parts, Body::from(body))
    }
}

/// Bytes of header fields on the wire: `name: value\r\n`.
fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

fn told(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::any;
    use bytes::Bytes;

    use super::*;
    use crate::{Bound, Running};

    /// What the server behind the proxy received, and the answer.
    struct Asked {
        lines: Vec<String>,
        answer: http::Response<Bytes>,
        notes: Vec<Note>,
    }

    fn post() -> http::request::Builder {
        http::Request::builder().method("POST")
    }

    async fn ask(settings: ProxySettings, request: http::request::Builder) -> Asked {
        let echo = |headers: HeaderMap, body: Bytes| async move {
            let seen = headers
                .iter()
                .filter(|(name, _)| *name == HOST || name.as_str().starts_with("x-forwarded"))
                .map(|(name, value)| format!("{name}={}", value.to_str().unwrap()));
            let mut lines: Vec<String> = seen.collect();
            lines.sort();
            lines.push(String::from_utf8_lossy(&body).into_owned());
            ([("set-cookie", "a=1"), ("x-frame-options", "DENY")], lines.join("\n"))
        };
        let upstream: Running =
            Bound::loopback().await.unwrap().serve(Router::new().route("/shop", any(echo)));
        let journal = Journal::new();
        let proxy = Proxy {
            settings,
            public: "https://bookstore.example:8443".parse().unwrap(),
            upstream: format!("http://localhost:{}", upstream.addr().port()).parse().unwrap(),
            client: Client::builder().build().unwrap(),
            uncompressed: false,
        };
        let front = Bound::loopback().await.unwrap().serve(proxy.router(journal.clone(), Clock::system()));
        let uri = format!("http://localhost:{}/shop?q=1", front.addr().port());
        let request = request.uri(uri).header(HOST, "bookstore.example:8443");
        let request = request.header("x-forwarded-proto", "ftp").body(Bytes::from_static(b"a=b")).unwrap();
        let answer = Client::builder().build().unwrap().send(request).await.unwrap();
        let port = format!(":{}", upstream.addr().port());
        let text = String::from_utf8_lossy(answer.body()).replace(&port, ":UPSTREAM");
        let notes = journal.entries()[0].notes.clone();
        Asked { lines: text.lines().map(ToOwned::to_owned).collect(), answer, notes }
    }

    #[tokio::test]
    async fn a_good_proxy_says_what_the_browser_asked_for() {
        let asked = ask(ProxySettings::default(), post()).await;
        let lines = [
            "host=bookstore.example:8443",
            "x-forwarded-for=127.0.0.1",
            "x-forwarded-host=bookstore.example:8443",
            "x-forwarded-proto=https",
            "a=b",
        ];
        assert_eq!(asked.lines, lines);
        assert_eq!(asked.answer.headers()["set-cookie"], "a=1");
    }

    #[tokio::test]
    async fn a_bad_one_tells_less_or_something_else() {
        let bare = ProxySettings {
            host: HostHeader::Upstream,
            forwarded_host: false,
            forwarded_proto: false,
            forwarded_for: false,
            ..ProxySettings::default()
        };
        assert_eq!(ask(bare, post()).await.lines, ["host=localhost:UPSTREAM", "a=b"]);
        let host = ProxySettings { host: HostHeader::WithoutPort, ..ProxySettings::default() };
        assert_eq!(ask(host, post()).await.lines[0], "host=bookstore.example");
    }

    #[tokio::test]
    async fn limits_and_methods_are_refused_with_a_reason() {
        let small = ProxySettings {
            request_header_limit: Some(HeaderLimit { bytes: 400, status: 431 }),
            ..ProxySettings::default()
        };
        let asked = ask(small.clone(), post().header("cookie", "x".repeat(400))).await;
        assert_eq!((asked.answer.status().as_u16(), asked.notes.len()), (431, 1));
        assert_eq!(ask(small, post()).await.answer.status(), 200);
        let no_post = ProxySettings { refused_methods: vec!["POST".to_owned()], ..ProxySettings::default() };
        assert_eq!(ask(no_post, post()).await.answer.status(), 405);
        let narrow = ProxySettings { response_header_limit: Some(20), ..ProxySettings::default() };
        let asked = ask(narrow, post()).await;
        assert_eq!(asked.answer.status(), 502);
        assert!(asked.notes[0].to_string().contains("larger than 20"), "{:?}", asked.notes);
        let added = ProxySettings {
            response_headers: vec![("x-frame-options".to_owned(), "SAMEORIGIN".to_owned())],
            ..ProxySettings::default()
        };
        assert_eq!(ask(added, post()).await.answer.headers()["x-frame-options"], "SAMEORIGIN");
    }
}
