//! The data of a transcript. In every text, roles have already replaced the values.

use serde::Serialize;

/// A walk, with roles in place of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transcript {
    /// Every hop in order.
    pub hops: Vec<Exchange>,
    /// Requests between other parties that may belong to this walk or to another that was running.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_attributed: Vec<Exchange>,
    /// The masks that covered something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<Masked>,
    /// What this transcript cannot show; not part of its text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Whether the app's calls to Logto could be seen.
    #[serde(skip)]
    pub has_app_calls: bool,
}

/// A mask that covered something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Masked {
    /// What it covers, e.g. ``cookie `build` ``.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// One request and its response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Number of the hop; absent for requests that are not the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The party that sent the request; `browser` for a hop.
    pub party: String,
    /// Number of the browser, from the second on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<usize>,
    /// Number of the tab, from the second on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<usize>,
    /// Why the browser sent the request: `typed`, `link`, `form`, `auto-form`, `redirect`, `script`, `call`,
    /// `reload`, `back`, `prefetch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The HTTP method.
    pub method: String,
    /// The URL, in its original encoding.
    pub url: String,
    /// Headers of the request that matter to a sign-in, with names in lower case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body of the request, in lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
    /// Names of the cookies sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Cookies that were not sent, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// The status; absent if no response arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no response arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The `Location` header as it was sent: relative or absolute, in its original encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The `Content-Type` header of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The `Cache-Control` header of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// The `WWW-Authenticate` header of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The cookies that the response sets and deletes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_cookies: Vec<ShownCookie>,
    /// The response body in lines: JSON, a page as title, forms and links, text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
    /// The reasons in the mock Hugging Face's journal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<String>,
    /// The rules for every hop that this one breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
    /// Whether this exchange depends on what ran before, and is therefore not compared.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not_compared: bool,
    /// Requests between the other parties while the browser waited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meanwhile: Vec<Exchange>,
}

/// A `Set-Cookie` line, with that of its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCookie {
    /// The cookie's name.
    pub name: String,
    /// Whether `<name>.sig` came with it, with the same fate and attributes that are shown alike.
    pub signed: bool,
    /// The cookie's value, by role.
    pub value: String,
    /// Attributes in order, as they came; `expires` as a distance from now.
    pub attributes: Vec<String>,
    /// How much of the browser's limit it takes, if that is much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// What became of it, unless it was simply stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<String>,
}
