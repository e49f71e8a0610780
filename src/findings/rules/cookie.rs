//! Rules about cookies of the app that do not come back to it, or come back as those of another party.

use kit::Party;

use super::session::began_for;
use crate::findings::causes::App;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::seen::{NO_SIGN_IN, app_note, redeemed};
use crate::findings::success::last_look;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, SetCookie, WhyDropped};

pub(super) const EXPLAIN: &[Explain] = rules![overwritten, another_host, attributes];
pub(super) const WATCH: &[Watch] = &[];

/// A value that is shorter is hardly a session.
const SESSION_LENGTH: usize = 16;

/// The request to which the app's cookies should have come: the callback that failed, or the look at the app that found
/// no session.
fn missing_at<'s>(seen: &'s Observed<'_>, symptom: &Symptom) -> Option<&'s Hop> {
    match symptom.kind {
        SymptomKind::AppFailed { .. } => seen.hop(symptom.hop),
        SymptomKind::NotSignedIn => last_look(seen),
        _ => None,
    }
}

/// The cookies that were set in a hop's browser before it, with the hops that set them, the latest last.
fn set_before<'s>(seen: &'s Observed<'_>, hop: &Hop) -> impl Iterator<Item = (&'s Hop, &'s SetCookie)> {
    let (number, browser) = (hop.number, hop.tab.browser());
    seen.hops()
        .iter()
        .filter(move |earlier| earlier.number < number && earlier.tab.browser() == browser)
        .flat_map(|earlier| earlier.response.cookies.iter().map(move |cookie| (earlier, cookie)))
}

/// Whether a cookie can hold the app's session: it is the sample app's own, or, of another app, it is as long as one.
fn is_session(seen: &Observed<'_>, cookie: &SetCookie) -> bool {
    match &seen.settings.app {
        Some(app) => app.options.cookie.name == cookie.name,
        None => cookie.value.len() >= SESSION_LENGTH,
    }
}

/// Whether Logto redeemed the code of this hop, or refused to: then the app had found its sign-in.
fn reached_logto(seen: &Observed<'_>, symptom: &Symptom) -> bool {
    let answers = seen.hop(symptom.hop).and_then(|hop| redeemed(seen, hop));
    matches!(symptom.kind, SymptomKind::AppFailed { .. })
        && answers.is_some_and(|answers| !answers.is_empty())
}

/// Another party on the same host set a cookie of the same name: cookies do not depend on the port (RFC 6265 §8.5).
fn overwritten(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = missing_at(seen, symptom).filter(|_| !reached_logto(seen, symptom))?;
    let came = |cookie: &SetCookie| {
        hop.request.cookies.iter().any(|(name, value)| *name == cookie.name && *value == cookie.value)
    };
    let stored = || set_before(seen, hop).filter(|(_, cookie)| cookie.fate == CookieFate::Stored);
    let at_app = |by: &Hop| by.request.url.origin() == hop.request.url.origin();
    let (own, cookie) = stored().filter(|(by, cookie)| at_app(by) && is_session(seen, cookie)).last()?;
    let same = stored().filter(|(_, other)| other.name == cookie.name);
    let (by, other) = same.last().filter(|(by, _)| !at_app(by) && by.number > own.number)?;
    (came(other) && !came(cookie)).then(|| {
        let name = &cookie.name;
        Finding::new(App::SessionCookieOverwritten)
            .hop(own.number, format!("the app sets the cookie `{name}`"))
            .hop(by.number, format!("{} sets a cookie of the same name", by.without_query()))
            .hop(hop.number, format!("the browser sends the app the cookie `{name}` that the other one set"))
            .symptom(symptom)
    })
}

/// The sign-in began under one host name of the app, and its callback came to another, for which the browser has no
/// cookie of it.
fn another_host(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    matches!(symptom.kind, SymptomKind::AppFailed { .. } | SymptomKind::NotSignedIn).then_some(())?;
    let callback = seen.hop(symptom.hop)?;
    let begin = began_for(seen, callback)?;
    let (from, to) = (begin.request.url.host_str()?, callback.request.url.host_str()?);
    let same_browser = begin.tab.browser() == callback.tab.browser() && begin.number < callback.number;
    (from != to && same_browser && !reached_logto(seen, symptom)).then_some(())?;
    // What a sample app misses is known.
    let failed = matches!(symptom.kind, SymptomKind::AppFailed { .. });
    (!failed || seen.settings.app.is_none() || app_note(seen, symptom.hop, NO_SIGN_IN).is_some())
        .then_some(())?;
    let of_begin = |(by, cookie): &(&Hop, &SetCookie)| {
        by.request.url.host_str() == Some(from)
            && cookie.fate == CookieFate::Stored
            && is_session(seen, cookie)
    };
    let (_, cookie) = set_before(seen, callback).filter(of_begin).last()?;
    callback.request.cookies.iter().all(|(name, _)| *name != cookie.name).then(|| {
        Finding::new(App::OpenedUnderAnotherHost)
            .hop(
                begin.number,
                format!("the sign-in began at {}", begin.request.url.origin().ascii_serialization()),
            )
            .hop(
                callback.number,
                format!("its callback came to {}", callback.request.url.origin().ascii_serialization()),
            )
            .hop(callback.number, format!("the browser sends no cookie `{}`: it is for {from}", cookie.name))
            .symptom(symptom)
    })
}

/// The app set its cookie, and the browser came back without it: it was dropped, had already expired, or is for
/// another path.
fn attributes(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let hop = missing_at(seen, symptom)?;
    // Before its callback, an app may set cookies that are for the callback only.
    let since = match symptom.kind {
        SymptomKind::NotSignedIn if seen.settings.app.is_none() => symptom.hop,
        _ => 0,
    };
    let at_app = |by: &Hop| by.number >= since && seen.is_at(by, Party::APP);
    let unusable =
        |(by, cookie): (&Hop, &SetCookie)| Some((by.number, cookie.clone(), unusable(cookie, hop)?));
    let of_app: Vec<(&Hop, &SetCookie)> = set_before(seen, hop).filter(|(by, _)| at_app(by)).collect();
    let (set_at, cookie, why) = of_app.into_iter().rev().find_map(unusable)?;
    (!came(hop, &cookie.name)).then(|| {
        Finding::new(App::SessionCookieAttributes)
            .symptom(symptom)
            .hop(set_at, format!("Set-Cookie `{}` with {}: {why}", cookie.name, cookie.attributes.join("; ")))
            .hop(hop.number, format!("the browser sends no cookie `{}`", cookie.name))
    })
}

/// Whether the browser sent a cookie of this name.
fn came(hop: &Hop, name: &str) -> bool {
    hop.request.cookies.iter().any(|(sent, _)| sent == name)
}

/// Why a cookie cannot reach a page of the app, whatever the person does.
pub(super) fn unusable(cookie: &SetCookie, page: &Hop) -> Option<String> {
    match &cookie.fate {
        // Other rules cover these two: over plain http, and too large.
        CookieFate::Dropped(
            WhyDropped::TooLarge { .. }
            | WhyDropped::SecureOverHttp
            | WhyDropped::SecurePrefix
            | WhyDropped::HostPrefix,
        ) => None,
        CookieFate::Dropped(why) => Some(format!("the browser dropped it ({why})")),
        // A cookie with a value is not meant to be deleted.
        CookieFate::NothingToDelete if !cookie.value.is_empty() => {
            Some("it had already expired when it was set".to_owned())
        }
        CookieFate::Stored => {
            let path = cookie.attributes.iter().find_map(|attribute| {
                let (name, value) = attribute.split_once('=')?;
                name.eq_ignore_ascii_case("path").then_some(value)
            })?;
            let below = path.trim_end_matches('/');
            let asked = page.request.url.path();
            let covers = asked == below || asked.starts_with(&format!("{below}/"));
            (!covers && path.starts_with('/'))
                .then(|| format!("it is only for URLs below {path}, and this one is {asked}"))
        }
        CookieFate::NothingToDelete | CookieFate::Deleted => None,
    }
}
