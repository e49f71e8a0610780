//! Saying how an unregistered `redirect_uri` differs from the registered ones.
//!
//! Which differences a provider forgives is its own rule; this module only
//! explains a refusal.

use url::Url;

/// Explains why `given` is not one of `registered`, by the part in which it
/// differs from the most similar one:
/// "redirect_uri is not registered: differs from `…` by a trailing slash".
#[must_use]
pub fn difference(registered: &[String], given: &str) -> String {
    let weight = |candidate: &&String| parts(candidate, given).iter().map(|part| part.weight()).sum::<u32>();
    match registered.iter().min_by_key(weight) {
        None => "redirect_uri is not registered: none is".to_owned(),
        Some(nearest) => format!("redirect_uri is not registered: {}", difference_from(nearest, given)),
    }
}

/// Explains how `given` differs from the one `expected` address:
/// "differs from `…` by a trailing slash".
#[must_use]
pub fn difference_from(expected: &str, given: &str) -> String {
    let names: Vec<_> = parts(expected, given).iter().map(|part| part.name()).collect();
    format!("differs from `{expected}` by {}", joined(&names))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    WhiteSpace,
    TrailingSlash,
    LetterCase,
    Spelling,
    Scheme,
    UserInfo,
    Host,
    Port,
    Path,
    Query,
    Fragment,
    Everything,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::WhiteSpace => "white space around it",
            Part::TrailingSlash => "a trailing slash",
            Part::LetterCase => "letter case",
            Part::Spelling => "spelling only (encoding or a default port)",
            Part::Scheme => "scheme",
            Part::UserInfo => "user information",
            Part::Host => "host",
            Part::Port => "port",
            Part::Path => "path",
            Part::Query => "query",
            Part::Fragment => "fragment",
            Part::Everything => "everything",
        }
    }

    /// How unlikely it is that the two addresses mean the same.
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

fn parts(registered: &str, given: &str) -> Vec<Part> {
    if registered.trim() == given.trim() {
        return vec![Part::WhiteSpace];
    }
    if registered.strip_suffix('/') == Some(given) || given.strip_suffix('/') == Some(registered) {
        return vec![Part::TrailingSlash];
    }
    if registered.to_lowercase() == given.to_lowercase() {
        return vec![Part::LetterCase];
    }
    let (Ok(left), Ok(right)) = (Url::parse(registered), Url::parse(given)) else {
        return vec![Part::Everything];
    };
    let mut parts = Vec::new();
    if left.scheme() != right.scheme() {
        parts.push(Part::Scheme);
    }
    if (left.username(), left.password()) != (right.username(), right.password()) {
        parts.push(Part::UserInfo);
    }
    if left.host_str() != right.host_str() {
        parts.push(Part::Host);
    }
    // A default port is none here: another scheme, which brings another one, is one difference and not two.
    if left.port() != right.port() {
        parts.push(Part::Port);
    }
    if left.path() != right.path() {
        parts.push(path_difference(left.path(), right.path()));
    }
    if left.query() != right.query() {
        parts.push(Part::Query);
    }
    if left.fragment() != right.fragment() {
        parts.push(Part::Fragment);
    }
    if parts.is_empty() {
        // Equal once parsed: only the spelling differs.
        parts.push(Part::Spelling);
    }
    parts
}

fn path_difference(left: &str, right: &str) -> Part {
    if left.strip_suffix('/') == Some(right) || right.strip_suffix('/') == Some(left) {
        Part::TrailingSlash
    } else if left.to_lowercase() == right.to_lowercase() {
        Part::LetterCase
    } else {
        Part::Path
    }
}

fn joined(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTERED: &str = "https://app.example/callback/hf";

    fn against_one(given: &str) -> String {
        let text = difference(&[REGISTERED.to_owned()], given);
        let start = format!("redirect_uri is not registered: differs from `{REGISTERED}` by ");
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
        ] {
            assert_eq!(against_one(given), part, "{given}");
        }
    }

    #[test]
    fn a_slash_counts_on_either_side_and_wherever_the_address_ends() {
        let by = |registered: &str, given: &str| {
            difference_from(registered, given).rsplit(" by ").next().unwrap_or_default().to_owned()
        };
        for (with, without) in [
            ("https://app.example/callback/", "https://app.example/callback"),
            ("https://app.example/?next=/", "https://app.example/?next="),
            // Without a scheme it is no address at all, and yet the slash is all that differs.
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
            difference(&registered, "http://localhost:3001/callback/abd"),
            "redirect_uri is not registered: differs from `http://localhost:3001/callback/abc` by path"
        );
    }

    /// Another host is another place, which three lesser differences together are not.
    #[test]
    fn the_most_similar_one_is_at_the_same_host() {
        let registered = ["https://other.example/callback", "https://app.example:8443/callback?tenant=a"];
        let text = difference(&registered.map(ToOwned::to_owned), "https://app.example/callback#top");
        assert_eq!(
            text,
            "redirect_uri is not registered: differs from `https://app.example:8443/callback?tenant=a` \
             by port, query and fragment"
        );
    }

    #[test]
    fn says_when_nothing_is_registered() {
        assert_eq!(difference(&[], "https://app.example/"), "redirect_uri is not registered: none is");
    }
}
