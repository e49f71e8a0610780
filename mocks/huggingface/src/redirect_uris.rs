//! The site's rule for redirect URIs.

/// Whether an app with these registered addresses may use `given`: an exact match, except that
/// `http` loopback addresses may use any port (documented under "Redirect URIs" of the OAuth page;
/// RFC 8252 §7.3). The loopback hosts are not interchangeable.
pub(crate) fn is_registered(registered: &[String], given: &str) -> bool {
    registered.iter().any(|own| own == given || same_but_for_port(own, given))
}

fn same_but_for_port(registered: &str, given: &str) -> bool {
    match (loopback_without_port(registered), loopback_without_port(given)) {
        (Some(registered), Some(given)) => registered == given,
        _ => false,
    }
}

/// User information, host, and the part after the port of an `http` loopback address.
fn loopback_without_port(uri: &str) -> Option<(&str, &str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let at = authority.rfind('@').map_or(0, |at| at + 1);
    let (user, host_and_port) = authority.split_at(at);
    let host = ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .find(|host| is_host_with_optional_port(host_and_port, host))?;
    Some((user, host, tail))
}

fn is_host_with_optional_port(host_and_port: &str, host: &str) -> bool {
    match host_and_port.strip_prefix(host) {
        Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(registered: &str, given: &str) -> bool {
        is_registered(&[registered.to_owned()], given)
    }

    #[test]
    fn accepts_exact_matches_of_any_scheme() {
        for uri in [
            "https://app.example/callback?a=b",
            "com.example.app://oauth2callback",
            "http://reachy-mini.local:8000/cb",
        ] {
            assert!(accepts(uri, uri), "{uri}");
        }
    }

    #[test]
    fn accepts_any_port_on_http_loopback() {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let registered = format!("http://{host}:3000/cb?a=b");
            assert!(accepts(&registered, &format!("http://{host}:61234/cb?a=b")));
            assert!(accepts(&registered, &format!("http://{host}/cb?a=b")));
        }
    }

    #[test]
    fn loosens_nothing_else() {
        for (registered, given) in [
            ("http://localhost:3000/cb", "http://127.0.0.1:3000/cb"),
            ("http://localhost:3000/cb", "http://[::1]:3000/cb"),
            ("http://localhost:3000/cb", "http://localhost:3000/cb/"),
            ("http://localhost:3000/cb", "http://localhost:3001/cb?a=b"),
            ("http://localhost:3000/cb", "http://me@localhost:3001/cb"),
            ("http://localhost:3000/cb", "http://localhost.evil.example:3000/cb"),
            ("http://localhost:3000/cb", "http://localhost:99999/cb"),
            ("http://localhost:3000/cb", "http://localhost:80@evil.example/cb"),
            ("https://localhost:3000/cb", "https://localhost:3001/cb"),
            ("http://app.local:3000/cb", "http://app.local:3001/cb"),
            ("https://app.example/cb", "https://app.example/cb2"),
            ("myapp://localhost:1/cb", "myapp://localhost:2/cb"),
        ] {
            assert!(!accepts(registered, given), "{registered} / {given}");
        }
    }
}
