//! Which redirect URIs may be registered, and which addresses match a registered one (contract
//! §1.3, §14 "Redirect URIs").

use oauth::redirect_uri::{host_is_like, is_like};
use url::Url;

use crate::version::{Fact, Version};

/// Hosts at which a native application may listen on any port (RFC 8252 §7.3).
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether an address is registered, by wildcard or as a parsed URL.
pub(crate) fn matches(version: Version, registered: &[String], given: &str) -> bool {
    let Ok(parsed) = Url::parse(given) else { return false };
    if given.contains('*') {
        // A pattern is not an address.
        return !version.has(Fact::PatternNotAnAddress) && registered.iter().any(|known| known == given);
    }
    let pattern = |known| Pattern::parse(known).filter(|_| version.has(Fact::RedirectUriPatterns));
    registered.iter().any(|known| match pattern(known) {
        Some(pattern) => pattern.matches(&parsed),
        None => Url::parse(known).is_ok_and(|known| known == parsed),
    })
}

/// Whether it is a registered loopback address, ignoring the port.
pub(crate) fn matches_but_port(registered: &[String], given: &str) -> bool {
    let without_port = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_port(None).ok()?;
        Some(url)
    };
    let Some(given) = without_port(given).filter(|_| !given.contains('*')) else { return false };
    let loopback = given.host_str().is_some_and(|host| LOOPBACK.contains(&host));
    given.scheme() == "http"
        && loopback
        && registered.iter().any(|known| without_port(known).as_ref() == Some(&given))
}

/// Whether the origin belongs to a registered address.
pub(crate) fn is_of_origin(registered: &[String], origin: &str) -> bool {
    let parsed = Url::parse(origin).ok();
    registered.iter().any(|known| match Pattern::parse(known) {
        Some(pattern) => parsed.as_ref().is_some_and(|origin| pattern.is_of_origin(origin)),
        None => Url::parse(known).is_ok_and(|url| url.origin().ascii_serialization() == origin),
    })
}

/// Whether the Management API accepts it: web addresses, patterns of web addresses, and private
/// schemes (RFC 8252 §7.1).
pub(crate) fn may_be_registered(text: &str) -> bool {
    let of_the_web = |scheme: &str| matches!(scheme, "http" | "https");
    let private = Url::parse(text).is_ok_and(|url| is_private_scheme(url.scheme()));
    if text.contains('*') && !private {
        return Pattern::parse(text).is_some_and(|pattern| of_the_web(pattern.parsed.scheme()))
            && !has_dot_segments(text);
    }
    private || Url::parse(text).is_ok_and(|url| of_the_web(url.scheme())) && !has_dot_segments(text)
}

/// Letters, digits, `-`, `_`, in parts separated by dots.
fn is_private_scheme(scheme: &str) -> bool {
    if matches!(scheme, "http" | "https") {
        return false;
    }
    let part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    scheme.split('.').all(part)
}

fn has_dot_segments(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .skip(1)
        .any(|segment| matches!(segment.to_ascii_lowercase().as_str(), "." | ".." | "%2e" | "%2e%2e"))
}

/// A redirect URI with `*` in host or path.
struct Pattern<'a> {
    /// With a word in place of each `*`, to parse everything except host and path.
    parsed: Url,
    host: &'a str,
    path: &'a str,
}

impl<'a> Pattern<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").filter(|_| text.contains('*'))?;
        let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (path, query) = after.split_at(after.find(['?', '#']).unwrap_or(after.len()));
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        let elsewhere = [scheme, port, query].iter().any(|part| part.contains('*'));
        let odd = authority.is_empty() || authority.contains('@') || authority.starts_with('[');
        if elsewhere || odd || (host.contains('*') && !host.contains('.')) {
            return None;
        }
        let parsed = Url::parse(&text.replace('*', "wildcard")).ok()?;
        Some(Self { parsed, host, path: if path.is_empty() { "/" } else { path } })
    }

    fn matches(&self, url: &Url) -> bool {
        self.is_of_origin(url)
            && is_like(self.path, url.path(), |_| true, 0)
            && url.query() == self.parsed.query()
            && url.fragment() == self.parsed.fragment()
    }

    /// Compares scheme, host and port.
    fn is_of_origin(&self, url: &Url) -> bool {
        url.scheme() == self.parsed.scheme()
            && url.port_or_known_default() == self.parsed.port_or_known_default()
            && host_is_like(self.host, url.host_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, address: &str) -> bool {
        matches(Version::default(), &[pattern.to_owned()], address)
    }

    #[test]
    fn a_wildcard_matches_one_label_or_any_part_of_a_path() {
        assert!(fits("https://*.a.example/cb", "https://x.a.example/cb"));
        assert!(!fits("https://*.a.example/cb", "https://x.y.a.example/cb"));
        assert!(fits("https://x*y*z.a.example", "https://x1yy2z.a.example/"));
        assert!(!fits("https://x*y*z.a.example", "https://xyyz.a.example/"));
        assert!(fits("https://a.example/c*b/*d", "https://a.example/cb/b/x/d"));
        assert!(!fits("https://a.example/c*b/*d", "https://a.example/cb/e"));
        assert!(!fits("https://*.example/cb", "https://a.example/cb"));
    }

    #[test]
    fn the_port_of_a_loopback_address_is_ignored() {
        let registered = ["http://127.0.0.1:3000/cb".to_owned()];
        assert!(matches_but_port(&registered, "http://127.0.0.1:49152/cb"));
        assert!(!matches_but_port(&registered, "http://localhost:3000/cb"));
        assert!(!matches_but_port(&registered, "https://127.0.0.1:3000/cb"));
    }

    #[test]
    fn private_schemes_may_be_registered_and_dots_in_paths_may_not() {
        assert!(may_be_registered("io.app-x.demo://callback"));
        assert!(!may_be_registered("io+app://callback"));
        assert!(!may_be_registered("https://a.example/b/%2E%2e/c"));
        assert!(!may_be_registered("https://*.a.example/./c"));
    }
}
