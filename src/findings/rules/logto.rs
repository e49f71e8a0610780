//! Rules about how Logto is deployed.

use kit::{Direction, Party};
use serde_json::Value;

use super::discovered::{Discovered, discovered};
use crate::findings::causes::Logto;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{previous, sent_by_app};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{Hop, WhyHop};

pub(super) const EXPLAIN: &[Explain] = rules![
    forwarded_proto,
    endpoint_at_discovery,
    endpoint_of_unknown_session,
    sign_in_expired,
    cookie_keys_changed,
    opened_cold,
];
pub(super) const WATCH: &[Watch] = &[];

/// How long Logto keeps an interaction (contract §1.9), in seconds.
const INTERACTION: i64 = 3600;

/// The discovery document was requested over https, and names endpoints with http.
fn forwarded_proto(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    let Discovered { asked, issuer, authorization } = discovered(seen, sent_by_app(seen, hop)?)?;
    let lost = asked.scheme() == "https"
        && issuer.scheme() == "https"
        && authorization.scheme() == "http"
        && authorization.host() == issuer.host();
    (lost && hop.request.url.origin() == authorization.origin()).then(|| {
        Finding::new(Logto::ForwardedProtoMissing)
            .symptom(symptom)
            .journal(
                Party::APP,
                format!("Logto was asked at {asked}, and names {authorization} for authorization requests"),
            )
            .setting("the issuer", &issuer)
    })
}

/// The app refuses a discovery document whose issuer differs from the one it requested.
fn endpoint_at_discovery(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let Discovered { asked, issuer, .. } = discovered(seen, symptom.hop)?;
    // The app stopped after this request.
    let last = seen.during(symptom.hop).filter(|entry| entry.party == Party::APP).last()?;
    let stopped = last.request.url == asked.as_str() || last.direction == Direction::Received;
    (stopped && seen.is_complete(symptom.hop) && asked.origin() != issuer.origin()).then(|| {
        Finding::new(Logto::EndpointMismatch)
            .symptom(symptom)
            .journal(Party::APP, format!("Logto was asked at {asked}, and calls itself {issuer}"))
    })
}

/// Logto redirects the browser to its ENDPOINT, which is another origin than the one that was
/// requested, and nothing answers there.
fn endpoint_of_unknown_session(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NoResponse(_) = &symptom.kind else { return None };
    let hop = seen.hop(symptom.hop)?;
    let before = previous(seen, hop)?;
    let by_logto = hop.why == WhyHop::Redirect
        && hop.request.url.path() == "/unknown-session"
        && seen.is_at(before, Party::LOGTO)
        && before.request.url.origin() != hop.request.url.origin();
    by_logto.then(|| {
        Finding::new(Logto::EndpointMismatch)
            .hop(before.number, format!("Logto was asked at {}", before.without_query()))
            .hop(symptom.hop, format!("it sends the browser to {}: {symptom}", hop.request.url))
    })
}

/// More than an hour passed between the authorization request and the refusal.
fn sign_in_expired(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let refused = session_not_found(seen, symptom)?;
    let began = began(seen, refused)?;
    let took = refused.at.duration_since(began.at).as_secs();
    (took > INTERACTION).then(|| {
        Finding::new(Logto::SignInExpired)
            .hop(began.number, "the sign-in began")
            .hop(symptom.hop, format!("{} minutes later: {symptom}", took / 60))
    })
}

/// None of the keys that sign cookies is as old as the sign-in: the key that signed its cookies is
/// gone. Both times are Logto's own.
fn cookie_keys_changed(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let refused = session_not_found(seen, symptom)?;
    refused.request.cookies.iter().find(|(name, _)| name == "_interaction.sig")?;
    let oldest = seen.settings.cookie_keys.as_array()?.iter().map(created_at).min()??;
    let started = |line: &&Value| {
        let key = line.get("key").and_then(Value::as_str);
        key.is_some_and(|key| key.starts_with("Interaction.") && key.ends_with(".Create"))
    };
    let interaction = seen.audit.iter().rev().find(started)?;
    let began = created_at(interaction)? / 1000;
    (oldest > began).then(|| {
        Finding::new(Logto::CookieKeysChanged)
            .symptom(symptom)
            .audit(format!("the sign-in was in progress at {began} (seconds since 1970)"))
            .setting("the oldest of Logto's cookie keys", format!("of {oldest}"))
    })
}

fn created_at(value: &Value) -> Option<i64> {
    value.get("createdAt")?.as_i64()
}

/// The call that Logto refused because it does not know of an interaction.
fn session_not_found<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> Option<&'s Hop> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == Some("session.not_found")).then(|| seen.hop(symptom.hop))?
}

/// The authorization request to which a hop of the same tab belongs.
fn began<'s>(seen: &'s Observed<'_>, hop: &Hop) -> Option<&'s Hop> {
    let earlier = seen.hops().iter().filter(|earlier| earlier.number < hop.number && earlier.tab == hop.tab);
    earlier.filter(|earlier| earlier.request.url.path() == "/oidc/auth").last()
}

/// The person typed in the sign-in page, without an authorization request before.
fn opened_cold(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::UnknownSession = symptom.kind else { return None };
    let at = seen.hops().iter().position(|hop| hop.number == symptom.hop)?;
    let began = seen.hops()[..at].iter().any(|hop| hop.request.url.path() == "/oidc/auth");
    let typed = seen.hops()[..=at].iter().rev().find(|hop| hop.why != WhyHop::Redirect)?;
    (!began && typed.why == WhyHop::Typed).then(|| {
        Finding::new(Logto::SignInPageOpenedCold)
            .hop(typed.number, format!("{} was typed in", quoted(&typed.without_query())))
            .symptom(symptom)
    })
}
