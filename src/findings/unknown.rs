//! What can be said of a symptom that no rule explains: what each party said, and where the fix may belong.

use kit::{Entry, Party};

use super::cause::Cause;
use super::finding::Finding;
use super::observed::{Observed, answered, path_of, status};
use super::seen::{page_shown, shown_text};
use super::shown::{quoted, without_secrets};
use super::symptom::{Symptom, SymptomKind};
use super::text::Place;
use crate::walker::Hop;

/// How much of a page is quoted, in characters.
pub(super) const QUOTED: usize = 240;

/// The symptom, with what says most about it: the page, an answer of Logto, lines of the journals.
pub(super) fn unknown(seen: &Observed<'_>, symptom: &Symptom) -> Finding {
    let finding = Finding::new(Cause::Unknown).symptom(symptom).placed(place(seen, symptom));
    let finding = refusals(seen, symptom).fold(finding, |finding, (entry, said)| {
        finding.journal(Party::APP, format!("Logto answered {said} to {}", path_of(&entry.request.url)))
    });
    let notes =
        seen.during(symptom.hop).flat_map(|entry| entry.notes.iter().map(move |note| (entry.party, note)));
    // The double's own reasons are not known of a real Logto.
    let told = notes.filter(|(party, _)| [Party::HUGGINGFACE, Party::APP, Party::PROXY].contains(party));
    let told: Vec<(Party, String)> = told.map(|(party, note)| (party, note.to_string())).collect();
    // The sample app shows its reason on its page, too.
    let page = page(seen, symptom).filter(|(_, text)| told.iter().all(|(_, note)| note != text));
    let finding = told.into_iter().fold(finding, |finding, (party, note)| finding.journal(party, note));
    match page {
        Some((hop, text)) => finding.hop(hop, format!("the page says {}", quoted(&text))),
        None => finding,
    }
}

/// Logto's refusals of the app's requests during a hop, with what it said.
fn refusals<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> impl Iterator<Item = (&'s Entry, String)> {
    seen.app_sent(symptom.hop).filter_map(|entry| {
        let status = status(entry).filter(|status| *status >= 400)?;
        let said = |member| answered(entry, member);
        let error = said("error").or_else(|| said("code")).unwrap_or_default();
        let description = said("error_description").or_else(|| said("message")).unwrap_or_default();
        let words = [status.to_string(), error, description];
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        Some((entry, words.join(" ")))
    })
}

/// The page of the app at which the symptom shows, or to which the app led the browser from there.
fn page(seen: &Observed<'_>, symptom: &Symptom) -> Option<(usize, String)> {
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::NotSignedIn).then_some(())?;
    let shown = page_shown(seen, seen.hop(symptom.hop)?);
    let text = without_secrets(shown_text(shown), &secrets(seen));
    let short: String = text.chars().take(QUOTED).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    (!short.is_empty()).then(|| (shown.number, short + more))
}

/// The secrets that the parties are configured with.
pub(super) fn secrets<'s>(seen: &'s Observed<'_>) -> Vec<&'s str> {
    let settings = seen.settings;
    let known = [
        settings.app.as_ref().map(|app| app.app_secret.as_str()),
        settings.oauth_app.as_ref().and_then(|app| app.secret.as_deref()),
        seen.connector_config("clientSecret"),
    ];
    known.into_iter().flatten().map(str::trim).filter(|secret| !secret.is_empty()).collect()
}

/// Where the fix may belong, as far as the answers of the parties say. They never prove that it is the app's code.
fn place(seen: &Observed<'_>, symptom: &Symptom) -> Option<Place> {
    match &symptom.kind {
        SymptomKind::OidcError { .. } | SymptomKind::AppGotError { .. } => Some(Place::AppOrApplication),
        SymptomKind::AppFailed { .. } if refusals(seen, symptom).next().is_some() => {
            Some(Place::AppOrApplication)
        }
        SymptomKind::ProviderPage { .. } | SymptomKind::ProviderError { .. } => {
            Some(Place::ConnectorOrOauthApp)
        }
        SymptomKind::Refused(refusal) => {
            let code = refusal.code.as_deref().unwrap_or_default();
            code.starts_with("connector.").then_some(Place::ConnectorOrOauthApp)
        }
        _ => None,
    }
}

/// Whether the walk went on from a symptom without a new sign-in, so that what broke next may only follow from it.
pub(super) fn follows(seen: &Observed<'_>, named: usize, symptom: &Symptom) -> bool {
    let begins = |hop: &&Hop| hop.request.url.path() == "/oidc/auth" && seen.is_at(hop, Party::LOGTO);
    let between = |hop: &&Hop| named < hop.number && hop.number <= symptom.hop;
    named <= symptom.hop && !seen.hops().iter().filter(between).any(|hop| begins(&hop))
}
