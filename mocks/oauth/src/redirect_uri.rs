//! Explains how an unregistered `redirect_uri` differs from the registered ones.
//!
//! Each provider decides which differences it tolerates; this module only explains a refusal.

mod compare;
#[cfg(test)]
mod tests;
mod wildcard;
mod written;

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::look_alike::look_alikes;

pub use self::wildcard::{host_is_like, is_like};

/// How a provider compares the URI that was sent with a registered one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Letter for letter, as Hugging Face does; only the port of `http` loopback addresses is free.
    LetterForLetter,
    /// As parsed URLs, and with stars, as Logto does: the case of a host, a default port and the
    /// form of an international host do not count.
    AsUrls,
}

/// How the URI that was sent differs from one that would have been right, displayed as "differs
/// from `…` by a trailing slash".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The URI that would have been right.
    pub expected: String,
    /// The parts in which the two differ, in the order of a URI. Never empty.
    pub parts: Vec<Part>,
    /// What the parts amount to.
    pub kind: Kind,
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
    /// White space within one of the two.
    #[error("white space in it")]
    InnerWhiteSpace,
    /// One of the two consists of two addresses, as in `https://a/https://a/callback`.
    #[error("an address that is there twice")]
    Doubled,
    /// One of the two has no scheme, or is not an address.
    #[error("a missing scheme")]
    Incomplete,
    /// One of the two has a word from documentation, as in `/callback/<connector-id>`.
    #[error("a placeholder")]
    Placeholder,
    /// A star in the registered one that does not match.
    #[error("a star that does not match")]
    Wildcard,
    /// Slashes at the end of one of the two.
    #[error("a trailing slash")]
    TrailingSlash,
    /// Upper and lower case.
    #[error("letter case")]
    LetterCase,
    /// Letters of another alphabet that look the same.
    #[error("letters that look alike")]
    LookAlike,
    /// Percent-encoding.
    #[error("percent-encoding")]
    PercentEncoding,
    /// `:443` or `:80`, which only one of them says.
    #[error("an explicit default port")]
    DefaultPort,
    /// The same host, with its letters and as `xn--…`.
    #[error("the form of an international host")]
    InternationalHost,
    /// Both have the same meaning to a browser.
    #[error("spelling only")]
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
}

/// What the difference between two URIs amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Only white space, visible or not.
    WhiteSpace,
    /// One of them has an address twice.
    Doubled,
    /// One of them is not absolute.
    Incomplete,
    /// One of them has a placeholder.
    Placeholder,
    /// A star does not match.
    Wildcard,
    /// Only a trailing slash.
    TrailingSlash,
    /// Only upper and lower case.
    LetterCase,
    /// Only letters that look the same.
    LookAlike,
    /// Only percent-encoding.
    PercentEncoding,
    /// Only an explicit default port.
    DefaultPort,
    /// Only the form of an international host.
    InternationalHost,
    /// Only the scheme.
    Scheme,
    /// Another host or port, whatever the scheme.
    Host,
    /// Only the path.
    Path,
    /// Only the query.
    Query,
    /// Several parts, or one that has no kind of its own.
    Several,
}

impl Difference {
    /// Compares two URIs that are not equal, letter for letter.
    #[must_use]
    pub fn between(expected: &str, given: &str) -> Self {
        Self::by(Rule::LetterForLetter, expected, given)
    }

    /// Compares two URIs that a provider with this rule does not take for the same.
    #[must_use]
    pub fn by(rule: Rule, expected: &str, given: &str) -> Self {
        let (parts, kind) = compare::compared(expected, given, rule);
        Self { expected: expected.to_owned(), parts, kind }
    }

    /// How unlikely it is that the two URIs mean the same.
    fn weight(&self) -> u32 {
        self.parts.iter().map(|part| part.weight()).sum()
    }
}

impl Differences {
    /// Compares an unregistered URI with the registered ones, letter for letter.
    #[must_use]
    pub fn of(registered: &[String], given: &str) -> Self {
        Self::by(Rule::LetterForLetter, registered, given)
    }

    /// Compares an unregistered URI with the registered ones.
    #[must_use]
    pub fn by(rule: Rule, registered: &[String], given: &str) -> Self {
        let each = registered.iter().map(|registered| Difference::by(rule, registered, given));
        let mut differences: Vec<Difference> = each.collect();
        differences.sort_by_key(Difference::weight);
        Self(differences)
    }

    /// The letters of another alphabet in the URI that was sent and the most similar one, if the two
    /// differ by them.
    #[must_use]
    pub fn look_alikes(&self, given: &str) -> Vec<char> {
        let Some(nearest) = self.0.first().filter(|nearest| nearest.kind == Kind::LookAlike) else {
            return vec![];
        };
        let read = |text: &str| {
            let host = Url::parse(text).ok().and_then(|url| Some(idna::domain_to_unicode(url.host_str()?).0));
            host.unwrap_or_default() + text
        };
        let mut letters: Vec<char> = look_alikes(&(read(&nearest.expected) + &read(given))).collect();
        letters.sort_unstable();
        letters.dedup();
        letters
    }

    /// What the difference from the most similar one amounts to; `None` if none is registered.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.0.first().map(|nearest| nearest.kind)
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
            Part::WhiteSpace
            | Part::InnerWhiteSpace
            | Part::TrailingSlash
            | Part::LetterCase
            | Part::LookAlike
            | Part::PercentEncoding
            | Part::DefaultPort
            | Part::InternationalHost
            | Part::Spelling => 1,
            Part::Doubled | Part::Incomplete | Part::Placeholder | Part::Wildcard => 2,
            Part::Scheme | Part::Port | Part::Query | Part::Fragment | Part::UserInfo => 4,
            Part::Path => 8,
            Part::Host => 16,
        }
    }

    fn kind(self) -> Kind {
        match self {
            Part::WhiteSpace | Part::InnerWhiteSpace => Kind::WhiteSpace,
            Part::Doubled => Kind::Doubled,
            Part::Incomplete => Kind::Incomplete,
            Part::Placeholder => Kind::Placeholder,
            Part::Wildcard => Kind::Wildcard,
            Part::TrailingSlash => Kind::TrailingSlash,
            Part::LetterCase => Kind::LetterCase,
            Part::LookAlike => Kind::LookAlike,
            Part::PercentEncoding => Kind::PercentEncoding,
            Part::DefaultPort => Kind::DefaultPort,
            Part::InternationalHost => Kind::InternationalHost,
            Part::Scheme => Kind::Scheme,
            Part::Host | Part::Port => Kind::Host,
            Part::Path => Kind::Path,
            Part::Query => Kind::Query,
            Part::Spelling | Part::UserInfo | Part::Fragment => Kind::Several,
        }
    }
}
