//! A request of the browser, as it is sent.

use bytes::Bytes;
use http::Method;
use http::header::COOKIE;
use url::Url;

/// The walker's user agent. Some servers answer only browsers.
const USER_AGENT: &str = "Mozilla/5.0 (compatible; logto-testkit)";

/// The media types that a browser takes for a page.
pub(crate) const PAGE_TYPES: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// What to send, before cookies are added.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Outgoing {
    /// A plain `GET` request.
    pub(super) fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: vec![], body: String::new() }
    }

    /// The request as it is sent, with its cookies.
    pub(super) fn wire(
        &self,
        cookies: &[(String, String)],
        navigation: bool,
    ) -> Result<http::Request<Bytes>, http::Error> {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(url.as_str())
            .header("user-agent", USER_AGENT);
        if !self.headers.iter().any(|(name, _)| name == "accept-language") {
            request = request.header("accept-language", "en");
        }
        if self.body.is_empty() && matches!(self.method, Method::POST | Method::PUT) {
            // An empty body also has a length (Fetch standard, HTTP-network-or-cache fetch).
            request = request.header("content-length", "0");
        }
        if navigation {
            request = request.header("accept", PAGE_TYPES);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !cookies.is_empty() {
            let line: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, line.join("; "));
        }
        request.body(Bytes::from(self.body.clone()))
    }
}
