//! Sites, as defined for `SameSite` cookies.

use url::{Host, Url};

/// A site: scheme and registrable domain (RFC 6265bis §5.2, schemeful).
///
/// Without a public suffix list, the registrable domain is assumed to be the last two labels; a
/// single label (`localhost`) and an IP address are sites of their own. Ports do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    scheme: String,
    domain: String,
}

impl Site {
    /// The site of a URL.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let domain = match url.host() {
            Some(Host::Domain(name)) => {
                let labels: Vec<&str> = name.split('.').collect();
                labels[labels.len().saturating_sub(2)..].join(".")
            }
            Some(ip) => ip.to_string(),
            None => String::new(),
        };
        Self { scheme: url.scheme().to_owned(), domain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        Site::of(&a.parse().unwrap()) == Site::of(&b.parse().unwrap())
    }

    #[test]
    fn ports_do_not_count_but_hosts_and_schemes_do() {
        assert!(same("http://localhost:3000/", "http://localhost:3001/x"));
        assert!(same("https://hub-ci.huggingface.co/", "https://huggingface.co/"));
        assert!(!same("http://localhost/", "http://127.0.0.1/"));
        assert!(!same("http://localhost/", "https://localhost/"));
        assert!(!same("https://localhost/", "https://huggingface.co/"));
    }
}
