//! Rules about what stands between the parties.

use kit::{Direction, Entry, Note, Outcome, Party};
use serde_json::Value;
use url::Url;

use super::discovered::{Discovered, discovered};
use crate::findings::causes::{App, Network};
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{because, led_by_app, page_shown, sent_by_app, shown_text};
use crate::findings::shown::{quoted, without_secrets};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::findings::text::Place;
use crate::findings::unknown::{QUOTED, secrets};
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![
    header_limits,
    proxy_hides_address,
    app_cannot_reach_logto,
    app_got_no_connection,
    logto_cannot_reach_huggingface,
    proxy_strips_port,
    endpoint_internal,
];
/// Applied last: it says no more than the symptom.
pub(super) const EXPLAIN_LAST: &[Explain] = rules![no_answer];
pub(super) const WATCH: &[Watch] = rules![app_went_without_logto];

/// Paths at Hugging Face that connectors request.
const PROVIDER: [&str; 3] = ["/oauth/token", "/oauth/userinfo", "/oauth/jwks"];

/// Nothing answers at an address, whose party is where to look; it may be one that the app made up.
fn no_answer(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    let finding = Finding::new(Network::NoAnswer).symptom(symptom);
    let hop = seen.hop(symptom.hop)?;
    let address = hop.request.url.origin().ascii_serialization();
    let (place, says) = match seen.party(&hop.request.url) {
        Some(Party::LOGTO) => return Some(finding),
        Some(Party::APP) => (Place::AppDeployment, "the app's".to_owned()),
        Some(party) => (Place::Unknown, format!("that of {party}")),
        None if sent_by_app(seen, hop).is_some() => {
            let logto = seen.record.origins.logto.origin().ascii_serialization();
            (Place::AppConfiguration, format!("where the app sends the browser; Logto is at {logto}"))
        }
        None => (Place::Unknown, "not that of any party".to_owned()),
    };
    Some(finding.hop(symptom.hop, format!("{address} is {says}")).placed(Some(place)))
}

/// A proxy answered instead of the server behind it, and recorded why.
fn header_limits(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let proxy = || seen.during(symptom.hop).filter(|entry| entry.party == Party::PROXY);
    let noted = |code| because(proxy().flat_map(|entry| &entry.notes), code);
    let (cause, note) = match noted("proxy/request-header-limit") {
        Some(note) => (Network::ProxyRequestHeaderLimit, note),
        None => (Network::ProxyResponseHeaderLimit, noted("proxy/response-header-limit")?),
    };
    let hop = seen.hop(symptom.hop)?;
    let largest = hop.request.cookies.iter().max_by_key(|(_, value)| value.len());
    let finding = Finding::new(cause).hop(symptom.hop, symptom.to_string()).journal(Party::PROXY, note);
    Some(match (cause, largest) {
        (Network::ProxyRequestHeaderLimit, Some((name, value))) => {
            finding.hop(symptom.hop, format!("the cookie `{name}` alone has {} bytes", value.len()))
        }
        _ => finding,
    })
}

/// The app refused its callback, and saw another URL than the browser.
fn proxy_hides_address(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    // The app did not even send a request to Logto.
    if seen.app_sent(symptom.hop).next().is_some() || !seen.is_complete(symptom.hop) {
        return None;
    }
    let url = &hop.request.url;
    crate::findings::success::is_code_callback(hop).then_some(())?;
    let received = seen.during(symptom.hop).find(|entry| {
        entry.party == Party::APP
            && entry.direction == Direction::Received
            && Url::parse(&entry.request.url).is_ok_and(|asked| asked.path() == url.path())
    })?;
    let host = received.request.header("host").unwrap_or_default();
    let scheme = received.request.header("x-forwarded-proto").unwrap_or("http");
    let same = host == url.authority() && scheme == url.scheme();
    (!same).then(|| {
        Finding::new(Network::ProxyHidesAddress)
            .hop(symptom.hop, format!("the browser asked {}", hop.without_query()))
            .journal(Party::APP, format!("what arrived says {scheme}://{host}"))
            .symptom(symptom)
    })
}

fn without_answer<'s>(seen: &'s Observed<'_>, hop: usize) -> Option<(&'s Entry, &'s Note)> {
    // What Logto received did reach it.
    (!seen.record.back_channel.is_received()).then_some(())?;
    let last = seen.app_sent(hop).last().filter(|_| seen.is_complete(hop))?;
    let to_logto = Url::parse(&last.request.url).is_ok_and(|url| url.path().starts_with("/oidc/"));
    match &last.outcome {
        Outcome::Fault(fault) if to_logto => Some((last, fault)),
        _ => None,
    }
}

/// What programs say of a connection that did not come about, in lower case.
const NO_CONNECTION: [&str; 13] = [
    "econnrefused",
    "connection refused",
    "connect call failed",
    "actively refused",
    "enotfound",
    "eai_again",
    "no such host",
    "name or service not known",
    "nodename nor servname",
    "failed to resolve",
    "getaddrinfo failed",
    "etimedout",
    "certificate verify failed",
];

/// An app of your own says, on its page or in its output, that it got no connection to an address that it was given for
/// Logto or that has one of Logto's paths; and no request of it came in.
fn app_got_no_connection(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    seen.record.back_channel.is_received().then_some(())?;
    let hop = seen.hop(symptom.hop)?;
    let silent = |hop: &Hop| seen.app_sent(hop.number).next().is_none() && seen.is_complete(hop.number);
    led_by_app(seen, hop).all(silent).then_some(())?;
    let page = page_shown(seen, hop);
    let finding = Finding::new(Network::AppCannotReachLogto).symptom(symptom);
    let said = |line: &str| {
        let short: String = without_secrets(line, &secrets(seen)).chars().take(QUOTED).collect();
        quoted(&short)
    };
    let (finding, to) = match unreachable(seen, shown_text(page)) {
        Some(to) => (finding.hop(page.number, format!("the page says {}", said(shown_text(page)))), to),
        None => {
            let mut lines = seen.settings.app_output.lines().rev();
            let (line, to) = lines.find_map(|line| Some((line, unreachable(seen, line)?)))?;
            (finding.journal(Party::APP, format!("the app writes {}", said(line))), to)
        }
    };
    let finding = finding.journal(Party::LOGTO, "no request of the app came in");
    Some(match to {
        Some((name, address)) => finding.setting(format!("the app's variable {name}"), address),
        None => finding,
    })
}

/// Whether a line says that there was no connection to Logto: the variable with its address, if it is known.
fn unreachable<'s>(seen: &'s Observed<'_>, line: &str) -> Option<Option<(&'s str, &'s Url)>> {
    let lower = line.to_lowercase();
    NO_CONNECTION.iter().any(|said| lower.contains(said)).then_some(())?;
    let foreign = |url: &Url| seen.party(url).is_none();
    let named = |url: &Url| {
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
        let with_port = port.map(|port| format!("{host}:{port}")).unwrap_or_default();
        !host.is_empty() && (lower.contains(&with_port) || url.port().is_none() && lower.contains(host))
    };
    let variable = seen.settings.told.iter().find(|(_, url)| foreign(url) && named(url));
    let path = ["/oidc/", "/.well-known/openid-configuration"].iter().any(|path| lower.contains(path));
    match variable {
        Some((name, url)) => Some(Some((name, url))),
        None => path.then_some(None),
    }
}

/// The app's last call to Logto was not answered, and the app failed.
fn app_cannot_reach_logto(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (_, fault) = without_answer(seen, symptom.hop)?;
    Some(Finding::new(Network::AppCannotReachLogto).symptom(symptom).journal(Party::APP, fault))
}

/// The same, if the app reports it with a success status, as at a sign-out.
fn app_went_without_logto(seen: &Observed<'_>) -> Option<Finding> {
    let at = |hop: &Hop| {
        let calm = hop.response.fault.is_none() && hop.response.status < 400;
        (calm && seen.is_at(hop, Party::APP)).then(|| without_answer(seen, hop.number)).flatten()
    };
    let (hop, (_, fault)) = seen.hops().iter().find_map(|hop| Some((hop, at(hop)?)))?;
    let finding = Finding::new(Network::AppCannotReachLogto).at(hop.number);
    Some(finding.hop(hop.number, "the app answers without Logto").journal(Party::APP, fault))
}

/// Logto reports its own error at the verification, and nothing arrived at Hugging Face.
fn logto_cannot_reach_huggingface(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    // The page may stop waiting before Logto does.
    (matches!(refusal.status, 500 | 0) && hop.request.url.path().ends_with("/verify")).then_some(())?;
    let arrived = PROVIDER.iter().any(|path| seen.provider(symptom.hop, path).next().is_some());
    if arrived || !seen.is_complete(symptom.hop) {
        return None;
    }
    let line = seen.audit.iter().find_map(network_error)?;
    let untrusted = seen.settings.failed_handshake.as_deref();
    let cause = match untrusted {
        Some(_) => Network::LogtoTrustsNoCertificate,
        None => Network::LogtoCannotReachHuggingFace,
    };
    let told = untrusted.map_or_else(
        || "no request of the connector came in".to_owned(),
        |failure| format!("a TLS handshake failed: {failure}"),
    );
    Some(Finding::new(cause).symptom(symptom).audit(line).journal(Party::HUGGINGFACE, told))
}

/// What the audit log records of a call without an answer (contract §11).
fn network_error(line: &Value) -> Option<String> {
    let error = line.pointer("/payload/error")?;
    let text = error.as_str().map_or_else(|| error.to_string(), ToOwned::to_owned);
    ["fetch failed", "TimeoutError"].iter().any(|known| text.contains(known)).then_some(text)
}

/// The discovery document names the requested host without its port.
fn proxy_strips_port(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    let Discovered { asked, authorization, .. } = discovered(seen, sent_by_app(seen, hop)?)?;
    let lost = asked.port().is_some()
        && authorization.port().is_none()
        && asked.scheme() == authorization.scheme()
        && asked.host() == authorization.host();
    (lost && hop.request.url.origin() == authorization.origin()).then(|| {
        Finding::new(Network::ProxyStripsPort).symptom(symptom).journal(
            Party::APP,
            format!("Logto was asked at {asked}, and names {authorization} for authorization requests"),
        )
    })
}

/// The app redirects the browser to the name under which the app itself reaches Logto, which is not
/// Logto's own.
fn endpoint_internal(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    let Discovered { asked, issuer, authorization } = discovered(seen, sent_by_app(seen, hop)?)?;
    let internal = asked.origin() == authorization.origin()
        && hop.request.url.origin() == authorization.origin()
        && issuer.host() != asked.host();
    internal.then(|| {
        Finding::new(App::LogtoEndpointInternal)
            .symptom(symptom)
            .journal(Party::APP, format!("Logto was asked at {asked}, and calls itself {issuer}"))
    })
}
