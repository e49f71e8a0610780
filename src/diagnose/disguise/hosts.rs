//! Stand-ins for hosts, which differ from each other as the real ones do: by letter case, by the
//! script, or as a host below another.

use std::collections::BTreeMap;

use url::{Host, Url};

/// Labels that say nothing about an organization.
const COMMON: [&str; 10] = ["www", "auth", "login", "api", "app", "id", "sso", "dev", "staging", "preview"];

/// Stand-ins, by what browsers take as the same host.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    /// Registrable domains and IP addresses.
    domains: BTreeMap<String, usize>,
    /// Labels before them.
    labels: BTreeMap<String, usize>,
}

impl Hosts {
    /// The host in another name; each call with the same host gives the same name.
    pub(super) fn of(&mut self, host: &str) -> String {
        let plain = Url::parse(&format!("https://{host}")).ok();
        let (name, is_name) = match plain.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => (name.to_owned(), true),
            Some(ip) => (ip.to_string(), false),
            None => (host.to_lowercase(), true),
        };
        let labels: Vec<&str> = if is_name { name.split('.').collect() } else { vec![&name] };
        // As the walker tells sites apart.
        let (below, domain) = labels.split_at(labels.len().saturating_sub(2));
        let domain = domain.join(".");
        let initial = if name.contains("xn--") { "hö" } else { "ho" };
        let stand_in = format!("{initial}st-{}.example", numbered(&mut self.domains, &domain));
        let below: Vec<String> = below.iter().map(|label| self.label(label)).collect();
        let all = below.into_iter().chain([stand_in]).collect::<Vec<String>>().join(".");
        if !host.is_ascii() || !name.contains("xn--") {
            let has_capitals = host.chars().any(char::is_uppercase);
            return if has_capitals { all.to_uppercase() } else { all };
        }
        // As the real one, in the letters of the domain name system.
        let url = Url::parse(&format!("https://{all}")).ok();
        url.and_then(|url| url.host_str().map(ToOwned::to_owned)).unwrap_or(all)
    }

    fn label(&mut self, label: &str) -> String {
        if COMMON.contains(&label) {
            return label.to_owned();
        }
        format!("part-{}", numbered(&mut self.labels, label))
    }
}

fn numbered(known: &mut BTreeMap<String, usize>, text: &str) -> usize {
    let next = known.len() + 1;
    *known.entry(text.to_owned()).or_insert(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_differ_as_hosts_do() {
        let mut hosts = Hosts::default();
        for (host, stand_in) in [
            ("acme.io", "host-1.example"),
            ("auth.acme.io", "auth.host-1.example"),
            ("Auth.Acme.io", "AUTH.HOST-1.EXAMPLE"),
            ("shop.acme.io", "part-1.host-1.example"),
            ("eu.shop.acme.io", "part-2.part-1.host-1.example"),
            ("other.org", "host-2.example"),
            ("bücher.de", "höst-3.example"),
            ("xn--bcher-kva.de", "xn--hst-3-jua.example"),
            ("10.0.0.7", "host-4.example"),
            ("[2001:db8::7]", "host-5.example"),
        ] {
            assert_eq!(hosts.of(host), stand_in, "{host}");
        }
    }
}
