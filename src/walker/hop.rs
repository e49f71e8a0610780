//! What a walk records: one request, its response, and what became of the cookies.

use std::sync::OnceLock;
use std::time::Duration;

use cookie_store::RawCookie;
use jiff::Timestamp;
use kit::Prose;
use url::Url;

use super::page::Page;
use super::tab::TabId;
use super::violation::Violation;

/// Why the browser made a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyHop {
    /// The person typed the address.
    Typed,
    /// The person clicked a link.
    Link,
    /// The person submitted a form.
    Form,
    /// The page submitted its form by itself.
    SelfSubmitting,
    /// The previous response was a redirect.
    Redirect,
    /// The page's script navigated.
    Script,
    /// The page's script made a call.
    Call,
    /// The person reloaded the page.
    Reload,
    /// The person went back to this page.
    Back,
    /// The browser loaded a link's target in advance, in the background.
    Prefetch,
}

/// One request and its response.
#[derive(Debug, Clone)]
pub struct Hop {
    /// Counts from 1.
    pub number: usize,
    /// The tab it happened in.
    pub tab: TabId,
    /// Why it happened.
    pub why: WhyHop,
    /// When the request was sent, on the stack's clock.
    pub began: Timestamp,
    /// How long the answer took by the machine's clock: a delay that the stack's clock skips is not in it.
    pub took: Duration,
    /// When the response had arrived, on the stack's clock.
    pub at: Timestamp,
    /// The request that was sent.
    pub request: HopRequest,
    /// The response that arrived.
    pub response: HopResponse,
    /// The rules for every hop that this one breaks.
    pub violations: Vec<Violation>,
    /// [`Hop::page`], once it has been requested.
    pub(crate) parsed: OnceLock<Page>,
}

/// A request of the browser.
#[derive(Debug, Clone)]
pub struct HopRequest {
    /// The HTTP method.
    pub method: http::Method,
    /// The URL; its fragment stays in the browser.
    pub url: Url,
    /// Headers, without `Cookie`.
    pub headers: Vec<(String, String)>,
    /// The body, empty if the request has none.
    pub body: String,
    /// Cookies sent, in order.
    pub cookies: Vec<(String, String)>,
    /// Cookies for this URL that were not sent, and why.
    pub withheld: Vec<Withheld>,
}

/// A cookie that was not sent although domain and path match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The cookie's name.
    pub name: String,
    /// Why the browser did not send it.
    pub reason: WhyWithheld,
}

/// Why a browser does not send a cookie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyWithheld {
    /// It had expired, by the stack's clock.
    #[error("expired")]
    Expired,
    /// `Secure`, and the URL is not trustworthy (RFC 6265bis §5.8.3).
    #[error("Secure, and this is plain http")]
    SecureOverHttp,
    /// `SameSite=Strict`, and another site is involved.
    #[error("SameSite=Strict, and the request comes from another site")]
    Strict,
    /// `SameSite=Lax`, and a script of another site makes a call.
    #[error("SameSite=Lax, and this is a cross-site call of a script")]
    LaxCall,
    /// `SameSite=Lax`, and a page of another site submits a form.
    #[error("SameSite=Lax, and this is a cross-site {0}")]
    LaxMethod(http::Method),
    /// A script calls another origin, and browsers leave cookies out of that (Fetch standard).
    #[error("a script's call to another origin goes without credentials")]
    ForeignCall,
}

/// A response to the browser.
#[derive(Debug, Clone)]
pub struct HopResponse {
    /// The status, 0 if no response arrived.
    pub status: u16,
    /// Why no response arrived.
    pub fault: Option<Prose>,
    /// Headers in order, `Set-Cookie` included.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
    /// Every `Set-Cookie` line, and what became of it.
    pub cookies: Vec<SetCookie>,
}

/// A `Set-Cookie` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// The line as it came.
    pub line: String,
    /// The cookie's name.
    pub name: String,
    /// Its value, verbatim.
    pub value: String,
    /// Its attributes in order, as they came.
    pub attributes: Vec<String>,
    /// What became of it.
    pub fate: CookieFate,
}

/// What a browser does with a `Set-Cookie` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CookieFate {
    /// The browser stored the cookie.
    Stored,
    /// An earlier cookie was removed.
    Deleted,
    /// It would remove a cookie that the browser does not have.
    NothingToDelete,
    /// The browser refused the cookie, for this reason.
    Dropped(WhyDropped),
}

/// Why a browser does not keep a cookie (RFC 6265bis §5.6 and §5.7).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyDropped {
    /// The line has no name and value.
    #[error("not a cookie")]
    NotACookie,
    /// The browser is set to refuse cookies.
    #[error("the browser takes no cookies")]
    Refused,
    /// Name and value together exceed the limit.
    #[error("name and value have more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// `Secure`, and the URL is not trustworthy.
    #[error("Secure, but set over plain http")]
    SecureOverHttp,
    /// A secure cookie of that name is there, which a line over plain http must not touch.
    #[error("a Secure cookie of that name is there, and this one came over plain http")]
    SecureThere,
    /// The name begins with `__Secure-`.
    #[error("__Secure- prefix without Secure")]
    SecurePrefix,
    /// The name begins with `__Host-`.
    #[error("__Host- prefix needs Secure, Path=/ and no Domain")]
    HostPrefix,
    /// `SameSite=None` needs `Secure`.
    #[error("SameSite=None without Secure")]
    NoneWithoutSecure,
    /// In an answer to a page of another site, browsers accept only `SameSite=None`.
    #[error("SameSite cookie set by a cross-site call of a script")]
    CrossSiteCall,
    /// A script calls another origin, and browsers leave cookies out of that (Fetch standard).
    #[error("a script's call to another origin goes without credentials")]
    ForeignCall,
    /// Domain or path do not match, in the words of `cookie_store`.
    #[error("{0}")]
    Unfit(String),
}

impl Hop {
    /// The URL without its query.
    #[must_use]
    pub fn without_query(&self) -> String {
        let mut url = self.request.url.clone();
        url.set_query(None);
        url.to_string()
    }

    /// The absolute URL that a redirect leads to. It inherits the fragment of the request's
    /// URL (RFC 9110 §10.2.2).
    #[must_use]
    pub fn redirect(&self) -> Option<Result<Url, String>> {
        if !matches!(self.response.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = self.response.header("location")?;
        let mut target = match self.request.url.join(location) {
            Ok(target) => target,
            Err(_) => return Some(Err(location.to_owned())),
        };
        if target.fragment().is_none() {
            target.set_fragment(self.request.url.fragment());
        }
        Some(Ok(target))
    }

    /// Whether the response is a page.
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// The response read as a page; parsed on the first call only.
    #[must_use]
    pub fn page(&self) -> &Page {
        self.parsed.get_or_init(|| Page::parse(&self.request.url, &self.response.body))
    }

    /// The body as JSON, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.response.body).ok()
    }
}

impl HopResponse {
    pub(super) fn missing(fault: impl Into<Prose>) -> Self {
        Self { status: 0, fault: Some(fault.into()), headers: vec![], body: String::new(), cookies: vec![] }
    }

    /// The first header of that name, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl SetCookie {
    pub(super) fn of(line: &str, raw: &RawCookie<'_>) -> Self {
        let attributes = line.split(';').skip(1).map(|part| part.trim().to_owned()).collect();
        Self {
            line: line.to_owned(),
            name: raw.name().to_owned(),
            value: raw.value().to_owned(),
            attributes,
            fate: CookieFate::Stored,
        }
    }

    /// A line that the browser ignores entirely.
    pub(super) fn dropped(line: &str, why: WhyDropped) -> Self {
        let fate = CookieFate::Dropped(why);
        match RawCookie::parse(line.to_owned()) {
            Ok(raw) => Self { fate, ..Self::of(line, &raw) },
            Err(_) => Self {
                line: line.to_owned(),
                name: String::new(),
                value: String::new(),
                attributes: vec![],
                fate,
            },
        }
    }
}
