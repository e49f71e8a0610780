//! Addresses of a set-up whose app really runs on this machine: it can reach only a Logto on this
//! machine, so the addresses in the person's files stand for these two.

use url::Url;

use super::addresses::{Placeholder, UNKNOWN_APP, UNKNOWN_LOGTO, after_host, logto, origin_of, uris};
use super::case::Case;
use crate::placeholder::literal;

/// Which of the person's addresses stand for the two parties on this machine.
#[derive(Debug, Clone)]
pub(super) struct Relocated {
    /// The person's Logto.
    pub(super) logto: Option<Url>,
    /// The person's app.
    app: Option<Url>,
    /// Where the app is started, if that is fixed.
    started_at: Option<Url>,
    /// Hosts in place of others, in order of appearance.
    others: Vec<String>,
    /// Pairs of the twin's address (with names) and the person's own.
    back: Vec<(String, String)>,
}

impl Relocated {
    pub(super) fn of(
        case: &Case,
        connector_id: &str,
        started_at: Option<&Url>,
        assumed: &mut Vec<String>,
    ) -> Self {
        let registered = uris(case, "redirectUris");
        let sent = case.app.redirect_uri.as_deref().and_then(origin_of);
        let app = sent.or_else(|| case.app_url.as_ref().and_then(|url| origin_of(url.as_str())));
        Self {
            logto: logto(case, connector_id, assumed),
            app: app.or_else(|| registered.iter().find_map(|uri| origin_of(uri))),
            started_at: started_at.cloned(),
            others: vec![],
            back: vec![],
        }
    }

    /// A URI of the app's record, as a text of a scenario.
    pub(super) fn in_logto(&mut self, own: &str) -> String {
        let (origin, rest) = (origin_of(own), literal(after_host(own)));
        let twin = if origin.is_none() {
            literal(own)
        } else if origin == self.app && self.moves() {
            format!("[APP]{rest}")
        } else if origin == self.logto {
            format!("[LOGTO]{rest}")
        } else {
            literal(own)
        };
        self.noted(twin, own)
    }

    /// Whether the app is started elsewhere than the person's files say. An address on this machine
    /// is the very one of an app that is started at a fixed address.
    fn moves(&self) -> bool {
        self.started_at.is_none() || !self.app.as_ref().is_some_and(is_loopback)
    }

    /// A redirect URI of the OAuth app, as a text of a scenario: it differs from the twin's as the
    /// person's own differ from each other.
    pub(super) fn at_huggingface(&mut self, own: &str) -> String {
        let (Some(logto), Some(origin)) = (self.logto.clone(), origin_of(own)) else { return literal(own) };
        let rest = literal(after_host(own));
        let as_written = authority(own) == logto.authority();
        let scheme = if origin.scheme() == logto.scheme() { "http" } else { "https" };
        let twin = if origin == logto && as_written {
            format!("[LOGTO]{rest}")
        } else if is_loopback(&logto) && is_loopback(&origin) {
            literal(own)
        } else if as_written {
            format!("{scheme}://[LOGTO_HOST]{rest}")
        } else {
            // Only the name differs from that of the twin's Logto.
            format!("{scheme}://other-{}.[LOGTO_HOST]{rest}", self.other(authority(own)))
        };
        self.noted(twin, own)
    }

    fn other(&mut self, host: &str) -> usize {
        let at = self.others.iter().position(|known| known == host).unwrap_or_else(|| {
            self.others.push(host.to_owned());
            self.others.len() - 1
        });
        at + 1
    }

    fn noted(&mut self, twin: String, own: &str) -> String {
        if twin != own {
            self.back.push((twin.clone(), own.to_owned()));
        }
        twin
    }

    /// The origin of the app, for people.
    pub(super) fn shown_app(&self) -> String {
        shown(self.started_at.as_ref().or(self.app.as_ref()), UNKNOWN_APP)
    }

    /// Pairs that convert texts of the twin to the person's own, longest first. `fill` replaces
    /// names with the twin's values.
    pub(super) fn words(&self, fill: impl Fn(&str) -> String) -> Vec<(String, String)> {
        let mut words: Vec<(String, String)> =
            self.back.iter().map(|(twin, own)| (fill(twin), own.clone())).collect();
        words.push((fill("[LOGTO]"), shown(self.logto.as_ref(), UNKNOWN_LOGTO)));
        if self.started_at.is_none() {
            words.push((fill("[APP]"), self.shown_app()));
        }
        words.sort_by_key(|(twin, _)| std::cmp::Reverse(twin.len()));
        words
    }
}

/// Host and port of a URI, as written.
fn authority(uri: &str) -> &str {
    let start = uri.find("://").map_or(0, |at| at + 3);
    &uri[start..uri.len() - after_host(uri).len()]
}

fn shown(url: Option<&Url>, unknown: Placeholder) -> String {
    url.map_or_else(|| format!("https://{}", unknown.shown), |url| url.origin().ascii_serialization())
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relocated(logto: &str, app: &str, started_at: Option<&str>) -> Relocated {
        let url = |text: &str| Url::parse(text).ok();
        let case = Case { logto_endpoint: url(logto), app_url: url(app), ..Case::default() };
        Relocated::of(&case, "abc", started_at.and_then(url).as_ref(), &mut vec![])
    }

    #[test]
    fn what_addresses_differ_in_stays() {
        let mut addresses = relocated("https://auth.example.com", "https://shop.example.com", None);
        for (own, twin) in [
            ("https://auth.example.com/callback/abc", "[LOGTO]/callback/abc"),
            ("https://auth.example.com/callback/abc/", "[LOGTO]/callback/abc/"),
            ("http://auth.example.com/callback/abc", "https://[LOGTO_HOST]/callback/abc"),
            ("https://auth.example.com/callback/abc\n", "[LOGTO]/callback/abc\n"),
            ("https://shop.example.com/callback/abc", "http://other-1.[LOGTO_HOST]/callback/abc"),
            ("https://Auth.example.com/callback/abc", "http://other-2.[LOGTO_HOST]/callback/abc"),
            ("/callback/abc", "/callback/abc"),
            ("my.app://cb", "my.app://cb"),
        ] {
            assert_eq!(addresses.at_huggingface(own), twin, "{own}");
        }
    }

    #[test]
    fn an_app_with_an_address_of_its_own_stays_there() {
        let own = "http://localhost:3000/callback";
        let mut moved = relocated("http://localhost:3001", own, None);
        assert_eq!(moved.in_logto(own), "[APP]/callback");
        assert_eq!(
            moved.at_huggingface("http://localhost:9/callback/abc"),
            "http://localhost:9/callback/abc"
        );
        let mut stays = relocated("http://localhost:3001", own, Some("http://127.0.0.1:3000"));
        assert_eq!(stays.in_logto(own), own);
        let mut deployed = relocated("http://localhost:3001", "https://shop.example", Some(own));
        assert_eq!(deployed.in_logto("https://shop.example/back?a"), "[APP]/back?a");
    }

    #[test]
    fn the_way_back_takes_the_longest_first() {
        let mut addresses = relocated("https://auth.example.com", "https://shop.example.com", None);
        addresses.at_huggingface("http://auth.example.com/callback/abc");
        let words = addresses.words(|text| {
            text.replace("[LOGTO_HOST]", "localhost:1")
                .replace("[LOGTO]", "http://localhost:1")
                .replace("[APP]", "http://localhost:2")
        });
        assert_eq!(words[0].1, "http://auth.example.com/callback/abc");
        assert_eq!(words[1], ("http://localhost:1".to_owned(), "https://auth.example.com".to_owned()));
    }
}
