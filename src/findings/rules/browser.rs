//! Rules about what the browser did, or could not keep.

use crate::findings::causes::Browser;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, SeenVerb, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, WhyDropped, WhyHop};

pub(super) const EXPLAIN: &[Explain] = rules![another_tab, another_attempt, cookies_refused];
pub(super) const WATCH: &[Watch] = &[];

/// Another tab submitted the interaction of this tab.
fn another_tab(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == Some("session.not_found")).then_some(())?;
    let (Hop { tab, .. }, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let began = earlier.iter().rposition(|hop| hop.tab == *tab && hop.request.url.path() == "/oidc/auth")?;
    let finished = earlier[began..].iter().find(|hop| {
        hop.tab != *tab && hop.request.url.path() == "/api/experience/submit" && hop.response.status == 200
    })?;
    Some(
        Finding::new(Browser::AnotherTabFinished)
            .hop(symptom.hop, format!("tab {}: {symptom}", tab.number()))
            .hop(finished.number, format!("tab {} finished the sign-in", finished.tab.number())),
    )
}

/// The person pressed the button again before the first attempt came back.
fn another_attempt(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let callback = match &symptom.kind {
        SymptomKind::Refused(refusal)
            if refusal.code.as_deref() == Some("session.verification_session_not_found") =>
        {
            earlier.iter().rev().find(|other| other.tab == hop.tab && other.why != WhyHop::Call)?
        }
        SymptomKind::StateMismatch => hop,
        _ => return None,
    };
    let state = query(&callback.request.url, "state")?;
    let attempts = earlier.iter().filter(|hop| {
        hop.tab.browser() == callback.tab.browser()
            && hop.request.url.path().ends_with("/authorization-uri")
            && hop.response.status == 200
    });
    let attempts: Vec<&Hop> = attempts.collect();
    let first = attempts.iter().position(|hop| hop.request.body.contains(&*state))?;
    let later = attempts.get(first + 1..)?.last()?;
    // The second attempt belongs to the same sign-in, and the first had no result yet.
    let between =
        seen.hops().iter().filter(|hop| hop.number > attempts[first].number && hop.number < later.number);
    let same = !between
        .into_iter()
        .any(|hop| hop.tab.browser() == callback.tab.browser() && hop.request.url.path() == "/oidc/auth");
    same.then(|| {
        Finding::new(Browser::AnotherAttempt)
            .hop(attempts[first].number, "the person pressed the button")
            .hop(later.number, "the person pressed it again")
            .hop(symptom.hop, format!("the first attempt came back: {symptom}"))
    })
}

/// Cookies were lost on the way, or never accepted.
fn cookies_refused(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let session_lost = match &symptom.kind {
        SymptomKind::Refused(refusal) => refusal.code.as_deref() == Some("session.not_found"),
        SymptomKind::UnknownSession | SymptomKind::AppFailed { .. } => true,
        _ => false,
    };
    let at = seen.hops().iter().position(|hop| hop.number == symptom.hop)?;
    let browser = seen.hops()[at].tab.browser();
    let refused = seen.hops()[..=at].iter().filter(|hop| hop.tab.browser() == browser).find(|hop| {
        let mut fates = hop.response.cookies.iter().map(|cookie| &cookie.fate);
        fates.any(|fate| *fate == CookieFate::Dropped(WhyDropped::Refused))
    });
    if let Some(refused) = refused.filter(|_| session_lost) {
        let says = format!("the browser did not accept the cookies that were set: {}", WhyDropped::Refused);
        return Some(Finding::new(Browser::CookiesRefused).hop(refused.number, says).symptom(symptom));
    }
    let lost =
        seen.steps.iter().rev().find(|step| step.verb == SeenVerb::LostCookies && step.hops.start <= at)?;
    session_lost.then(|| {
        Finding::new(Browser::CookiesRefused)
            .symptom(symptom)
            .hop(seen.hops()[..lost.hops.start].last().map_or(1, |hop| hop.number), "the cookies were there")
    })
}
