//! A URI in its parts, as it is written: nothing is normalized.

use url::Url;

/// The parts of an absolute URI (RFC 3986 §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written<'t> {
    pub(super) scheme: &'t str,
    pub(super) user: &'t str,
    pub(super) host: &'t str,
    pub(super) port: &'t str,
    pub(super) path: &'t str,
    pub(super) query: Option<&'t str>,
    pub(super) fragment: Option<&'t str>,
}

impl<'t> Written<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (rest, fragment) = optional(text, '#');
        let (rest, query) = optional(rest, '?');
        let (scheme, rest) = rest.split_once("://").or_else(|| rest.split_once(':')).unwrap_or(("", rest));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = match place.rsplit_once(':') {
            // A colon within brackets belongs to an IPv6 address.
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (place, ""),
        };
        Self { scheme, user, host, port, path, query, fragment }
    }

    /// The port that the scheme implies.
    pub(super) fn default_port(&self) -> &'static str {
        match self.scheme.to_ascii_lowercase().as_str() {
            "https" => "443",
            "http" => "80",
            _ => "",
        }
    }

    pub(super) fn is_loopback(&self) -> bool {
        matches!(self.host, "localhost" | "127.0.0.1" | "[::1]")
    }
}

fn optional(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// What comes before the query.
fn before_query(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or_default()
}

/// The last of several URIs that were joined into one, as in `https://a/https://a/callback`.
pub(super) fn last_of_several(text: &str) -> Option<&str> {
    let start = before_query(text);
    let (first, _) = start.split_once("://")?;
    let last = start.rfind("://")?;
    (last > first.len()).then(|| {
        let scheme = text[..last].trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
        // `https://https://a`, and `https://ahttps://a` without a separator.
        let scheme = ["https", "http"]
            .into_iter()
            .find(|known| text[..last].ends_with(known))
            .map_or(scheme, |known| last - known.len());
        &text[scheme..]
    })
}

/// Whether a scheme is missing, or what follows it is not an address: `a.example/callback`,
/// `localhost:3000/callback`, `/callback`, `https:/a.example`.
pub(super) fn is_incomplete(text: &str) -> bool {
    let start = before_query(text);
    if start.contains("://") {
        return start.starts_with("://");
    }
    match start.split_once(':') {
        None => true,
        Some((scheme, rest)) => {
            let port = rest.split('/').next().unwrap_or_default();
            let is_port = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
            is_port || matches!(scheme, "http" | "https") || Url::parse(text).is_err()
        }
    }
}

/// The absolute URI that was probably meant, by what the other one begins with.
pub(super) fn completed(text: &str, other: &str) -> String {
    let other = Written::of(other);
    if let Some(rest) = text.strip_prefix("//").or_else(|| text.strip_prefix("://")) {
        return format!("{}://{rest}", other.scheme);
    }
    if let Some(rest) = text.strip_prefix("https:").or_else(|| text.strip_prefix("http:")) {
        return format!("{}://{}", &text[..text.len() - rest.len() - 1], rest.trim_start_matches('/'));
    }
    let place =
        if other.port.is_empty() { other.host.to_owned() } else { format!("{}:{}", other.host, other.port) };
    if text.starts_with('/') {
        return format!("{}://{place}{text}", other.scheme);
    }
    format!("{}://{text}", other.scheme)
}

/// Segments of a path that stand for a value that was never put in.
const STAND_INS: [&str; 9] = [
    "connector-id",
    "connector_id",
    "connectorid",
    "connector-target",
    "changeme",
    "change-me",
    "placeholder",
    "xxx",
    "xxxx",
];
/// What follows “your” in such words.
const YOURS: [&str; 15] = [
    "-",
    "_",
    ".",
    "domain",
    "app",
    "logto",
    "host",
    "site",
    "server",
    "tenant",
    "company",
    "connector",
    "url",
    "project",
    "endpoint",
];

/// Whether a label of a host is a placeholder, as in documentation: `<domain>`, `{tenant}`,
/// `${LOGTO}`, `your-domain`.
pub(super) fn is_placeholder_label(text: &str) -> bool {
    let text = text.to_lowercase();
    let within = |(open, close): &(&str, &str)| {
        let inner = text.split_once(open).and_then(|(_, rest)| rest.split_once(close));
        // An IPv6 address has brackets, too.
        inner.is_some_and(|(inner, _)| !inner.contains(':'))
    };
    let pairs = [("<", ">"), ("{", "}"), ("[", "]"), ("%3c", "%3e"), ("%7b", "%7d")];
    let named = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let your = text.strip_prefix("your").is_some_and(|rest| YOURS.iter().any(|word| rest.starts_with(word)));
    pairs.iter().any(within)
        || text.strip_prefix('$').is_some_and(named)
        || your
        || matches!(&*text, "..." | "…")
}

/// Whether a segment of a path is a placeholder: `<connector-id>`, `:id`, and what is one in a host.
pub(super) fn is_placeholder_segment(text: &str) -> bool {
    let named = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    text.strip_prefix(':').is_some_and(named)
        || is_placeholder_label(text)
        || STAND_INS.contains(&text.to_lowercase().as_str())
}
