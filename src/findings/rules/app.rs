//! Rules about the app's own code and configuration.

use kit::{Entry, Party};

use super::app_credentials::{refused_secret, unknown_id};
use super::session::began_for;
use crate::findings::causes::App;
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{NO_SIGN_IN, app_note, application_type, secret, sent_by_logto, sent_secret};
use crate::findings::shown::{quoted, shown_secret};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, WhyDropped};

pub(super) const EXPLAIN: &[Explain] =
    rules![app_id, app_secret, secret_unreadable, cookie_too_large, secure_over_http, prompt];
pub(super) const WATCH: &[Watch] = rules![cookie_dropped];

fn app_id(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::OidcError { path, error, .. } = &symptom.kind else { return None };
    (path == "/oidc/auth" && error == "invalid_client").then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "client_id")?.into_owned();
    let (cause, shown) = unknown_id(seen, &sent);
    Some(Finding::new(cause).symptom(symptom).hop(symptom.hop, format!("client_id is {shown}")))
}

/// The app failed at its callback because Logto refused its secret.
fn app_secret(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let refused = seen.app_asked(symptom.hop, TOKEN).find(|entry| status(entry) == Some(401))?;
    let error = answered(refused, "error")?;
    (error == "invalid_client").then_some(())?;
    // The application's record says whether its type has a secret.
    (application_type(seen) == "Traditional" && sent_secret(refused)).then_some(())?;
    let secret = used_secret(seen, refused);
    let known = &seen.settings.app_secrets;
    let cause = secret.as_deref().map_or(App::AppSecretWrong, |secret| refused_secret(known, secret));
    let finding = Finding::new(cause)
        .symptom(symptom)
        .journal(Party::APP, format!("Logto's token endpoint answered 401 {error}"));
    Some(match secret {
        Some(secret) => finding.setting("app.app_secret", shown_secret(&secret)),
        None => finding,
    })
}

/// The app's secret: as it is set, or as the app sent it.
fn used_secret(seen: &Observed<'_>, entry: &Entry) -> Option<String> {
    match &seen.settings.app {
        Some(app) => Some(app.app_secret.clone()),
        None => secret(entry),
    }
}

/// Logto could not parse the secret, so it did not check it.
fn secret_unreadable(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (said, secret) = seen.app_asked(symptom.hop, TOKEN).find_map(|entry| {
        let secret = used_secret(seen, entry)?;
        let said = match status(entry)? {
            400 => answered(entry, "error_description").filter(|said| said.contains("not properly encoded")),
            // A broken escape makes Logto itself fail (contract §1.6).
            500 if has_broken_escape(&secret) && sent_secret(entry) => answered(entry, "message"),
            _ => None,
        };
        Some((said?, secret))
    })?;
    let cause = match secret.trim() == secret {
        // Logto's own secrets are ASCII letters and digits (contract §0): escaping cannot make any
        // other secret match.
        true if !secret.is_ascii() => App::AppSecretWrong,
        true => App::AppSecretNotEncoded,
        false => App::AppSecretHasWhitespace,
    };
    Some(
        Finding::new(cause)
            .symptom(symptom)
            .journal(Party::APP, format!("Logto's token endpoint answered: {said}"))
            .setting("app.app_secret", shown_secret(&secret)),
    )
}

/// Whether a percent sign is not followed by two hexadecimal digits.
fn has_broken_escape(text: &str) -> bool {
    let whole = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    !text.split('%').skip(1).all(whole)
}

/// Logto sends the browser back: it does not know the prompt (contract §1).
fn prompt(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppGotError { error, description } = &symptom.kind else { return None };
    (error == "invalid_request" && description.starts_with("unsupported prompt value")).then_some(())?;
    let sent = query(&seen.hop(symptom.hop)?.request.url, "prompt")?.into_owned();
    Some(
        Finding::new(App::PromptUnknown)
            .symptom(symptom)
            .hop(symptom.hop, format!("prompt is {}", quoted(&sent))),
    )
}

/// The browser dropped the session cookie because of its size: at the callback, so that the person
/// is not signed in, or where the sign-in began, so that the callback does not find it.
fn cookie_too_large(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let at = seen.hop(symptom.hop)?;
    let hop = match symptom.kind {
        SymptomKind::NotSignedIn => at,
        SymptomKind::AppFailed { .. } => {
            // What an app misses is known only for the sample app.
            let misses = app_note(seen, symptom.hop, NO_SIGN_IN).is_some();
            (misses || seen.settings.app.is_none()).then_some(())?;
            began_for(seen, at)?
        }
        _ => return None,
    };
    Some(too_large(hop)?.symptom(symptom))
}

/// Like [`cookie_too_large`], for an app of your own: only the sample app says who is signed in.
fn cookie_dropped(seen: &Observed<'_>) -> Option<Finding> {
    seen.record.back_channel.is_received().then_some(())?;
    let at_app = |hop: &&Hop| seen.is_at(hop, Party::APP) && sent_by_logto(seen, hop);
    let found = seen.hops().iter().filter(at_app).find_map(|hop| Some((hop, too_large(hop)?)));
    found.map(|(hop, finding)| finding.at(hop.number))
}

/// The cookie that the browser dropped because of its size.
fn too_large(hop: &Hop) -> Option<Finding> {
    let dropped = hop.response.cookies.iter().find_map(|cookie| match &cookie.fate {
        CookieFate::Dropped(why @ WhyDropped::TooLarge { .. }) => Some((cookie, why)),
        _ => None,
    });
    let (cookie, why) = dropped?;
    Some(Finding::new(App::SessionCookieTooLarge).hop(
        hop.number,
        format!("Set-Cookie `{}` of {} bytes was dropped: {why}", cookie.name, cookie.line.len()),
    ))
}

/// The browser dropped the session cookie at the start, so the app later knew of no sign-in, or of
/// no person.
fn secure_over_http(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::NotSignedIn).then_some(())?;
    let at = seen.hop(symptom.hop)?;
    let earlier = seen.hops().iter().filter(|hop| hop.number <= at.number && hop.tab == at.tab);
    let dropped = earlier.filter(|hop| seen.is_at(hop, Party::APP)).find_map(|hop| {
        let secure = |fate: &CookieFate| *fate == CookieFate::Dropped(WhyDropped::SecureOverHttp);
        Some((hop, hop.response.cookies.iter().find(|cookie| secure(&cookie.fate))?))
    });
    let (hop, cookie) = dropped?;
    // Another cookie may have reached the app.
    at.request.cookies.iter().all(|(name, _)| *name != cookie.name).then(|| {
        Finding::new(App::SecureCookieOverHttp)
            .hop(
                hop.number,
                format!("Set-Cookie `{}` is Secure, and {} is not https", cookie.name, hop.without_query()),
            )
            .symptom(symptom)
    })
}
