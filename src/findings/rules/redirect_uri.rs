//! Rules about redirect URIs that are not registered: Logto's callback at Hugging Face, and the app's
//! in Logto. Both say how the URI that was sent differs from the most similar one that is registered.

use kit::Party;
use oauth::redirect_uri::{Difference, Differences, Kind, Rule};
use url::Url;

use super::connector::of_another_app;
use crate::findings::causes::{Application, HuggingFace};
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::is_authorization;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind, not_authorized};
use crate::walker::Hop;

pub(super) const EXPLAIN: &[Explain] = rules![at_huggingface];
/// Applied after the rules that know why the app sends another URI than it should.
pub(super) const IN_LOGTO: &[Explain] = rules![in_logto, post_sign_out];
pub(super) const WATCH: &[Watch] = rules![setting_at_huggingface, callback_of_logto];

/// The causes of a difference, at Hugging Face and in Logto.
fn causes(kind: Option<Kind>) -> (HuggingFace, Application) {
    type H = HuggingFace;
    type A = Application;
    match kind {
        Some(Kind::WhiteSpace) => (H::RedirectUriHasWhitespace, A::RedirectUriHasWhitespace),
        Some(Kind::Doubled) => (H::RedirectUriDoubled, A::RedirectUriDoubled),
        Some(Kind::Incomplete) => (H::RedirectUriIncomplete, A::RedirectUriIncomplete),
        Some(Kind::Placeholder) => (H::RedirectUriPlaceholder, A::RedirectUriPlaceholder),
        Some(Kind::Wildcard) => (H::RedirectUriWildcard, A::RedirectUriWildcard),
        Some(Kind::TrailingSlash) => (H::RedirectUriTrailingSlash, A::RedirectUriTrailingSlash),
        Some(Kind::LetterCase) => (H::RedirectUriLetterCase, A::RedirectUriLetterCase),
        Some(Kind::LookAlike) => (H::RedirectUriLookAlike, A::RedirectUriLookAlike),
        Some(Kind::PercentEncoding) => (H::RedirectUriPercentEncoded, A::RedirectUriPercentEncoded),
        // To Logto these are equal.
        Some(Kind::DefaultPort) => (H::RedirectUriDefaultPort, A::RedirectUriNotRegistered),
        Some(Kind::InternationalHost) => (H::RedirectUriInternationalHost, A::RedirectUriNotRegistered),
        Some(Kind::Scheme) => (H::RedirectUriOtherScheme, A::RedirectUriOtherScheme),
        Some(Kind::Host) => (H::RedirectUriOtherHost, A::RedirectUriOtherHost),
        Some(Kind::Path) => (H::RedirectUriOtherPath, A::RedirectUriOtherPath),
        Some(Kind::Query) => (H::RedirectUriOtherQuery, A::RedirectUriOtherQuery),
        Some(Kind::Several) | None => (H::RedirectUriNotRegistered, A::RedirectUriNotRegistered),
    }
}

/// A list of URIs, formatted for evidence.
fn listed<S: AsRef<str>>(uris: &[S]) -> String {
    let list: Vec<String> = uris.iter().map(|uri| quoted(uri.as_ref())).collect();
    if list.is_empty() { "empty".to_owned() } else { list.join(", ") }
}

/// The letters that look like another one, by number: on a screen they cannot be told apart.
fn unmasked(differences: &Differences, sent: &str) -> Option<String> {
    let letters = differences.look_alikes(sent);
    let shown: Vec<String> =
        letters.iter().map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter))).collect();
    (!shown.is_empty()).then(|| format!("not Latin: {}", shown.join(", ")))
}

/// The OAuth app does not list the redirect URI that Logto sent.
fn at_huggingface(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
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
    let finding = Finding::new(huggingface_cause(seen, &differences, &sent))
        .symptom(symptom)
        .hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)))
        .setting("huggingface.app.redirect_uris", listed(registered))
        .notes(notes);
    let finding = match custom_redirect_uri(seen) {
        Some((field, value)) if value == sent => finding.setting(field, quoted(value)),
        _ => finding,
    };
    Some(match unmasked(&differences, &sent) {
        Some(letters) => finding.hop(symptom.hop, letters),
        None => finding,
    })
}

/// The redirect URI that a custom parameter of the connector puts in place of Logto's own.
fn custom_redirect_uri<'s>(seen: &'s Observed<'_>) -> Option<(String, &'s str)> {
    let config = seen.connector()?.get("config")?;
    ["customConfig", "authRequestOptionalConfig"].into_iter().find_map(|member| {
        let uri = config.get(member)?.get("redirect_uri")?.as_str()?;
        Some((format!("connector.config.{member}.redirect_uri"), uri))
    })
}

/// The connector's callback is not registered, and no walk got far enough to show it.
fn setting_at_huggingface(seen: &Observed<'_>) -> Option<Finding> {
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
        Finding::new(huggingface_cause(seen, &differences, &sent))
            .setting("the callback URI of the connector", quoted(&sent))
            .setting("huggingface.app.redirect_uris", listed(&app.redirect_uris))
    })
}

/// What explains the differences between Logto's callback and each registered URI.
fn huggingface_cause(seen: &Observed<'_>, differences: &Differences, sent: &str) -> HuggingFace {
    let kind = differences.kind();
    // Whatever else is registered: this one differs in one part only.
    if !matches!(kind, Some(Kind::Host | Kind::Path | Kind::Several)) {
        return causes(kind).0;
    }
    let parsed = |text: &str| Url::parse(text).ok();
    let Some(logto) = parsed(sent) else { return causes(kind).0 };
    let app = seen.record.origins.app.origin();
    let of_the_app =
        |url: &Url| url.origin() == app && url.origin() != logto.origin() && url.path() != logto.path();
    let of_a_connector = |difference: &Difference| {
        let url = parsed(&difference.expected)?;
        let id = url.path().strip_prefix("/callback/")?;
        let whole = difference.kind == Kind::Path && !id.is_empty() && !id.contains('/');
        whole.then_some(())
    };
    if differences.0.iter().filter_map(|one| parsed(&one.expected)).any(|url| of_the_app(&url)) {
        HuggingFace::AppCallbackRegistered
    } else if differences.0.iter().any(|one| of_a_connector(one).is_some()) {
        HuggingFace::RedirectUriOfAnotherConnector
    } else {
        causes(kind).0
    }
}

/// Logto does not know the redirect URI that the app sent.
fn in_logto(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { error, .. } = &symptom.kind else { return None };
    (error == "invalid_redirect_uri").then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "redirect_uri")?.into_owned();
    let finding = |cause: Application| {
        Finding::new(cause).symptom(symptom).hop(symptom.hop, format!("redirect_uri is {}", quoted(&sent)))
    };
    let field = "application.oidcClientMetadata.redirectUris";
    let Some(registered) = seen.application_uris("redirectUris") else {
        return Some(finding(Application::RedirectUriNotRegistered).setting(field, "unknown"));
    };
    let differences = differences(&registered, &sent);
    let kind = differences.kind();
    let far = matches!(kind, Some(Kind::Host | Kind::Path | Kind::Several) | None);
    let logto = registered.iter().any(|uri| is_of_logto(seen, uri)) && far || is_of_logto(seen, &sent);
    let cause = if logto { Application::RedirectUriOfLogto } else { causes(kind).1 };
    let finding = finding(cause).setting(field, listed(&registered));
    Some(told(finding, symptom.hop, &differences, &sent))
}

/// Logto does not know the URI to return to after the sign-out.
fn post_sign_out(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { path, description, .. } = &symptom.kind else { return None };
    (path.starts_with("/oidc/session/end")
        && description.contains("post_logout_redirect_uri not registered"))
    .then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "post_logout_redirect_uri")?.into_owned();
    let registered = seen.application_uris("postLogoutRedirectUris");
    let list = registered.as_deref().map_or_else(|| "unknown".to_owned(), listed);
    let finding = Finding::new(Application::PostSignOutUriNotRegistered)
        .symptom(symptom)
        .hop(symptom.hop, format!("post_logout_redirect_uri is {}", quoted(&sent)))
        .setting("application.oidcClientMetadata.postLogoutRedirectUris", list);
    Some(told(finding, symptom.hop, &differences(&registered.unwrap_or_default(), &sent), &sent))
}

fn differences(registered: &[&str], sent: &str) -> Differences {
    let registered: Vec<String> = registered.iter().map(|uri| (*uri).to_owned()).collect();
    Differences::by(Rule::AsUrls, &registered, sent)
}

/// Adds how the URI differs from the most similar one.
fn told(finding: Finding, hop: usize, differences: &Differences, sent: &str) -> Finding {
    let Some(nearest) = differences.0.first() else { return finding };
    let finding = finding.hop(hop, format!("it {nearest}"));
    match unmasked(differences, sent) {
        Some(letters) => finding.hop(hop, letters),
        None => finding,
    }
}

/// Whether a URI is that to which Hugging Face returns: Logto's own, with the id of a connector.
fn is_of_logto(seen: &Observed<'_>, uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let Some(id) = url.path().strip_prefix("/callback/") else { return false };
    let known =
        seen.settings.connectors.iter().any(|one| one.get("id").and_then(|id| id.as_str()) == Some(id));
    // A generated id is at no other address by chance; a word such as `huggingface` may be.
    let generated = id.len() >= 10 && id.contains(|c: char| c.is_ascii_digit());
    known && (generated || seen.party(&url) == Some(Party::LOGTO))
}

/// Logto accepts its own callback as the app's redirect URI if it is registered; the app never gets the
/// answer.
fn callback_of_logto(seen: &Observed<'_>) -> Option<Finding> {
    let of_logto = |hop: &Hop| {
        let sent = query(&hop.request.url, "redirect_uri")?.into_owned();
        is_of_logto(seen, &sent).then_some(sent)
    };
    let asked = |hop: &&Hop| is_authorization(seen, hop) && hop.response.status < 400;
    let (hop, sent) = seen.hops().iter().filter(asked).find_map(|hop| Some((hop, of_logto(hop)?)))?;
    let finding = Finding::new(Application::RedirectUriOfLogto).at(hop.number);
    Some(finding.hop(hop.number, format!("redirect_uri is {}", quoted(&sent))))
}
