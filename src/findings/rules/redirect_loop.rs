//! Rules about an app and Logto that send a browser back and forth.

use kit::Party;

use super::cookie::unusable;
use crate::findings::causes::App;
use crate::findings::finding::Finding;
use crate::findings::observed::Observed;
use crate::findings::rule::{Explain, rules};
use crate::findings::seen::is_authorization;
use crate::findings::success::is_code_callback;
use crate::findings::symptom::{Symptom, SymptomKind};
use crate::walker::{CookieFate, Hop, WhyHop};

pub(super) const EXPLAIN: &[Explain] = rules![endless];

/// After each callback, the app sends the browser to Logto again, which still knows the person.
fn endless(seen: &Observed<'_>, symptom: &Symptom) -> Option<Finding> {
    let SymptomKind::Stuck(_) = symptom.kind else { return None };
    let last = seen.hop(symptom.hop)?;
    let in_tab = |hop: &&Hop| hop.tab == last.tab && hop.why != WhyHop::Call && hop.number <= last.number;
    let row: Vec<&Hop> = seen.hops().iter().filter(in_tab).collect();
    let row = &row[row.iter().rposition(|hop| hop.why != WhyHop::Redirect)?..];
    let rounds: Vec<(&Hop, &Hop, &Hop)> = row
        .iter()
        .enumerate()
        .filter(|(_, hop)| is_callback(seen, hop))
        .filter_map(|(at, callback)| round(seen, callback, &row[at + 1..]))
        .collect();
    let [.., _, (callback, page, again)] = rounds.as_slice() else { return None };
    let why = why(seen, callback, page)?;
    Some(
        Finding::new(App::RedirectLoop)
            .hop(callback.number, "the app takes a callback of Logto")
            .hop(page.number, why)
            .hop(again.number, "the app begins another sign-in")
            .symptom(symptom)
            .at(callback.number),
    )
}

fn is_callback(seen: &Observed<'_>, hop: &Hop) -> bool {
    seen.is_at(hop, Party::APP) && is_code_callback(hop) && (300..400).contains(&hop.response.status)
}

/// What follows a callback: the page of the app to which it leads, and the next authorization request.
fn round<'h>(
    seen: &Observed<'_>,
    callback: &'h Hop,
    rest: &[&'h Hop],
) -> Option<(&'h Hop, &'h Hop, &'h Hop)> {
    let page = *rest.first().filter(|page| seen.is_at(page, Party::APP))?;
    let again = *rest.iter().find(|hop| !seen.is_at(hop, Party::APP))?;
    is_authorization(seen, again).then_some((callback, page, again))
}

/// Why the app does not know, on its page, that it has just signed the person in.
fn why(seen: &Observed<'_>, callback: &Hop, page: &Hop) -> Option<String> {
    let brought = |name: &str| page.request.cookies.iter().any(|(sent, _)| sent == name);
    // Before its callback, an app may set cookies that are for the callback only.
    let since = if seen.settings.app.is_none() { callback.number } else { 0 };
    let set = seen.hops().iter().filter(|hop| {
        (since..=callback.number).contains(&hop.number)
            && hop.tab.browser() == callback.tab.browser()
            && seen.is_at(hop, Party::APP)
    });
    let set: Vec<_> = set.flat_map(|hop| &hop.response.cookies).collect();
    let of_app = |name: &str| set.iter().any(|cookie| cookie.name == name);
    if let Some(withheld) = page.request.withheld.iter().find(|withheld| of_app(&withheld.name)) {
        return Some(format!("the browser does not send `{}`: {}", withheld.name, withheld.reason));
    }
    let lost = set.iter().rev().find(|cookie| !cookie.value.is_empty() && !brought(&cookie.name));
    match lost {
        Some(cookie) => {
            let why = match (unusable(cookie, page), &cookie.fate) {
                (Some(why), _) => why,
                (None, CookieFate::Dropped(why)) => format!("the browser dropped it ({why})"),
                _ => return None,
            };
            Some(format!("the browser does not send `{}`: {why}", cookie.name))
        }
        None if set.is_empty() && page.request.cookies.is_empty() => {
            Some("the browser has no cookie of the app, which has not set any".to_owned())
        }
        None => None,
    }
}
