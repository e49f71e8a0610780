//! Rules about what Hugging Face refuses because of its own settings.

use kit::Party;
use oauth::redirect_uri::{Difference, Differences, Part};
use url::Url;

use super::connector::of_another_app;
use crate::findings::causes::HuggingFace;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::hf_tokens;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![redirect_uri, scope, public_app, audience, asks_for_withheld];
pub(super) const WATCH: &[Watch] = rules![withheld, redirect_uri_setting, scope_setting];

/// The app does not list the redirect URI that was sent: how do they differ?
fn redirect_uri(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::ProviderPage { .. } = symptom.kind else { return None };
    let (note, notes) = not_authorized(seen, symptom, "hf/redirect-uri-mismatch")?;
    let differences: Differences = note.fact("differences")?;
    let url = &seen.hop(symptom.hop)?.request.url;
    let sent = query(url, "redirect_uri")?.into_owned();
    let app = seen.settings.oauth_app.as_ref();
    let client_id = query(url, "client_id").unwrap_or_default();
    if let Some(app) = app.filter(|app| app.client_id != client_id) {
        return Some(of_another_app(&app.client_id, &quoted(&client_id)).symptom(symptom).notes(notes));
    }
    let registered = app.map(|app| app.redirect_uris.as_slice()).unwrap_or_default();
    let finding = Finding::new(redirect_uri_cause(seen, &differences, &sent))
        .symptom(symptom)
        .hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)))
        .setting("huggingface.app.redirect_uris", listed(registered));
    Some(finding.notes(notes))
}

fn listed(uris: &[String]) -> String {
    let list: Vec<String> = uris.iter().map(|uri| quoted(uri)).collect();
    if list.is_empty() { "empty".to_owned() } else { list.join(", ") }
}

/// The connector's callback is not registered, and no walk got far enough to show it.
fn redirect_uri_setting(seen: &Observed<'_>) -> Option<Finding> {
    let last = seen.hops().last().map_or(0, |hop| hop.number);
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
        let differences = Differences::of(&app.redirect_uris, &sent);
        Finding::new(redirect_uri_cause(seen, &differences, &sent))
            .setting("the callback URI of the connector", quoted(&sent))
            .setting("huggingface.app.redirect_uris", listed(&app.redirect_uris))
    })
}

/// What explains the differences between the connector's callback and each registered URI.
fn redirect_uri_cause(seen: &Observed<'_>, differences: &Differences, sent: &str) -> HuggingFace {
    use Part::{Fragment, Host, LetterCase, Port, Scheme, TrailingSlash, UserInfo};
    // White space around a registered URI is itself the finding.
    let plain = || differences.0.iter().filter(|difference| !difference.parts.contains(&Part::WhiteSpace));
    let any = |is: &dyn Fn(&Difference) -> bool| plain().any(is);
    let only =
        |difference: &Difference, parts: &[Part]| difference.parts.iter().all(|part| parts.contains(part));
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
    let connector = |url: &str| {
        let path = Url::parse(url).ok()?.path().strip_prefix("/callback/").map(ToOwned::to_owned)?;
        Some(path).filter(|id| !id.is_empty())
    };
    let elsewhere = |difference: &Difference| origin(&difference.expected) != origin(sent);
    if any(&|difference| difference.parts == [TrailingSlash]) {
        HuggingFace::RedirectUriTrailingSlash
    } else if any(&|difference| difference.parts == [LetterCase]) {
        HuggingFace::RedirectUriLetterCase
    } else if any(&|difference| {
        difference.parts.contains(&Scheme) && only(difference, &[Scheme, Port, UserInfo, Fragment])
    }) {
        HuggingFace::RedirectUriOtherScheme
    } else if any(&|difference| {
        origin(&difference.expected) == Some(seen.record.origins.app.origin()) && elsewhere(difference)
    }) {
        HuggingFace::AppCallbackRegistered
    } else if any(&|difference| {
        let other = connector(&difference.expected);
        !elsewhere(difference) && other.is_some() && other != connector(sent)
    }) {
        HuggingFace::RedirectUriOfAnotherConnector
    } else if any(&|difference| {
        elsewhere(difference) && only(difference, &[Scheme, Host, Port, UserInfo, Fragment])
    }) {
        HuggingFace::RedirectUriOtherHost
    } else {
        HuggingFace::RedirectUriNotRegistered
    }
}

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
