//! Rules about access and refresh tokens.

use kit::{Entry, Party};
use serde_json::Value;

use crate::findings::causes::{App, Application};
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{app_note, application_type, authorization_request, field, token_requests};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![reused, ended, opaque];
pub(super) const WATCH: &[Watch] = rules![no_refresh_token];

const DAY: i64 = 24 * 3600;
/// How long Logto keeps a refresh token, unless the application says otherwise (contract §1.9), in days.
const REFRESH_TOKEN_DAYS: i64 = 14;
/// How long what the person granted lasts, however often tokens are refreshed (contract §1.9), in days.
const GRANT_DAYS: i64 = 180;

/// The app's request with a refresh token that Logto refused, and the token.
fn refused<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> Option<(&'s Entry, String)> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let refused = seen.app_asked(symptom.hop, TOKEN).find(|entry| {
        status(entry) == Some(400) && answered(entry, "error").as_deref() == Some("invalid_grant")
    })?;
    Some((refused, field(refused, "refresh_token")?))
}

/// The answer in which Logto issued a refresh token.
fn issued<'s>(seen: &'s Observed<'_>, token: &str) -> Option<&'s Entry> {
    token_requests(seen).find(|entry| answered(entry, "refresh_token").is_some_and(|given| given == token))
}

/// The answer to the code, from which a refresh token descends.
fn first_issued<'s>(seen: &'s Observed<'_>, token: &str) -> Option<&'s Entry> {
    let before = |entry: &&'s Entry| {
        let earlier = field(entry, "refresh_token")?;
        issued(seen, &earlier).filter(|earlier| earlier.number < entry.number)
    };
    std::iter::successors(issued(seen, token), before).last()
}

/// The refresh token, or what the person granted, lasted no longer.
fn ended(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (refused, token) = refused(seen, symptom)?;
    let (given, first) = (issued(seen, &token)?, first_issued(seen, &token)?);
    let age = |of: &Entry| refused.at.duration_since(of.at).as_secs();
    let custom = seen.settings.application.get("customClientMetadata");
    let set = custom.and_then(|custom| custom.get("refreshTokenTtlInDays")?.as_i64());
    let days = set.unwrap_or(REFRESH_TOKEN_DAYS);
    // A single-page app's tokens all end when the first one does.
    let since = if application_type(seen) == "SPA" { first } else { given };
    let (cause, since, days) = match () {
        () if age(since) >= days * DAY => (Application::RefreshTokenExpired, since, days),
        () if age(first) >= GRANT_DAYS * DAY => (Application::GrantExpired, first, GRANT_DAYS),
        () => return None,
    };
    let finding = Finding::new(cause).symptom(symptom).journal(
        Party::APP,
        format!("Logto answered a refresh with 400 invalid_grant, {} days after it issued the token; it lasts {days} days", age(since) / DAY),
    );
    Some(match (cause, set) {
        (Application::RefreshTokenExpired, set) => finding.setting(
            "application.customClientMetadata.refreshTokenTtlInDays",
            set.map_or_else(
                || format!("not set: {REFRESH_TOKEN_DAYS} days"),
                |set| Value::from(set).to_string(),
            ),
        ),
        _ => finding,
    })
}

/// The app sent a refresh token that had been exchanged for another.
fn reused(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (refused, token) = refused(seen, symptom)?;
    let rotated = token_requests(seen).take_while(|entry| entry.number < refused.number).find(|entry| {
        status(entry) == Some(200)
            && field(entry, "refresh_token").as_ref() == Some(&token)
            && answered(entry, "refresh_token").is_some_and(|next| next != token)
    })?;
    let since = rotated.at.duration_until(refused.at).as_secs();
    Some(
        Finding::new(App::RefreshTokenReused)
            .symptom(symptom)
            .journal(Party::APP, "Logto answered a refresh with another refresh token")
            .journal(
                Party::APP,
                format!("the app sent the old one again, {since} s later: 400 invalid_grant"),
            ),
    )
}

/// The app wants a JWT (RFC 9068), and got a token without a resource.
fn opaque(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let note = app_note(seen, symptom.hop, "app/access-token-not-jwt")?;
    let issued = token_requests(seen).filter(|entry| status(entry) == Some(200)).last()?;
    let opaque = answered(issued, "access_token").is_some_and(|token| token.split('.').count() != 3);
    (opaque && field(issued, "resource").is_none()).then(|| {
        Finding::new(App::AccessTokenOpaque).symptom(symptom).journal(Party::APP, note).journal(
            Party::APP,
            "the token request names no `resource`, and Logto answered with an opaque token",
        )
    })
}

/// The app requested `offline_access` and got no refresh token (contract §1.6).
fn no_refresh_token(seen: &Observed<'_>) -> Option<Finding> {
    let hop = seen.hops().iter().find(|hop| {
        seen.app_asked(hop.number, TOKEN).any(|entry| {
            status(entry) == Some(200)
                && field(entry, "code").is_some()
                && answered(entry, "refresh_token").is_none()
        })
    })?;
    let asked = authorization_request(seen, hop.number)?;
    let scope = query(&asked.request.url, "scope")?;
    let prompt = query(&asked.request.url, "prompt").unwrap_or_default();
    let wanted = scope.split(' ').any(|scope| scope == "offline_access");
    (wanted && !prompt.split(' ').any(|prompt| prompt == "consent")).then(|| {
        Finding::new(App::NoRefreshToken)
            .at(hop.number)
            .hop(asked.number, format!("scope is {}, prompt is {}", quoted(&scope), quoted(&prompt)))
            .journal(Party::APP, "the token response has no `refresh_token`")
    })
}
