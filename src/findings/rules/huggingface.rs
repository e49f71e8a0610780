//! What Hugging Face refuses because of its own settings.

use kit::{Direction, Party};
use url::Url;

use super::connector::{TOKEN, of_another_app};
use super::{Explain, Watch};
use crate::findings::causes::HuggingFace;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, path_of, query, status};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![redirect_uri, scope, public_app, audience, asks_for_withheld];
pub(super) const WATCH: &[Watch] = rules![withheld, redirect_uri_setting, scope_setting];

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
    let url = &seen.hop(symptom.hop)?.request.url;
    let sent = query(url, "redirect_uri")?.into_owned();
    let app = seen.settings.oauth_app.as_ref();
    let client_id = query(url, "client_id").unwrap_or_default();
    if let Some(app) = app.filter(|app| app.client_id != client_id) {
        let finding = of_another_app(&app.client_id, &quoted(&client_id)).symptom(symptom);
        return Some(with_notes(finding, &notes));
    }
    let registered = app.map(|app| app.redirect_uris.as_slice()).unwrap_or_default();
    let finding = Finding::new(difference(seen, registered, &sent))
        .symptom(symptom)
        .hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)))
        .setting("huggingface.app.redirect_uris", listed(registered));
    Some(with_notes(finding, &notes))
}

fn listed(uris: &[String]) -> String {
    let list: Vec<String> = uris.iter().map(|uri| quoted(uri)).collect();
    if list.is_empty() { "empty".to_owned() } else { list.join(", ") }
}

/// The callback of the connector is not registered, and no walk came so far as to show it.
fn redirect_uri_setting(seen: &Observed<'_>) -> Option<Finding> {
    let last = seen.hops.last().map_or(0, |hop| hop.number);
    if seen.authorized(last).is_some() {
        return None;
    }
    let app = seen.settings.oauth_app.as_ref()?;
    let connector = seen.connector()?;
    let same_app = seen.connector_config("clientId") == Some(app.client_id.as_str());
    let id = connector.get("id")?.as_str()?;
    let endpoint = seen.settings.endpoint.as_ref()?.origin().ascii_serialization();
    let sent = format!("{endpoint}/callback/{id}");
    (same_app && !app.has_redirect_uri(&sent)).then(|| {
        Finding::new(difference(seen, &app.redirect_uris, &sent))
            .setting("the callback URI of the connector", quoted(&sent))
            .setting("huggingface.app.redirect_uris", listed(&app.redirect_uris))
    })
}

fn difference(seen: &Observed<'_>, registered: &[String], sent: &str) -> HuggingFace {
    let Ok(sent_url) = Url::parse(sent) else { return HuggingFace::RedirectUriNotRegistered };
    // Reading an address drops the white space around it; comparing texts does not.
    let plain = registered.iter().filter(|uri| uri.trim() == uri.as_str());
    let parsed: Vec<Url> = plain.filter_map(|uri| Url::parse(uri).ok()).collect();
    let slash = |uri: &str| uri.trim_end_matches('/') == sent.trim_end_matches('/');
    let rest = |url: &Url| (url.path().to_owned(), url.query().map(ToOwned::to_owned));
    if registered.iter().any(|uri| slash(uri)) {
        return HuggingFace::RedirectUriTrailingSlash;
    }
    if registered.iter().any(|uri| uri.eq_ignore_ascii_case(sent)) {
        return HuggingFace::RedirectUriLetterCase;
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
    let connector = |url: &Url| url.path().strip_prefix("/callback/").map(ToOwned::to_owned);
    let of_another =
        |url: &Url| connector(url).is_some_and(|id| !id.is_empty() && connector(&sent_url) != Some(id));
    if parsed.iter().any(|url| url.origin() == sent_url.origin() && of_another(url)) {
        return HuggingFace::RedirectUriOfAnotherConnector;
    }
    if parsed.iter().any(|url| rest(url) == rest(&sent_url) && url.origin() != sent_url.origin()) {
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
        .symptom(symptom)
        .hop(symptom.hop, format!("scope is {}", quoted(&asked)))
        .setting("huggingface.app.scopes", quoted(&enabled));
    Some(with_notes(finding, &notes))
}

/// A scope that the connector asks for by its configuration, and the app does not have.
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

/// An app without a secret has to use PKCE, which no connector of Logto does.
fn public_app(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderError { .. } = symptom.kind else { return None };
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    notes.iter().find(|note| note.contains("has no secret and sent no code_challenge"))?;
    let finding =
        Finding::new(HuggingFace::AppIsPublic).symptom(symptom).setting("huggingface.app.public", true);
    Some(with_notes(finding, &notes))
}

/// The person is in none of the organizations that the app is for.
fn audience(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    if !matches!(symptom.kind, SymptomKind::ProviderPage { .. } | SymptomKind::ProviderError { .. }) {
        return None;
    }
    let notes = notes(seen, symptom.hop, AUTHORIZE);
    notes.iter().find(|note| note.contains("in none of the organisations that the app is for"))?;
    Some(with_notes(Finding::new(HuggingFace::OutsideAudience).symptom(symptom), &notes))
}

/// Logto asks for the e-mail address that was asked for and not granted.
fn asks_for_withheld(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AsksFor(asked) = &symptom.kind else { return None };
    asked.iter().any(|one| one.starts_with("email")).then_some(())?;
    let (finding, lacks) = less_granted(seen)?;
    lacks.contains("email").then(|| finding.symptom(symptom))
}

/// Nobody asks: the account is made without what was withheld.
fn withheld(seen: &Observed<'_>) -> Option<Finding> {
    less_granted(seen).map(|(finding, _)| finding)
}

/// The scopes of the last token answer against those that were asked for.
fn less_granted(seen: &Observed<'_>) -> Option<(Finding, oauth::Scopes)> {
    let mut answers = seen.entries.iter().rev().filter(|entry| {
        entry.party == Party::HUGGINGFACE
            && entry.direction == Direction::Received
            && path_of(&entry.request.url) == TOKEN
            && status(entry) == Some(200)
    });
    let granted = answered(answers.next()?, "scope")?;
    let hop = seen.authorized(seen.hops.last()?.number)?;
    // What Logto did not take has other defects.
    let taken = |call: &crate::walker::Hop| {
        call.number > hop.number
            && call.request.url.path().ends_with("/verify")
            && call.response.status == 200
    };
    seen.hops.iter().find(|call| taken(call))?;
    let asked = query(&hop.request.url, "scope")?.into_owned();
    let lacks = oauth::Scopes::parse(&asked).minus(&oauth::Scopes::parse(&granted));
    (!lacks.is_empty()).then(|| {
        let finding = Finding::new(HuggingFace::ScopeNotGranted)
            .hop(hop.number, format!("scope is {}", quoted(&asked)))
            .journal(Party::HUGGINGFACE, format!("the token answer has scope {}", quoted(&granted)));
        (finding, lacks)
    })
}
