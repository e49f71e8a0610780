//! When a person counts as signed in: success needs proof.

use kit::Party;

use super::observed::{Ending, Observed, SeenVerb, query};
use super::seen::{is_from_app, redeemed, sent_by_logto, was_not_asked};
use super::symptom::{Symptom, SymptomKind};
use crate::walker::{Hop, WhyHop};

/// The last hop by which a person was signed in to the app, or signed out as requested.
pub(super) fn last_success(seen: &Observed<'_>) -> Option<usize> {
    let mut last = None;
    for (at, hop) in seen.hops().iter().enumerate() {
        if seen.is_at(hop, Party::APP) && is_code_callback(hop) && is_taken(seen, hop) {
            last = Some(at);
        }
        match shows(seen, hop) {
            Some(true) => last = Some(at),
            // The callback succeeded, but did not lead to a sign-in.
            Some(false) if !signed_out_since(seen, last.unwrap_or(0), at) => last = None,
            _ => {}
        }
    }
    last.map(|at| seen.hops()[at].number)
}

/// Whether the app took the code of a callback. An app of your own may show an error with any status, so what
/// Logto answered to its token request counts, if it is known.
fn is_taken(seen: &Observed<'_>, hop: &Hop) -> bool {
    let answered = match redeemed(seen, hop) {
        Some(answers) if !answers.is_empty() => answers.contains(&Some(200)),
        _ => !was_not_asked(seen, hop),
    };
    answered && (200..400).contains(&hop.response.status) && own_error_page(seen, hop).is_none()
}

/// The path of the page at which an app of your own says that it failed at its callback: it sends the browser there
/// with an `error` of its own.
pub(super) fn own_error_page(seen: &Observed<'_>, hop: &Hop) -> Option<String> {
    let foreign = seen.settings.app.is_none() && seen.is_at(hop, Party::APP);
    (foreign && is_code_callback(hop) && sent_by_logto(seen, hop)).then_some(())?;
    let to = hop.redirect()?.ok().filter(|to| seen.party(to) == Some(Party::APP))?;
    query(&to, "error").map(|_| to.path().to_owned())
}

/// The callback succeeded, the browser was not involved in a sign-out since, and yet the app says
/// that the person is not signed in.
pub(super) fn not_signed_in(seen: &Observed<'_>) -> Option<Symptom> {
    let check = last_look(seen)?;
    let checked = seen.hops().iter().position(|hop| hop.number == check.number)?;
    // A page of another party asks without the app's cookies.
    (shows(seen, check) == Some(false) && is_from_app(seen, check)).then_some(())?;
    let callback = seen.hops()[..checked].iter().rposition(|hop| {
        seen.is_at(hop, Party::APP)
            && is_code_callback(hop)
            && hop.response.status < 400
            && hop.tab.browser() == check.tab.browser()
    })?;
    let done = !signed_out_since(seen, callback, checked);
    done.then(|| Symptom { hop: seen.hops()[callback].number, kind: SymptomKind::NotSignedIn })
}

/// Whether Logto refused the last step of the walk, and the app shows no more than the sign-in of another tab: that
/// does not make up for it.
pub(super) fn still_refused(seen: &Observed<'_>, symptom: &Symptom) -> bool {
    let Some(last) = seen.steps.last() else { return false };
    let Ending::Says(_) = last.ending else { return false };
    let Some(refused) = seen.hop(symptom.hop) else { return false };
    let by_own = |hop: &&Hop| hop.tab == refused.tab && is_code_callback(hop);
    matches!(
        symptom.kind,
        SymptomKind::Refused(_)
            | SymptomKind::StateMismatch
            | SymptomKind::SessionNotFound
            | SymptomKind::SentBack
            | SymptomKind::NotAccepted { .. }
    ) && seen.hops()[last.hops.clone()].iter().any(|hop| hop.number == symptom.hop)
        && !seen.hops().iter().any(|hop| by_own(&hop) && seen.is_at(hop, Party::APP))
}

fn signed_out_since(seen: &Observed<'_>, from: usize, to: usize) -> bool {
    seen.hops()[from..to].iter().any(|hop| is_sign_out(seen, hop))
        || seen
            .steps
            .iter()
            .any(|step| step.verb == SeenVerb::LostCookies && step.hops.start > from && step.hops.start <= to)
}

fn is_sign_out(seen: &Observed<'_>, hop: &Hop) -> bool {
    let path = hop.request.url.path();
    match seen.party(&hop.request.url) {
        Some(Party::LOGTO) => path.starts_with("/oidc/session/end"),
        Some(Party::APP) => ["sign-out", "signout", "logout"].iter().any(|word| path.contains(word)),
        _ => false,
    }
}

/// The last look at the app that showed whether the person is signed in.
pub(super) fn last_look<'s>(seen: &'s Observed<'_>) -> Option<&'s Hop> {
    seen.hops().iter().rev().find(|hop| shows(seen, hop).is_some())
}

/// What a look at the app showed: whether the person is signed in.
pub(super) fn shows(seen: &Observed<'_>, hop: &Hop) -> Option<bool> {
    if is_session_check(seen, hop) {
        return authenticated(hop);
    }
    seen.settings.looks.iter().find(|(number, _)| *number == hop.number).map(|(_, shows)| *shows)
}

/// Whether the hop is the harness's own session check at the app.
pub(super) fn is_session_check(seen: &Observed<'_>, hop: &Hop) -> bool {
    hop.why == WhyHop::Call && seen.is_at(hop, Party::APP) && hop.request.url.path() == "/api/session"
}

pub(super) fn authenticated(hop: &Hop) -> Option<bool> {
    hop.json()?.get("authenticated")?.as_bool()
}

/// The subject that a session check names, if it names one.
pub(super) fn subject(hop: &Hop) -> Option<String> {
    Some(hop.json()?.get("claims")?.get("sub")?.as_str()?.to_owned())
}

/// Whether Logto sent the browser to this hop with a code.
pub(super) fn is_code_callback(hop: &Hop) -> bool {
    let url = &hop.request.url;
    // Apps that rely on PKCE alone send no state; Logto names itself in every answer (RFC 9207).
    let answer = query(url, "state").or_else(|| query(url, "iss")).is_some();
    hop.why == WhyHop::Redirect && query(url, "code").is_some() && answer
}
