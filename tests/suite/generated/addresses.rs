//! The ways in which one address differs from another.

use url::Url;

use super::draw::Draw;

/// A part in which a registered redirect URI differs from the one that is sent.
pub(super) struct Difference {
    pub(super) name: &'static str,
    /// The end of the finding's name, after `redirect-uri-`.
    pub(super) ends: &'static str,
    /// The other address, if this one can differ so.
    pub(super) change: fn(&str, &Draw) -> Option<String>,
    /// Whether Logto tells them apart: it compares parsed addresses, Hugging Face the texts.
    pub(super) at_logto: bool,
    /// Whether Logto stores such an address; otherwise only an app can send it.
    pub(super) stored: bool,
}

const fn both(
    name: &'static str,
    ends: &'static str,
    change: fn(&str, &Draw) -> Option<String>,
) -> Difference {
    Difference { name, ends, change, at_logto: true, stored: true }
}

pub(super) const DIFFERENCES: &[Difference] = &[
    both("a slash at the end", "trailing-slash", |uri, _| {
        let parsed = parsed(uri)?;
        (parsed.query().is_none() && !parsed.path().ends_with('/')).then(|| format!("{uri}/"))
    }),
    both("http and https", "other-scheme", |uri, _| {
        parsed(uri)?;
        Some(match uri.strip_prefix("https:") {
            Some(rest) => format!("http:{rest}"),
            None => format!("https:{}", uri.strip_prefix("http:")?),
        })
    }),
    both("another host", "other-host", |uri, draw| {
        let host = host(uri)?;
        let other = match host.as_str() {
            "localhost" => "127.0.0.1".to_owned(),
            "127.0.0.1" | "[::1]" => "localhost".to_owned(),
            _ if host.starts_with("192.") || draw.chance(50) => "staging.example".to_owned(),
            _ => format!("staging-{host}"),
        };
        Some(uri.replacen(&host, &other, 1))
    }),
    both("another port", "other-host", |uri, _| {
        let parsed = parsed(uri)?;
        if is_loopback(&host(uri)?) {
            return None;
        }
        let mut other = parsed.clone();
        other.set_port(Some(9443)).ok()?;
        Some(with_origin(uri, &other))
    }),
    both("capitals in the path", "letter-case", |uri, _| {
        let (origin, path) = split(uri)?;
        let other: String =
            path.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c }).collect();
        (other != path && !path.contains(['%', '?'])).then(|| format!("{origin}{other}"))
    }),
    both("another path", "other-path", |uri, draw| {
        let (origin, path) = split(uri)?;
        let before = draw.one(&["/logto", "/v2", "/app"]);
        (!path.contains('?'))
            .then(|| format!("{origin}{before}{}", if path.is_empty() { "/" } else { &path }))
    }),
    both("a query", "other-query", |uri, draw| {
        let parsed = parsed(uri)?;
        let more = draw.one(&["lang=en", "next=home", "utm_source=mail"]);
        let (origin, path) = split(uri)?;
        let path = if path.is_empty() { "/".to_owned() } else { path };
        parsed.query().is_none().then(|| format!("{origin}{path}?{more}"))
    }),
    both("a letter percent-encoded", "percent-encoded", |uri, _| {
        let at = last_word(uri)?;
        let letter = uri.as_bytes()[at];
        Some(format!("{}%{letter:02X}{}", &uri[..at], &uri[at + 1..]))
    }),
    both("twice", "doubled", |uri, _| {
        let (origin, path) = split(uri)?;
        (!path.is_empty() && !path.contains('?')).then(|| format!("{origin}/{uri}"))
    }),
    both("a letter of another alphabet", "look-alike", |uri, _| {
        let host = host(uri)?;
        if is_loopback(&host) {
            return None;
        }
        let label = host.split('.').next()?;
        let (latin, other) = [('a', 'а'), ('e', 'е'), ('o', 'о'), ('i', 'і'), ('p', 'р')]
            .into_iter()
            .find(|(latin, _)| label.contains(*latin))?;
        let changed = label.replacen(latin, &other.to_string(), 1);
        (label.is_ascii() && !label.starts_with("xn--")).then(|| uri.replacen(label, &changed, 1))
    }),
    Difference {
        name: "an invisible character at the end",
        ends: "has-whitespace",
        change: |uri, draw| {
            let (_, path) = split(uri)?;
            let invisible = draw.one(&['\u{200b}', '\u{feff}', '\u{2060}']);
            (path.len() > 1 && !path.contains('?')).then(|| format!("{uri}{invisible}"))
        },
        at_logto: true,
        stored: false,
    },
    Difference {
        name: "a space inside",
        ends: "has-whitespace",
        change: |uri, _| {
            let at = last_word(uri)? + 3;
            Some(format!("{} {}", &uri[..at], &uri[at..]))
        },
        at_logto: true,
        stored: false,
    },
    Difference {
        name: "white space around",
        ends: "has-whitespace",
        change: |uri, draw| {
            Some(match draw.below(4) {
                0 => format!(" {uri}"),
                1 => format!("{uri} "),
                2 => format!("{uri}\u{a0}"),
                _ => format!("{uri}\n"),
            })
        },
        // The parser of addresses removes it.
        at_logto: false,
        stored: false,
    },
    Difference {
        name: "without a scheme",
        ends: "incomplete",
        change: |uri, draw| {
            let (_, path) = split(uri)?;
            let rest = uri.split_once("://")?.1;
            Some(if path.len() > 1 && draw.chance(50) { path } else { rest.to_owned() })
        },
        at_logto: true,
        stored: false,
    },
    Difference {
        name: "a placeholder",
        ends: "placeholder",
        change: |uri, draw| {
            let (_, path) = split(uri)?;
            let origin =
                draw.one(&["https://<your-domain>", "https://[your-domain]", "${BASE_URL}", "{{ origin }}"]);
            Some(format!("{origin}{path}"))
        },
        at_logto: true,
        stored: false,
    },
];

/// The whole host is a name of this machine, whose port does not always count.
pub(super) fn is_loopback(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

pub(super) fn parsed(uri: &str) -> Option<Url> {
    Url::parse(uri).ok().filter(|url| ["http", "https"].contains(&url.scheme()))
}

/// As it is written.
pub(super) fn host(uri: &str) -> Option<String> {
    parsed(uri)?;
    let authority = uri.split_once("://")?.1.split(['/', '?']).next()?;
    let end = if authority.ends_with(']') {
        authority.len()
    } else {
        authority.rfind(':').unwrap_or(authority.len())
    };
    Some(authority[..end].to_owned())
}

/// Origin, and the rest, as they are written.
pub(super) fn split(uri: &str) -> Option<(String, String)> {
    parsed(uri)?;
    let start = uri.find("://")? + 3;
    let end = uri[start..].find(['/', '?']).map_or(uri.len(), |at| start + at);
    Some((uri[..end].to_owned(), uri[end..].to_owned()))
}

/// Where the last word of the path begins, if it has one of some length.
fn last_word(uri: &str) -> Option<usize> {
    let (origin, path) = split(uri)?;
    let path = path.split('?').next()?;
    let start = path.rfind('/')? + 1;
    let word = &path[start..];
    (word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'))
        .then_some(origin.len() + start)
}

fn with_origin(uri: &str, other: &Url) -> String {
    let (_, path) = split(uri).unwrap();
    format!("{}{path}", other.origin().ascii_serialization())
}
