//! Maps the addresses of a person's set-up to those of its twin, and back.
//!
//! The twin's app and Logto are at ports of this machine. Addresses that point at the real ones
//! become `[APP]…` and `[LOGTO]…`; their differences (slash, scheme, path) are preserved. Others
//! get an unused host, so that a rule about loopback addresses cannot mistake them for the twin's.

use url::Url;

use crate::placeholder::literal;

/// The name of hosts that replace real ones: `other-1.example`.
const OTHER: &str = "other";

/// Which real addresses stand for which party.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    logto: Option<Url>,
    app: Option<Url>,
    /// Real hosts, in order of appearance.
    others: Vec<String>,
    /// Pairs of the twin's address (with names) and the person's own.
    back: Vec<(String, String)>,
}

/// The list in which an address appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// The OAuth app at Hugging Face, where Logto's callback belongs.
    AtHuggingFace,
    /// The app's record in Logto, where the app's callback belongs.
    InLogto,
}

impl Addresses {
    pub(super) fn new(logto: Option<Url>, app: Option<Url>) -> Self {
        Self { logto, app, others: vec![], back: vec![] }
    }

    pub(super) fn logto(&self) -> Option<&Url> {
        self.logto.as_ref()
    }

    pub(super) fn app(&self) -> Option<&Url> {
        self.app.as_ref()
    }

    /// An address from a list, converted for the twin, as a text of a scenario.
    pub(super) fn for_twin(&mut self, own: &str, listed: Listed) -> String {
        let twin = self.translated(own, listed);
        if twin != own {
            self.back.push((twin.clone(), own.to_owned()));
        }
        twin
    }

    fn translated(&mut self, own: &str, listed: Listed) -> String {
        let Some((scheme, host, rest)) = split(own) else { return literal(own) };
        let rest = literal(rest);
        let parties = match listed {
            Listed::AtHuggingFace => [(&self.logto, "LOGTO"), (&self.app, "APP")],
            Listed::InLogto => [(&self.app, "APP"), (&self.logto, "LOGTO")],
        };
        for (at, (party, name)) in parties.into_iter().enumerate() {
            let Some(party) = party else { continue };
            let (their_scheme, their_host) = (party.scheme(), authority(party));
            if host == their_host && scheme == their_scheme {
                // At another party's host, the path that belongs here would be accepted: the twin's
                // hosts differ only in their ports, which do not count on loopback.
                if at == 0 || is_loopback(party) || !rest.starts_with("/callback/") {
                    return format!("[{name}]{rest}");
                }
            } else if host == their_host
                && matches!((scheme, their_scheme), ("http", "https") | ("https", "http"))
            {
                // The twin uses plain http.
                return format!("https://[{name}_HOST]{rest}");
            }
        }
        let belongs = match listed {
            Listed::AtHuggingFace => &self.logto,
            Listed::InLogto => &self.app,
        };
        // If the real one is on loopback, the rules for loopback apply unchanged.
        let keeps = belongs.as_ref().is_some_and(is_loopback) && loopback(host);
        if keeps || !matches!(scheme, "http" | "https") {
            return format!("{scheme}://{}{rest}", literal(host));
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => {
                (name, format!(":{port}"))
            }
            _ => (host, String::new()),
        };
        let number = match self.others.iter().position(|known| known == name) {
            Some(at) => at + 1,
            None => {
                self.others.push(name.to_owned());
                self.others.len()
            }
        };
        format!("{scheme}://{OTHER}-{number}.example{port}{rest}")
    }

    /// Pairs that convert texts of the twin to the person's own, longest first. `fill` replaces
    /// names with the twin's values.
    pub(super) fn words(&self, fill: impl Fn(&str) -> String) -> Vec<(String, String)> {
        let mut words: Vec<(String, String)> =
            self.back.iter().map(|(twin, own)| (fill(twin), own.clone())).collect();
        let origin = |url: &Option<Url>, unknown: &str| {
            url.as_ref().map_or_else(|| unknown.to_owned(), |url| url.origin().ascii_serialization())
        };
        words.push((fill("[LOGTO]"), origin(&self.logto, UNKNOWN_LOGTO)));
        words.push((fill("[APP]"), origin(&self.app, UNKNOWN_APP)));
        words.sort_by_key(|(twin, _)| std::cmp::Reverse(twin.len()));
        words
    }
}

/// Stands for a Logto whose address is not known.
pub(super) const UNKNOWN_LOGTO: &str = "https://<your-logto>";
/// Stands for an app whose address is not known.
pub(super) const UNKNOWN_APP: &str = "https://<your-app>";

/// Splits an address into scheme, host with port, and the rest, as written.
fn split(address: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(good) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or_else(|| {
        // Pasted white space is not part of the host.
        rest.trim_end().len()
    });
    let (host, rest) = rest.split_at(end);
    (!host.is_empty()).then_some((scheme, host, rest))
}

/// Host and port as written in an address.
fn authority(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

fn loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "[")
}

pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        let url = |text: &str| Some(Url::parse(text).expect("an address"));
        Addresses::new(url("https://auth.example.com"), url("https://shop.example.com"))
    }

    #[test]
    fn what_addresses_differ_in_stays() {
        let mut addresses = addresses();
        for (own, twin) in [
            ("https://auth.example.com/callback/abc", "[LOGTO]/callback/abc"),
            ("https://auth.example.com/callback/abc/", "[LOGTO]/callback/abc/"),
            ("http://auth.example.com/callback/abc", "https://[LOGTO_HOST]/callback/abc"),
            ("https://auth.example.com/callback/abc\n", "[LOGTO]/callback/abc\n"),
            ("https://shop.example.com/callback", "[APP]/callback"),
            // The twin's ports do not count on loopback, so a separate host is needed.
            ("https://shop.example.com/callback/abc", "https://other-1.example/callback/abc"),
            ("https://auth.example.com:8443/callback/abc", "https://other-2.example:8443/callback/abc"),
            ("http://localhost:3001/callback/abc", "http://other-3.example:3001/callback/abc"),
            ("http://localhost:3002/callback/abc", "http://other-3.example:3002/callback/abc"),
            ("/callback/abc", "/callback/abc"),
            ("my.app://cb", "my.app://cb"),
        ] {
            assert_eq!(addresses.for_twin(own, Listed::AtHuggingFace), twin, "{own}");
        }
    }

    #[test]
    fn a_real_loopback_keeps_loopback_addresses() {
        let mut addresses = Addresses::new(Url::parse("http://localhost:3001").ok(), None);
        let kept = addresses.for_twin("http://localhost:9999/callback/abc", Listed::AtHuggingFace);
        assert_eq!(kept, "http://localhost:9999/callback/abc");
        let own = addresses.for_twin("http://localhost:3001/callback/abc", Listed::AtHuggingFace);
        assert_eq!(own, "[LOGTO]/callback/abc");
    }

    #[test]
    fn the_way_back_takes_the_longest_first() {
        let mut addresses = addresses();
        addresses.for_twin("http://auth.example.com/callback/abc", Listed::AtHuggingFace);
        let words = addresses.words(|text| {
            text.replace("[LOGTO_HOST]", "localhost:1")
                .replace("[LOGTO]", "http://localhost:1")
                .replace("[APP]", "http://localhost:2")
        });
        assert_eq!(words[0].1, "http://auth.example.com/callback/abc");
        assert_eq!(words[1], ("http://localhost:1".to_owned(), "https://auth.example.com".to_owned()));
    }
}
