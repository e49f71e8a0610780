//! Which entries of a journal belong to a walk, and what ties them to it.

use kit::{Entry, Outcome, WalkId};
use url::Url;

use super::carried::{Carried, Known};
use super::tie::Tie;
use crate::walker::Hop;

/// An entry in the record of a walk.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) entry: Entry,
    /// The walk's last hop when the request began.
    pub(crate) hop: usize,
    /// What ties it to the walk; `None` if it may belong to another.
    pub(crate) tie: Option<Tie>,
}

enum Belonging {
    By(Tie),
    Unknown,
    Not,
}

/// Leaves out the entries of other walks. `entries` are in order, so a value that one of them carries was
/// carried by a hop, or returned by an earlier entry.
pub(crate) fn attributed(hops: &[Hop], walk: WalkId, entries: Vec<Entry>) -> Vec<Recorded> {
    let mut known = Known::default();
    for hop in hops {
        known.asked(carried(hop));
        known.answered(hop.request.url.as_str(), &hop.response.headers, &hop.response.body);
    }
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(hop) = entry.whose.hop(walk) else { continue };
        let request = Carried::by(&entry.request.url, &entry.request.headers, &entry.request.body);
        let at = hops.iter().find(|one| one.number == hop);
        let tie = match belonging(&entry, &request, walk, at, &known) {
            Belonging::By(tie) => Some(tie),
            Belonging::Unknown => None,
            Belonging::Not => continue,
        };
        if tie.is_some() {
            known.asked(request);
            if let Outcome::Response(response) = &entry.outcome {
                known.answered(&entry.request.url, &response.headers, &response.body);
            }
        }
        all.push(Recorded { entry, hop, tie });
    }
    all
}

fn carried(hop: &Hop) -> Carried {
    let mut carried = Carried::by(hop.request.url.as_str(), &hop.request.headers, &hop.request.body);
    carried.cookies.extend(hop.request.cookies.iter().map(|(name, value)| format!("{name}={value}")));
    carried
}

fn belonging(entry: &Entry, request: &Carried, walk: WalkId, hop: Option<&Hop>, known: &Known) -> Belonging {
    let alone = entry.whose.alone();
    match entry.whose.own() {
        Some((own, _)) if own == walk => return Belonging::By(Tie::Own),
        Some(_) => return Belonging::Not,
        // Without an answer, no connection identifies the request.
        None if alone == Some(walk) && hop.is_some_and(|hop| is_like(entry, hop)) => {
            return Belonging::By(Tie::Own);
        }
        None => {}
    }
    if !request.cookies.is_empty() {
        return if known.has_cookies(request) { Belonging::By(Tie::Cookie) } else { Belonging::Not };
    }
    match (known.tie(request), alone) {
        (Some(tie), _) => Belonging::By(tie),
        (None, Some(only)) if only == walk => Belonging::By(Tie::OnlyWalk),
        (None, None) if request.values.is_empty() => Belonging::Unknown,
        (None, _) => Belonging::Not,
    }
}

/// Whether a request could be the browser's own, as far as its content shows.
fn is_like(entry: &Entry, hop: &Hop) -> bool {
    if entry.request.method != hop.request.method.as_str() {
        return false;
    }
    let mut url = hop.request.url.clone();
    url.set_fragment(None);
    Url::parse(&entry.request.url).is_ok_and(|asked| asked == url)
}
