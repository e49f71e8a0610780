//! What the browser did, or could not keep.

use super::{Explain, Watch};
use crate::findings::causes::Browser;
use crate::findings::derive::shows;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, SeenVerb};
use crate::findings::symptom::{Symptom, SymptomKind};

pub(super) const EXPLAIN: &[Explain] = &[another_tab, cookies_refused];
pub(super) const WATCH: &[Watch] = &[];

/// Another tab submitted the interaction that this one was in.
fn another_tab(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    (refusal.code.as_deref() == Some("session.not_found")).then_some(())?;
    let at = seen.hops.iter().position(|hop| hop.number == symptom.hop)?;
    let tab = seen.hops[at].tab;
    let began =
        seen.hops[..at].iter().rposition(|hop| hop.tab == tab && hop.request.url.path() == "/oidc/auth")?;
    let finished = seen.hops[began..at].iter().find(|hop| {
        hop.tab != tab && hop.request.url.path() == "/api/experience/submit" && hop.response.status == 200
    })?;
    Some(
        Finding::new(Browser::AnotherTabFinished)
            .hop(symptom.hop, format!("tab {}: {}", tab.number(), shows(symptom)))
            .hop(finished.number, format!("tab {} finished the sign-in", finished.tab.number())),
    )
}

/// Cookies were lost on the way.
fn cookies_refused(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let session_lost = match &symptom.kind {
        SymptomKind::Refused(refusal) => refusal.code.as_deref() == Some("session.not_found"),
        SymptomKind::UnknownSession | SymptomKind::AppFailed { .. } => true,
        _ => false,
    };
    let at = seen.hops.iter().position(|hop| hop.number == symptom.hop)?;
    let lost =
        seen.steps.iter().rev().find(|step| step.verb == SeenVerb::LostCookies && step.hops.start <= at)?;
    session_lost.then(|| {
        Finding::new(Browser::CookiesRefused)
            .hop(symptom.hop, shows(symptom))
            .hop(seen.hops[..lost.hops.start].last().map_or(1, |hop| hop.number), "the cookies were there")
    })
}
