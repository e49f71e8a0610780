//! Rules about the attributes of the app's session cookie.

use kit::Party;

use crate::findings::causes::App;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, Watch, rules};
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, SetCookie, WhyDropped};

pub(super) const EXPLAIN: &[Explain] = rules![attributes];
pub(super) const WATCH: &[Watch] = &[];

/// The app set its cookie at the start of the sign-in, and the browser came back to the callback
/// without it: it was dropped, had already expired, or is for another path.
fn attributes(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::AppFailed { .. } = symptom.kind else { return None };
    let (callback, earlier) = seen.hop_and_earlier(symptom.hop)?;
    let at_app = |hop: &&Hop| seen.is_at(hop, Party::APP);
    let (set_at, cookie, why) = earlier.iter().filter(at_app).rev().find_map(|hop| {
        let unusable = |cookie: &SetCookie| Some((hop.number, cookie.clone(), unusable(cookie, callback)?));
        hop.response.cookies.iter().find_map(unusable)
    })?;
    let came = callback.request.cookies.iter().any(|(name, _)| *name == cookie.name);
    (!came).then(|| {
        Finding::new(App::SessionCookieAttributes)
            .symptom(symptom)
            .hop(set_at, format!("Set-Cookie `{}` with {}: {why}", cookie.name, cookie.attributes.join("; ")))
            .hop(symptom.hop, format!("the browser sends no cookie `{}`", cookie.name))
    })
}

/// Why a cookie cannot reach the callback, whatever the person does.
fn unusable(cookie: &SetCookie, callback: &Hop) -> Option<String> {
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
            let asked = callback.request.url.path();
            let covers = asked == below || asked.starts_with(&format!("{below}/"));
            (!covers && path.starts_with('/'))
                .then(|| format!("it is only for URLs below {path}, and the callback is {asked}"))
        }
        CookieFate::NothingToDelete | CookieFate::Deleted => None,
    }
}
