//! What a transcript holds. Every text in it is by role already.

use serde::Serialize;

/// A walk, by role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transcript {
    /// Every hop in order.
    pub hops: Vec<Exchange>,
    /// Requests between other parties that may be of this walk or of another that was under way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_attributed: Vec<Exchange>,
}

/// One request and its response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Number of the hop; absent for requests that are not the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// Who asked.
    pub party: String,
    /// The browser, from the second on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<usize>,
    /// The tab, from the second on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<usize>,
    /// Why the browser asked: `typed`, `link`, `form`, `auto-form`, `redirect`, `script`, `call`,
    /// `reload`, `back`, `prefetch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The method.
    pub method: String,
    /// The address, encoded as it was.
    pub url: String,
    /// Headers of the request that mean something to a sign-in, in lower case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body of the request, in lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
    /// Names of the cookies sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Cookies that stayed behind, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// The status; absent when there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// `Location`, as it was sent: relative or absolute, encoded as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `WWW-Authenticate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// Cookies set and deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_cookies: Vec<ShownCookie>,
    /// The response body in lines: JSON, a page as title, forms and links, text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
    /// Reasons of the mock Hugging Face, from its journal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<String>,
    /// Rules of every hop that were broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
    /// Requests between the other parties while the browser waited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meanwhile: Vec<Exchange>,
}

/// A `Set-Cookie` line, with that of its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCookie {
    /// The cookie's name.
    pub name: String,
    /// Whether `<name>.sig` came with it, with attributes that are shown alike and the same fate.
    pub signed: bool,
    /// The value.
    pub value: String,
    /// Attributes in order, as they came; `expires` as a distance from now.
    pub attributes: Vec<String>,
    /// What became of it, unless it was simply stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<String>,
}
