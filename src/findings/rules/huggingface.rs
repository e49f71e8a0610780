//! Rules about what Hugging Face refuses because of its own settings.

use kit::Party;

use crate::findings::causes::HuggingFace;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::hf_tokens;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![scope, public_app, audience, asks_for_withheld];
pub(super) const WATCH: &[Watch] = rules![withheld, scope_setting];

/// A scope that the app does not have, reported on a page or sent back.
fn scope(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (_, notes) = not_authorized(seen, symptom, "hf/scope-not-enabled")?;
    let asked = query(&seen.hop(symptom.hop)?.request.url, "scope").unwrap_or_default().into_owned();
    let enabled = seen.settings.oauth_app.as_ref().map(|app| app.scopes.to_string()).unwrap_or_default();
    let finding = Finding::new(HuggingFace::ScopeNotEnabled)
        .symptom(symptom)
        .hop(symptom.hop, format!("scope is {}", quoted(&asked)))
        .setting("huggingface.app.scopes", quoted(&enabled));
    Some(finding.notes(notes))
}

/// A scope that the connector is configured to request, and the app does not have.
fn scope_setting(seen: &Observed<'_>) -> Option<Finding> {
    let app = seen.settings.oauth_app.as_ref()?;
    let asked = seen.connector_scope()?;
    let exists = |scope: &str| mock_huggingface::SCOPES.iter().any(|(name, _)| *name == scope);
    let same_app = seen.connector_config("clientId") == Some(app.client_id.as_str());
    let lacks = asked.split_ascii_whitespace().any(|scope| exists(scope) && !app.scopes.contains(scope));
    (same_app && lacks).then(|| {
        Finding::new(HuggingFace::ScopeNotEnabled)
            .setting("connector.config.scope", quoted(asked))
            .setting("huggingface.app.scopes", quoted(&app.scopes.to_string()))
    })
}

/// An app without a secret must use PKCE, which none of Logto's connectors does.
fn public_app(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderError { .. } = symptom.kind else { return None };
    let (_, notes) = not_authorized(seen, symptom, "hf/code-challenge-required")?;
    let finding = Finding::new(HuggingFace::AppIsPublic).symptom(symptom);
    Some(finding.setting("huggingface.app.public", true).notes(notes))
}

/// The person does not belong to any of the organizations that the app is restricted to.
fn audience(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (_, notes) = not_authorized(seen, symptom, "hf/outside-audience")?;
    Some(Finding::new(HuggingFace::OutsideAudience).symptom(symptom).notes(notes))
}

/// Logto asks for the e-mail address that was requested and not granted.
fn asks_for_withheld(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksFor(asked) = &symptom.kind else { return None };
    asked.iter().any(|one| one.starts_with("email")).then_some(())?;
    let (finding, lacks) = less_granted(seen)?;
    lacks.contains("email").then(|| finding.symptom(symptom))
}

/// Logto does not ask: the account is created without what was withheld.
fn withheld(seen: &Observed<'_>) -> Option<Finding> {
    less_granted(seen).map(|(finding, _)| finding)
}

/// Compares the scopes of the last token response with those that were requested.
fn less_granted(seen: &Observed<'_>) -> Option<(Finding, oauth::Scopes)> {
    let granted = answered(hf_tokens(seen)?, "scope")?;
    let hop = seen.authorized(seen.hops().last()?.number)?;
    // What Logto did not accept has other defects.
    let path = |call: &Hop| call.request.url.path().ends_with("/verify");
    let mut later = seen.hops().iter().filter(|call| call.number > hop.number);
    later.find(|call| path(call) && call.response.status == 200)?;
    let asked = query(&hop.request.url, "scope")?.into_owned();
    let lacks = oauth::Scopes::parse(&asked).minus(&oauth::Scopes::parse(&granted));
    (!lacks.is_empty()).then(|| {
        let finding = Finding::new(HuggingFace::ScopeNotGranted)
            .hop(hop.number, format!("scope is {}", quoted(&asked)))
            .journal(Party::HUGGINGFACE, format!("the token answer has scope {}", quoted(&granted)));
        (finding, lacks)
    })
}
