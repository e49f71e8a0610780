//! Rules about access and refresh tokens.

use kit::Party;

use crate::findings::causes::App;
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, answered, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{app_note, authorization_request, field, token_requests};
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = rules![reused, opaque];
pub(super) const WATCH: &[Watch] = rules![no_refresh_token];

/// The app sent a refresh token that had been exchanged for another.
fn reused(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let refused = seen.app_asked(symptom.hop, TOKEN).find(|entry| {
        status(entry) == Some(400) && answered(entry, "error").as_deref() == Some("invalid_grant")
    })?;
    let token = field(refused, "refresh_token")?;
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
