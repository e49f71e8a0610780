//! Rules about where an app keeps its state for a browser.

use kit::Party;
use sample_app::StorageKind;

use crate::findings::causes::{App, Browser};
use crate::findings::endpoints::logto::TOKEN;
use crate::findings::finding::Finding;
use crate::findings::observed::{Observed, SeenUser, query, status};
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{NO_SIGN_IN, app_note, is_authorization};
use crate::findings::success::{authenticated, is_session_check, subject};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, WhyHop, WhyWithheld};

pub(super) const EXPLAIN: &[Explain] = rules![
    strict,
    another_browser,
    prefetched,
    prefetched_at_logto,
    shared_state,
    lost_at_the_callback,
    lost_afterwards,
];
pub(super) const WATCH: &[Watch] = rules![shared, account_gone];

/// The app's error for a state that differs from the session's.
const OTHER_STATE: &str = "app/state-mismatch";

/// The hop at which the app sent a browser away with this state.
pub(super) fn began<'s>(seen: &'s Observed<'_>, state: &str) -> Option<&'s Hop> {
    seen.hops().iter().find(|hop| {
        seen.is_at(hop, Party::APP)
            && hop.redirect().and_then(Result::ok).is_some_and(|to| {
                to.path() == "/oidc/auth" && query(&to, "state").is_some_and(|s| s == state)
            })
    })
}

/// The hop at which the app began the sign-in of a callback. Without a state, it is the last one of the tab.
pub(super) fn began_for<'s>(seen: &'s Observed<'_>, callback: &Hop) -> Option<&'s Hop> {
    if let Some(state) = query(&callback.request.url, "state") {
        return began(seen, &state);
    }
    seen.hops().iter().filter(|hop| hop.number < callback.number && hop.tab == callback.tab).rfind(|hop| {
        seen.is_at(hop, Party::APP)
            && hop.redirect().and_then(Result::ok).is_some_and(|to| to.path() == "/oidc/auth")
    })
}

/// A callback at which the app did not find what it reports missing, with the hop at which the
/// sign-in began.
fn failed<'s>(seen: &'s Observed<'_>, symptom: &Symptom, code: &str) -> Option<(&'s Hop, &'s Hop)> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    app_note(seen, symptom.hop, code)?;
    let hop = seen.hop(symptom.hop)?;
    let begin = began(seen, &query(&hop.request.url, "state")?)?;
    (begin.number < hop.number).then_some((hop, begin))
}

/// The browser had the cookie, and did not send it.
fn strict(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, begin) = failed(seen, symptom, NO_SIGN_IN)?;
    let name = &seen.settings.app.as_ref()?.options.cookie.name;
    let withheld = hop.request.withheld.iter().find(|cookie| cookie.name == *name)?;
    (withheld.reason == WhyWithheld::Strict).then(|| {
        Finding::new(App::SessionCookieStrict)
            .hop(begin.number, "the app began the sign-in")
            .hop(hop.number, format!("the browser does not send `{name}`: {}", withheld.reason))
            .symptom(symptom)
    })
}

/// The sign-in was started in another browser.
fn another_browser(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let elsewhere = if let SymptomKind::StateMismatch = symptom.kind {
        let hop = seen.hop(symptom.hop)?;
        let state = query(&hop.request.url, "state")?;
        let begin = seen.hops().iter().find(|other| {
            other.request.url.path().ends_with("/authorization-uri") && other.request.body.contains(&*state)
        })?;
        (hop, begin)
    } else {
        failed(seen, symptom, NO_SIGN_IN)?
    };
    let (hop, begin) = elsewhere;
    (hop.tab.browser() != begin.tab.browser()).then(|| {
        Finding::new(Browser::AnotherBrowser)
            .hop(begin.number, format!("browser {} began the sign-in", begin.tab.browser()))
            .hop(hop.number, format!("browser {}: {symptom}", hop.tab.browser()))
    })
}

/// Hops of the app between the two, at which it sent a browser to Logto.
pub(super) fn beginnings<'s>(seen: &'s Observed<'_>, from: &Hop, to: &Hop) -> impl Iterator<Item = &'s Hop> {
    let (from, to) = (from.number, to.number);
    seen.hops().iter().filter(move |hop| {
        hop.number > from
            && hop.number < to
            && seen.is_at(hop, Party::APP)
            && hop.redirect().and_then(Result::ok).is_some_and(|target| target.path() == "/oidc/auth")
    })
}

/// The browser itself started another sign-in in the background.
fn prefetched(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, begin) = failed(seen, symptom, OTHER_STATE)?;
    let other = beginnings(seen, begin, hop)
        .filter(|other| other.tab.browser() == hop.tab.browser())
        .last()
        .filter(|other| other.why == WhyHop::Prefetch)?;
    Some(
        Finding::new(App::SignInPrefetched)
            .hop(begin.number, "the person began to sign in")
            .hop(
                other.number,
                "the browser loaded the link in the background, and the app began another sign-in",
            )
            .symptom(symptom),
    )
}

/// The same, if Logto has already discarded the sign-in that was in progress: an application has
/// one at a time (contract §8).
fn prefetched_at_logto(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Refused(refusal) = &symptom.kind else { return None };
    let gone =
        ["session.interaction_not_found", "session.not_found", "session.verification_session_not_found"];
    refusal.code.as_deref().filter(|code| gone.contains(code))?;
    let hop = seen.hop(symptom.hop)?;
    let same = |other: &&Hop| other.tab.browser() == hop.tab.browser() && other.number < hop.number;
    let requests = seen.hops().iter().filter(same).filter(|other| is_authorization(seen, other));
    let requests: Vec<&Hop> = requests.collect();
    let [.., begin, last] = requests.as_slice() else { return None };
    (last.why == WhyHop::Prefetch && begin.why != WhyHop::Prefetch).then(|| {
        Finding::new(App::SignInPrefetched)
            .hop(begin.number, "the person began to sign in")
            .hop(
                last.number,
                "the browser loaded the link in the background, and another sign-in began at Logto",
            )
            .symptom(symptom)
    })
}

/// Only another browser started a sign-in in the meantime, and yet the state was overwritten.
fn shared_state(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, begin) = failed(seen, symptom, OTHER_STATE)?;
    let own = hop.tab.browser();
    (begin.tab.browser() == own).then_some(())?;
    let mut others = beginnings(seen, begin, hop);
    let other = others.next().filter(|other| other.tab.browser() != own)?;
    (others.all(|other| other.tab.browser() != own)).then(|| {
        Finding::new(App::StorageShared)
            .hop(begin.number, format!("browser {own} began to sign in"))
            .hop(other.number, format!("browser {} began to sign in", other.tab.browser()))
            .hop(hop.number, format!("browser {own}: {symptom}"))
    })
}

/// Whether the browser sent the app's session cookie as the app had last set it. Another app on the host may have
/// replaced it: cookies do not depend on the port (RFC 6265 §8.5).
fn brought(seen: &Observed<'_>, hop: &Hop) -> bool {
    let Some(name) = seen.settings.app.as_ref().map(|app| app.options.cookie.name.as_str()) else {
        return false;
    };
    let sent = hop.request.cookies.iter().find(|(cookie, _)| cookie == name).map(|(_, value)| value);
    let set = seen
        .hops()
        .iter()
        .take_while(|earlier| earlier.number < hop.number)
        .filter(|earlier| earlier.tab.browser() == hop.tab.browser())
        .flat_map(|earlier| earlier.response.cookies.iter().map(move |cookie| (earlier, cookie)))
        .filter(|(_, cookie)| cookie.name == name)
        .last()
        .filter(|(by, cookie)| {
            cookie.fate == CookieFate::Stored && by.request.url.origin() == hop.request.url.origin()
        });
    sent.is_some() && sent == set.map(|(_, cookie)| &cookie.value)
}

/// The cause depends on where the app keeps sessions.
fn lost(seen: &Observed<'_>) -> Option<Finding> {
    let app = seen.settings.app.as_ref()?;
    Some(match app.options.storage {
        StorageKind::Memory => Finding::new(App::SessionsLost).setting("app.storage", "memory"),
        StorageKind::Cookie => Finding::new(App::SessionSecretChanged).setting("app.storage", "cookie"),
    })
}

/// The session was lost in the middle of a sign-in.
fn lost_at_the_callback(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let (hop, begin) = failed(seen, symptom, NO_SIGN_IN)?;
    // The state was not used up by an earlier answer.
    let state = query(&hop.request.url, "state")?;
    let used = seen.hops().iter().any(|other| {
        other.number < hop.number
            && seen.is_at(other, Party::APP)
            && query(&other.request.url, "state").is_some_and(|other| other == state)
    });
    let here = begin.tab.browser() == hop.tab.browser();
    (here && !used && seen.app_asked(hop.number, TOKEN).next().is_none() && brought(seen, hop))
        .then_some(())?;
    Some(
        lost(seen)?
            .hop(begin.number, "the app began the sign-in")
            .hop(hop.number, "the browser sent the session cookie as the app had set it")
            .symptom(symptom),
    )
}

/// The session was lost after the sign-in had succeeded.
fn lost_afterwards(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::NotSignedIn = symptom.kind else { return None };
    seen.app_asked(symptom.hop, TOKEN).find(|entry| status(entry) == Some(200))?;
    let check = seen.hops().iter().rev().find(|hop| is_session_check(seen, hop))?;
    brought(seen, check).then_some(())?;
    Some(
        lost(seen)?
            .hop(symptom.hop, "the app signed the person in")
            .hop(check.number, "the browser sent the session cookie as the app had set it")
            .hop(check.number, "the app says that the person is not signed in"),
    )
}

/// A browser that never came back with a code is signed in.
fn shared(seen: &Observed<'_>) -> Option<Finding> {
    let check = seen.hops().iter().find(|hop| {
        is_session_check(seen, hop)
            && authenticated(hop) == Some(true)
            && !seen.hops().iter().any(|other| {
                other.number < hop.number
                    && other.tab.browser() == hop.tab.browser()
                    && seen.party(&other.request.url) == seen.party(&hop.request.url)
                    && query(&other.request.url, "code").is_some()
            })
    })?;
    let elsewhere = seen.hops().iter().find(|other| {
        other.number < check.number
            && other.tab.browser() != check.tab.browser()
            && seen.party(&other.request.url) == seen.party(&check.request.url)
            && query(&other.request.url, "code").is_some()
    })?;
    Some(
        Finding::new(App::StorageShared)
            .at(check.number)
            .hop(elsewhere.number, format!("a person signs in in browser {}", elsewhere.tab.browser()))
            .hop(
                check.number,
                format!(
                    "the app treats browser {} as signed in, although no sign-in took place there",
                    check.tab.browser()
                ),
            ),
    )
}

/// The app treats a person as signed in whom Logto no longer lets in.
fn account_gone(seen: &Observed<'_>) -> Option<Finding> {
    let check = seen.hops().iter().rev().find(|hop| is_session_check(seen, hop))?;
    let who = subject(check)?;
    let (_, user) = seen.settings.signed_in.iter().find(|(id, _)| *id == who)?;
    let state = match user {
        SeenUser::Welcome => return None,
        SeenUser::Suspended => "suspended",
        SeenUser::Gone => "deleted",
    };
    Some(
        Finding::new(App::SessionOutlivesAccount)
            .at(check.number)
            .hop(check.number, "the app says that the person is signed in")
            .setting(format!("the account {who} in Logto"), state),
    )
}
