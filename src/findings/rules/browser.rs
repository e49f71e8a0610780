//! Rules about what the browser did, or could not keep.

use kit::Party;
use url::Url;

use super::session::{began, beginnings};
use crate::findings::causes::Browser;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, SeenVerb, query};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::is_authorization;
use crate::findings::shown::quoted;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, WhyDropped, WhyHop};

pub(super) const EXPLAIN: &[Explain] =
    rules![another_tab, another_attempt, cookies_refused, another_sign_in, callback_by_hand, callback_stale];
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

/// Another tab began a sign-in of the same application, which has one at a time in a browser (contract §8).
fn another_sign_in(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    let gone =
        ["session.interaction_not_found", "session.not_found", "session.verification_session_not_found"];
    refusal.code.as_deref().filter(|code| gone.contains(code))?;
    let (hop, earlier) = seen.hop_and_earlier(symptom.hop)?;
    // A request that Logto refuses does not begin anything.
    let taken = |other: &Hop| {
        let to = other.redirect().and_then(Result::ok);
        is_authorization(seen, other) && to.is_some_and(|to| seen.party(&to) == Some(Party::LOGTO))
    };
    let of_browser = |other: &&Hop| other.tab.browser() == hop.tab.browser() && taken(other);
    let requests: Vec<&Hop> = earlier.iter().filter(of_browser).collect();
    let (own, later) = (requests.iter().rfind(|other| other.tab == hop.tab)?, requests.last()?);
    let client = |hop: &Hop| query(&hop.request.url, "client_id").map(std::borrow::Cow::into_owned);
    let replaced = later.tab != hop.tab && later.why != WhyHop::Prefetch && client(own) == client(later);
    replaced.then(|| {
        Finding::new(Browser::AnotherSignInBegun)
            .hop(own.number, format!("tab {} began to sign in", own.tab.number()))
            .hop(later.number, format!("tab {} began another sign-in", later.tab.number()))
            .symptom(symptom)
    })
}

/// A callback that a person opened, of the app or of Logto.
fn opened_by_hand<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> Option<&'s Hop> {
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::StateMismatch).then_some(())?;
    let hop = seen.hop(symptom.hop).filter(|hop| hop.why == WhyHop::Typed)?;
    let url = &hop.request.url;
    let is_callback = match seen.party(url)? {
        Party::LOGTO => url.path().starts_with("/callback/"),
        Party::APP => seen.application_uris("redirectUris")?.into_iter().any(|uri| {
            Url::parse(uri).is_ok_and(|uri| uri.path() == url.path() && uri.origin() == url.origin())
        }),
        _ => false,
    };
    is_callback.then_some(hop)
}

/// The hop with which a sign-in with this state began: at the app, or at Logto's page.
fn issued<'s>(seen: &'s Observed<'_>, callback: &Hop, state: &str) -> Option<&'s Hop> {
    if seen.is_at(callback, Party::APP) {
        return began(seen, state);
    }
    seen.hops().iter().find(|hop| {
        hop.request.url.path().ends_with("/authorization-uri") && hop.request.body.contains(state)
    })
}

/// A callback was opened without a state, or with one that was not issued in this walk.
fn callback_by_hand(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = opened_by_hand(seen, symptom)?;
    let finding = |cause| Finding::new(cause).symptom(symptom);
    match query(&hop.request.url, "state").filter(|state| !state.is_empty()) {
        None => Some(
            finding(Browser::CallbackWithoutState)
                .hop(hop.number, "the address was opened without a `state`"),
        ),
        Some(state) => issued(seen, hop, &state).is_none().then(|| {
            let says =
                format!("the address was opened with the state {}, which was not issued", quoted(&state));
            finding(Browser::CallbackMadeUp).hop(hop.number, says)
        }),
    }
}

/// A callback of an earlier sign-in was opened, after the same browser began another one.
fn callback_stale(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = opened_by_hand(seen, symptom)?;
    let own = issued(seen, hop, &query(&hop.request.url, "state")?)?;
    let of_browser = |other: &&Hop| other.tab.browser() == hop.tab.browser();
    let later = match seen.is_at(hop, Party::APP) {
        true => beginnings(seen, own, hop).filter(of_browser).last(),
        false => seen.hops().iter().filter(of_browser).rfind(|other| {
            own.number < other.number
                && other.number < hop.number
                && other.request.url.path().ends_with("/authorization-uri")
        }),
    }?;
    (own.tab.browser() == hop.tab.browser()).then(|| {
        Finding::new(Browser::CallbackStale)
            .hop(own.number, "the sign-in of this callback began")
            .hop(later.number, "the browser began another sign-in")
            .hop(hop.number, format!("the callback of the first one was opened: {symptom}"))
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
