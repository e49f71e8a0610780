//! What Hugging Face refuses because of its own settings.

use kit::Party;
use url::Url;

use super::{Explain, Watch};
use crate::findings::causes::HuggingFace;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[redirect_uri, scope];
pub(super) const WATCH: &[Watch] = &[];

/// The path of the authorization endpoint.
pub(super) const AUTHORIZE: &str = "/oauth/authorize";

/// What Hugging Face wrote into its journal at a hop.
pub(super) fn notes(seen: &Observed<'_>, hop: usize, path: &str) -> Vec<String> {
    seen.provider(hop, path).flat_map(|entry| entry.notes.clone()).collect()
}

/// Adds what the journal says of why it refused.
pub(super) fn with_notes(finding: Finding, notes: &[String]) -> Finding {
    notes.iter().fold(finding, |finding, note| finding.journal(Party::HUGGINGFACE, note.as_str()))
}

/// The redirect URI that was sent is none of the app's: which way does it differ?
fn redirect_uri(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderPage { .. } = symptom.kind else { return None };
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    notes.iter().find(|note| note.starts_with("redirect_uri is not registered"))?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "redirect_uri")?.into_owned();
    let registered =
        seen.settings.oauth_app.as_ref().map(|app| app.redirect_uris.as_slice()).unwrap_or_default();
    let finding = Finding::new(difference(seen, registered, &sent))
        .hop(symptom.hop, shows(symptom))
        .hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)));
    let list: Vec<String> = registered.iter().map(|uri| quoted(uri)).collect();
    let list = if list.is_empty() { "empty".to_owned() } else { list.join(", ") };
    Some(with_notes(finding.setting("huggingface.app.redirect_uris", list), &notes))
}

fn difference(seen: &Observed<'_>, registered: &[String], sent: &str) -> HuggingFace {
    let Ok(sent_url) = Url::parse(sent) else { return HuggingFace::RedirectUriNotRegistered };
    let parsed: Vec<Url> = registered.iter().filter_map(|uri| Url::parse(uri).ok()).collect();
    let slash = |uri: &str| uri.trim_end_matches('/') == sent.trim_end_matches('/');
    let rest = |url: &Url| (url.path().to_owned(), url.query().map(ToOwned::to_owned));
    if registered.iter().any(|uri| slash(uri)) {
        return HuggingFace::RedirectUriTrailingSlash;
    }
    let other_scheme = |url: &&Url| {
        url.scheme() != sent_url.scheme() && url.host() == sent_url.host() && rest(url) == rest(&sent_url)
    };
    if parsed.iter().find(other_scheme).is_some() {
        return HuggingFace::RedirectUriOtherScheme;
    }
    if parsed.iter().any(|url| url.origin() == seen.origins.app.origin() && url.origin() != sent_url.origin())
    {
        return HuggingFace::AppCallbackRegistered;
    }
    if parsed.iter().any(|url| rest(url) == rest(&sent_url)) {
        return HuggingFace::RedirectUriOtherHost;
    }
    HuggingFace::RedirectUriNotRegistered
}

/// A scope that the app does not have, told on a page or sent back.
fn scope(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    if !matches!(symptom.kind, SymptomKind::ProviderPage { .. } | SymptomKind::ProviderError { .. }) {
        return None;
    }
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    notes.iter().find(|note| note.starts_with("scope `") && note.contains("is not enabled on the app"))?;
    let asked = query(&seen.hop(symptom.hop)?.request.url, "scope").unwrap_or_default().into_owned();
    let enabled = seen.settings.oauth_app.as_ref().map(|app| app.scopes.to_string()).unwrap_or_default();
    let finding = Finding::new(HuggingFace::ScopeNotEnabled)
        .hop(symptom.hop, shows(symptom))
        .hop(symptom.hop, format!("scope is {}", quoted(&asked)))
        .setting("huggingface.app.scopes", quoted(&enabled));
    Some(with_notes(finding, &notes))
}
