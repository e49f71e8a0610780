//! Rules about the provider's addresses in the configuration of Logto's generic connectors, compared with
//! those that the provider publishes.

use kit::{Direction, Entry, Party};
use serde_json::Value;
use url::Url;

use crate::findings::causes::Connector;
use crate::findings::endpoints::huggingface::{AUTHORIZE, TOKEN, USERINFO};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, body, path_of, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::is_verify;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::Hop;

/// Applied before the rules about the network: another address is not one out of reach.
pub(super) const EXPLAIN: &[Explain] = rules![authorization, token, userinfo, keys];
pub(super) const WATCH: &[Watch] = rules![authorization_unnoticed];

/// Path of the key set.
const JWKS: &str = "/oauth/jwks";

/// An address in the connector's configuration that is not the provider's.
struct Wrong<'s> {
    /// Its path in the configuration.
    member: &'static str,
    configured: &'s str,
    published: Url,
    cause: Connector,
}

impl<'s> Wrong<'s> {
    /// `None` if it is the provider's address, or is not there.
    fn of(seen: &'s Observed<'_>, member: &'static str, path: &str, otherwise: Connector) -> Option<Self> {
        matches!(seen.factory()?, "oauth2" | "oidc").then_some(())?;
        let config = seen.connector()?.get("config")?;
        let configured = member.split('.').try_fold(config, |value, name| value.get(name))?.as_str()?;
        let mut published = seen.record.origins.huggingface.clone();
        published.set_path(path);
        let cause = match Url::parse(configured) {
            Ok(url) if url == published => return None,
            Ok(url) if with_scheme(&url, published.scheme()).as_ref() == Some(&published) => {
                Connector::EndpointOverHttp
            }
            Ok(url) if matches!(url.scheme(), "http" | "https") => otherwise,
            _ => Connector::EndpointPlaceholder,
        };
        Some(Self { member, configured, published, cause })
    }

    /// Adds the two addresses as evidence.
    fn finding(&self, finding: Finding) -> Finding {
        finding
            .setting(format!("connector.config.{}", self.member), quoted(self.configured))
            .setting("the provider's own address", &self.published)
    }

    fn of_symptom(&self, symptom: &Symptom) -> Finding {
        let finding = Finding::new(self.cause);
        let finding = match symptom.kind {
            // How a connection fails to a server that is not the provider's depends on that server.
            SymptomKind::NoResponse(_) => finding.at(symptom.hop),
            _ => finding.symptom(symptom),
        };
        self.finding(finding)
    }

    /// What Hugging Face received at the configured address in a hop.
    fn asked(&self, seen: &'s Observed<'_>, hop: usize) -> Option<&'s Entry> {
        let url = Url::parse(self.configured).ok()?;
        seen.during(hop).find(|entry| {
            entry.party == Party::HUGGINGFACE
                && entry.direction == Direction::Received
                && path_of(&entry.request.url) == url.path()
                && url.host() == self.published.host()
        })
    }

    /// What the journal says about a hop in which Logto used the address; `None` if Hugging Face was asked
    /// at its own one, or may have been.
    fn told(&self, seen: &'s Observed<'_>, hop: usize) -> Option<String> {
        let path = self.published.path();
        if seen.provider(hop, path).next().is_some() {
            return None;
        }
        match self.asked(seen, hop) {
            Some(entry) => {
                let (method, path) = (&entry.request.method, path_of(&entry.request.url));
                Some(format!("{method} {path} was answered {}", status(entry)?))
            }
            None => seen.is_complete(hop).then(|| format!("no request came in at {path}")),
        }
    }
}

/// The URL with another scheme of the web, and the default port of that scheme.
fn with_scheme(url: &Url, scheme: &str) -> Option<Url> {
    let mut url = url.clone();
    url.set_scheme(scheme).ok()?;
    if url.port() == Some(80) {
        url.set_port(None).ok()?;
    }
    Some(url)
}

/// The hop in which Logto sent the browser to another address than that of the authorization endpoint,
/// from which it never came to that.
fn sent_elsewhere<'s>(seen: &'s Observed<'_>, until: usize) -> Option<(&'s Hop, Wrong<'s>)> {
    let wrong = Wrong::of(seen, "authorizationEndpoint", AUTHORIZE, Connector::AuthorizationEndpointWrong)?;
    let leads = |hop: &Hop| {
        let uri = hop.json().and_then(|body| Some(body.get("authorizationUri")?.as_str()?.to_owned()));
        uri.is_some_and(|uri| uri.starts_with(wrong.configured))
    };
    let sent = seen.hops().iter().rev().find(|hop| hop.number <= until && leads(hop))?;
    // Over http, the provider may have led the browser to its own address.
    let arrived = seen.authorized(until).is_some_and(|hop| hop.number > sent.number);
    (!arrived).then_some((sent, wrong))
}

fn authorization(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let there = matches!(
        symptom.kind,
        SymptomKind::NoResponse(_) | SymptomKind::ProviderPage { .. } | SymptomKind::Stuck(_)
    );
    let (sent, wrong) = sent_elsewhere(seen, symptom.hop).filter(|_| there)?;
    Some(wrong.of_symptom(symptom).hop(sent.number, "Logto sends the browser to the connector's address"))
}

/// The browser came to a page that looks as if nothing were wrong: what is not a URL leads to Logto itself.
fn authorization_unnoticed(seen: &Observed<'_>) -> Option<Finding> {
    let (sent, wrong) = sent_elsewhere(seen, seen.hops().last()?.number)?;
    let finding = Finding::new(wrong.cause).at(sent.number);
    Some(wrong.finding(finding.hop(sent.number, "Logto sends the browser to the connector's address")))
}

fn refused(seen: &Observed<'_>, symptom: &Symptom) -> Option<usize> {
    let SymptomKind::Refused(_) = symptom.kind else { return None };
    is_verify(seen.hop(symptom.hop)?).then_some(symptom.hop)
}

/// Whether Hugging Face gave tokens in a hop.
fn has_tokens(seen: &Observed<'_>, hop: usize) -> Option<()> {
    seen.provider(hop, TOKEN).any(|entry| status(entry) == Some(200)).then_some(())
}

/// Logto did not ask at the token endpoint.
fn token(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = refused(seen, symptom)?;
    // Without a code there is nothing to ask for.
    seen.authorized(hop)?;
    let wrong = Wrong::of(seen, "tokenEndpoint", TOKEN, Connector::TokenEndpointWrong)?;
    let told = wrong.told(seen, hop)?;
    let codeless = matches!(&symptom.kind, SymptomKind::Refused(refusal) if refusal.code.as_deref() == Some("connector.authorization_failed"));
    (!codeless).then(|| wrong.of_symptom(symptom).journal(Party::HUGGINGFACE, told))
}

/// Logto has tokens, and did not ask at the userinfo endpoint.
fn userinfo(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = refused(seen, symptom)?;
    has_tokens(seen, hop)?;
    (seen.factory() == Some("oauth2")).then_some(())?;
    let wrong = Wrong::of(seen, "userInfoEndpoint", USERINFO, Connector::UserinfoEndpointWrong)?;
    // It goes there only with tokens that it accepts.
    let accepted = wrong.asked(seen, hop).is_some() || !refuses_tokens(seen, hop);
    let told = wrong.told(seen, hop).filter(|_| accepted)?;
    Some(wrong.of_symptom(symptom).journal(Party::HUGGINGFACE, told))
}

/// Whether Logto complains about the token response itself.
fn refuses_tokens(seen: &Observed<'_>, hop: usize) -> bool {
    let body = seen.hop(hop).and_then(Hop::json).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    matches!(code, "connector.invalid_response" | "connector.social_auth_code_invalid")
}

/// Logto has an ID token, and did not get the keys.
fn keys(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    let hop = refused(seen, symptom)?;
    has_tokens(seen, hop)?;
    (seen.factory() == Some("oidc") && refusal.code.is_none()).then_some(())?;
    let wrong = Wrong::of(seen, "idTokenVerificationConfig.jwksUri", JWKS, Connector::JwksUriWrong)?;
    let told = wrong.told(seen, hop)?;
    let key_set = wrong.asked(seen, hop).and_then(body).is_some_and(|body| body.get("keys").is_some());
    (!key_set).then(|| wrong.of_symptom(symptom).journal(Party::HUGGINGFACE, told))
}
