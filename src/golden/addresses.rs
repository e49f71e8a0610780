//! Where the requests of a recording go: to the Logto under test, or to the provider, and nowhere else.

use url::Url;

use super::error::ReplayError;
use super::story::{Exchange, Side, Story};
use super::values::Values;
use crate::stack::HUGGINGFACE_HOST;

/// Names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The tenants of the recorded Logto, and where each is in this run.
#[derive(Debug)]
pub(super) struct Addresses(Vec<(Url, Url)>);

impl Addresses {
    /// Of this story, on a Logto whose tenants are at `logto` and `admin`.
    pub(super) fn of(story: &Story, logto: &Url, admin: &Url) -> Self {
        let recorded = |name: &str| story.values.get(name).and_then(|url| Url::parse(url).ok());
        let tenants = [(recorded("LOGTO"), logto), (recorded("ADMIN"), admin)];
        Self(tenants.into_iter().filter_map(|(recorded, here)| Some((recorded?, here.clone()))).collect())
    }

    /// Of requests that are written for the Logto of this run itself.
    pub(super) fn live(logto: &Url, admin: &Url) -> Self {
        Self([logto, admin].map(|url| (url.clone(), url.clone())).to_vec())
    }

    /// Learns under which names the recorded Logto was reached, as `Host` and in its own URLs: a Logto on
    /// this machine has several.
    pub(super) fn learn(&self, values: &mut Values) {
        for (recorded, here) in &self.0 {
            let Some(port) = recorded.port() else { continue };
            let names = if is_loopback(recorded) { &LOOPBACK[..] } else { &[] };
            let own = recorded.host_str().unwrap_or_default();
            for name in names.iter().copied().filter(|name| *name != own) {
                values.learn(&format!("{name}:{port}"), &renamed(here, name));
            }
            values.learn(&format!("{own}:{port}"), &authority(here));
        }
    }

    /// The URL to which a recorded request is sent, and its `Host`.
    ///
    /// # Errors
    /// [`ReplayError::Outside`] if it is of neither the recorded Logto nor the provider.
    pub(super) fn here(
        &self,
        exchange: &Exchange,
        values: &Values,
    ) -> Result<(String, Option<String>), ReplayError> {
        let text = &exchange.request.url;
        let outside = || ReplayError::Outside {
            exchange: exchange.n,
            url: text.clone(),
            logto: self.0.iter().map(|(recorded, _)| recorded.origin().ascii_serialization()).collect(),
        };
        let url = Url::parse(text).map_err(|_| outside())?;
        let host = exchange.request.header("host").map(|host| values.here(host));
        match exchange.to {
            Side::HuggingFace if url.scheme() == "https" && url.host_str() == Some(HUGGINGFACE_HOST) => {
                Ok((values.here(text), host))
            }
            Side::Logto => {
                let (_, here) = self.0.iter().find(|(known, _)| is_same(known, &url)).ok_or_else(outside)?;
                let authority = text.find("://").map_or(0, |at| at + 3);
                let rest = text[authority..].find(['/', '?', '#']).map_or("", |at| &text[authority + at..]);
                let origin = here.origin().ascii_serialization();
                let named = values.here(&text[authority..text.len() - rest.len()]);
                Ok((format!("{origin}{}", values.here(rest)), host.or(Some(named))))
            }
            _ => Err(outside()),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| LOOPBACK.contains(&host))
}

fn is_same(known: &Url, asked: &Url) -> bool {
    known.scheme() == asked.scheme()
        && known.port_or_known_default() == asked.port_or_known_default()
        && (known.host_str() == asked.host_str() || is_loopback(known) && is_loopback(asked))
}

/// Host and port.
fn authority(url: &Url) -> String {
    url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
}

/// The same under another name of this machine, if it is on this machine.
fn renamed(url: &Url, name: &str) -> String {
    match url.port() {
        Some(port) if is_loopback(url) => format!("{name}:{port}"),
        _ => authority(url),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a recorded request is sent to when the recorded Logto was at port 4001 and is at 5005 now.
    fn sent(to: &str, url: &str, host: Option<&str>) -> Result<(String, Option<String>), String> {
        let headers: Vec<(&str, &str)> = host.into_iter().map(|host| ("Host", host)).collect();
        let story = json!({
            "name": "a/b", "description": "", "logto_version": "1.42.0",
            "values": { "LOGTO": "http://localhost:4001", "ADMIN": "http://localhost:4002" },
            "exchanges": [{
                "n": 7, "from": "browser", "to": to, "response": {},
                "request": { "method": "GET", "url": url, "headers": headers },
            }],
        });
        let story: Story = serde_json::from_value(story).unwrap();
        let url = |text: &str| Url::parse(text).unwrap();
        let addresses = Addresses::of(&story, &url("http://localhost:5005"), &url("http://localhost:5006"));
        let mut values = Values::default();
        addresses.learn(&mut values);
        addresses.here(&story.exchanges[0], &values).map_err(|error| error.to_string())
    }

    #[test]
    fn every_name_of_the_recorded_logto_leads_to_the_one_under_test() {
        let at = |url: &str, host: &str| Ok((url.to_owned(), Some(host.to_owned())));
        let own = "http://localhost:4001/oidc/auth?iss=http%3A%2F%2Flocalhost%3A4001";
        let here = "http://localhost:5005/oidc/auth?iss=http%3A%2F%2Flocalhost%3A5005";
        assert_eq!(sent("logto", own, Some("localhost:4001")), at(here, "localhost:5005"));
        assert_eq!(
            sent("logto", "http://127.0.0.1:4001/x", Some("127.0.0.1:4001")),
            at("http://localhost:5005/x", "127.0.0.1:5005")
        );
        assert_eq!(
            sent("logto", "http://127.0.0.1:4001/x", None),
            at("http://localhost:5005/x", "127.0.0.1:5005")
        );
        assert_eq!(
            sent("logto", "http://localhost:4002/x", Some("auth.example")),
            at("http://localhost:5006/x", "auth.example")
        );
        let provider = "https://huggingface.co/oauth/authorize";
        assert_eq!(sent("huggingface", provider, Some("huggingface.co")), at(provider, "huggingface.co"));
    }

    #[test]
    fn other_addresses_are_refused() {
        for (to, url) in [
            ("logto", "http://127.0.0.1:4003/"),
            ("logto", "https://localhost:4001/"),
            ("logto", "http://logto.example:4001/"),
            ("logto", "https://huggingface.co/"),
            ("huggingface", "http://localhost:4001/"),
            ("app", "http://localhost:9000/callback"),
        ] {
            let error = sent(to, url, None).unwrap_err();
            assert!(error.starts_with(&format!("exchange 7: {url} is neither")), "{error}");
        }
    }
}
