//! Explains how an unregistered `redirect_uri` differs from the registered ones.
//!
//! Each provider decides which differences it tolerates; this module only explains a refusal.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// How the URI that was sent differs from one that would have been right, displayed as "differs
/// from `…` by a trailing slash".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The URI that would have been right.
    pub expected: String,
    /// The parts in which the two differ, in the order of a URI. Never empty.
    pub parts: Vec<Part>,
}

/// How an unregistered URI differs from each registered one, the most similar first; displayed by
/// the most similar one, or as "none is" if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Differences(pub Vec<Difference>);

/// A part in which two URIs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// White space before or after one of the two.
    #[error("white space around it")]
    WhiteSpace,
    /// Slashes at the end of one of the two.
    #[error("a trailing slash")]
    TrailingSlash,
    /// Upper and lower case.
    #[error("letter case")]
    LetterCase,
    /// Both have the same meaning to a browser.
    #[error("spelling only (encoding or a default port)")]
    Spelling,
    /// The scheme, `http` or `https`.
    #[error("scheme")]
    Scheme,
    /// User name and password.
    #[error("user information")]
    UserInfo,
    /// The host name or IP address.
    #[error("host")]
    Host,
    /// The port, other than by an explicit default one.
    #[error("port")]
    Port,
    /// The path, other than by a trailing slash or letter case.
    #[error("path")]
    Path,
    /// The query string.
    #[error("query")]
    Query,
    /// The fragment after `#`.
    #[error("fragment")]
    Fragment,
    /// One of the two is not an absolute URL, so they cannot be compared by parts.
    #[error("everything")]
    Everything,
}

impl Difference {
    /// Compares two URIs that are not equal.
    #[must_use]
    pub fn between(expected: &str, given: &str) -> Self {
        Self { expected: expected.to_owned(), parts: parts(expected, given) }
    }

    /// How unlikely it is that the two URIs mean the same.
    fn weight(&self) -> u32 {
        self.parts.iter().map(|part| part.weight()).sum()
    }
}

impl Differences {
    /// Compares an unregistered URI with the registered ones.
    #[must_use]
    pub fn of(registered: &[String], given: &str) -> Self {
        let each = registered.iter().map(|registered| Difference::between(registered, given));
        let mut differences: Vec<Difference> = each.collect();
        differences.sort_by_key(Difference::weight);
        Self(differences)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "differs from `{}` by ", self.expected)?;
        for (at, part) in self.parts.iter().enumerate() {
            let before = match at {
                0 => "",
                _ if at + 1 == self.parts.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}{part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first() {
            Some(nearest) => nearest.fmt(f),
            None => f.write_str("none is"),
        }
    }
}

impl Part {
    fn weight(self) -> u32 {
        match self {
            Part::WhiteSpace | Part::TrailingSlash | Part::LetterCase | Part::Spelling => 1,
            Part::Scheme | Part::Port | Part::Query | Part::Fragment | Part::UserInfo => 4,
            Part::Path => 8,
            Part::Host => 16,
            Part::Everything => 64,
        }
    }
}

fn parts(expected: &str, given: &str) -> Vec<Part> {
    if expected.trim() == given.trim() {
        return vec![Part::WhiteSpace];
    }
    if expected.trim_end_matches('/') == given.trim_end_matches('/') {
        return vec![Part::TrailingSlash];
    }
    if expected.to_lowercase() == given.to_lowercase() {
        return vec![Part::LetterCase];
    }
    // Parsing a URL drops the white space around it.
    let (Ok(left), Ok(right)) = (Url::parse(expected), Url::parse(given)) else {
        return vec![Part::Everything];
    };
    let path = path_difference(left.path(), right.path());
    let user = |url: &Url| (url.username().to_owned(), url.password().map(ToOwned::to_owned));
    let parts: Vec<Part> = [
        (expected.trim() != expected || given.trim() != given, Part::WhiteSpace),
        (left.scheme() != right.scheme(), Part::Scheme),
        (user(&left) != user(&right), Part::UserInfo),
        (left.host_str() != right.host_str(), Part::Host),
        // A default port does not count: a different scheme with its own default port is one
        // difference and not two.
        (left.port() != right.port(), Part::Port),
        (left.path() != right.path(), path),
        (left.query() != right.query(), Part::Query),
        (left.fragment() != right.fragment(), Part::Fragment),
    ]
    .into_iter()
    .filter_map(|(differs, part)| differs.then_some(part))
    .collect();
    // Equal once parsed: only the spelling differs.
    if parts.is_empty() { vec![Part::Spelling] } else { parts }
}

fn path_difference(left: &str, right: &str) -> Part {
    if left.trim_end_matches('/') == right.trim_end_matches('/') {
        Part::TrailingSlash
    } else if left.to_lowercase() == right.to_lowercase() {
        Part::LetterCase
    } else {
        Part::Path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTERED: &str = "https://app.example/callback/hf";

    fn against_one(given: &str) -> String {
        let text = Differences::of(&[REGISTERED.to_owned()], given).to_string();
        let start = format!("differs from `{REGISTERED}` by ");
        text.strip_prefix(&start).expect("names the nearest address").to_owned()
    }

    #[test]
    fn names_the_differing_part() {
        for (given, part) in [
            ("https://app.example/callback/hf/", "a trailing slash"),
            ("https://app.example/Callback/hf", "letter case"),
            ("https://app.example/callback/hf ", "white space around it"),
            ("http://app.example/callback/hf", "scheme"),
            ("https://app.example:8443/callback/hf", "port"),
            ("https://www.app.example/callback/hf", "host"),
            ("https://app.example/callback", "path"),
            ("https://app.example/callback/hf?a=1", "query"),
            ("https://app.example/callback/hf#x", "fragment"),
            ("https://me@app.example/callback/hf", "user information"),
            ("http://localhost:3001/callback/hf", "scheme, host and port"),
            ("http://app.example/callback/hf/?a=1", "scheme, a trailing slash and query"),
            ("not a url", "everything"),
            ("https://app.example:443/callback/hf", "spelling only (encoding or a default port)"),
            ("http://app.example/Callback/hf", "scheme and letter case"),
            ("http://app.example:443/callback/hf", "scheme and port"),
            (" http://app.example/callback/hf", "white space around it and scheme"),
            ("https://app.example/callback/hf//", "a trailing slash"),
        ] {
            assert_eq!(against_one(given), part, "{given}");
        }
    }

    #[test]
    fn a_slash_counts_on_either_side_and_wherever_the_address_ends() {
        let by = |registered: &str, given: &str| {
            let text = Difference::between(registered, given).to_string();
            text.rsplit(" by ").next().unwrap_or_default().to_owned()
        };
        for (with, without) in [
            ("https://app.example/callback/", "https://app.example/callback"),
            ("https://app.example/?next=/", "https://app.example/?next="),
            // Without a scheme it is not a URL at all, and yet only the slash differs.
            ("app.example/callback/", "app.example/callback"),
        ] {
            assert_eq!(by(with, without), "a trailing slash", "{with}");
            assert_eq!(by(without, with), "a trailing slash", "{without}");
        }
        let (with, without) = ("https://app.example/callback/", "http://app.example/callback");
        assert_eq!(by(with, without), "scheme and a trailing slash");
        assert_eq!(by(without, with), "scheme and a trailing slash");
    }

    #[test]
    fn compares_with_the_most_similar_one() {
        let registered =
            ["http://other.example/".to_owned(), "http://localhost:3001/callback/abc".to_owned()];
        assert_eq!(
            Differences::of(&registered, "http://localhost:3001/callback/abd").to_string(),
            "differs from `http://localhost:3001/callback/abc` by path"
        );
    }

    /// Another host is another place, which three lesser differences together are not.
    #[test]
    fn the_most_similar_one_is_at_the_same_host() {
        let registered = ["https://other.example/callback", "https://app.example:8443/callback?tenant=a"];
        let differences =
            Differences::of(&registered.map(ToOwned::to_owned), "https://app.example/callback#top");
        assert_eq!(
            differences.to_string(),
            "differs from `https://app.example:8443/callback?tenant=a` by port, query and fragment"
        );
    }

    #[test]
    fn says_when_nothing_is_registered() {
        assert_eq!(Differences::of(&[], "https://app.example/").to_string(), "none is");
    }
}
