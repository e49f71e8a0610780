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
    // Most walks run alone, and need none of what they know.
    let mut known: Option<Known> = None;
    let mut all: Vec<Recorded> = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(hop) = entry.whose.hop(walk) else { continue };
        let at = hops.iter().find(|one| one.number == hop);
        let belonging = of_connection(&entry, walk, at).unwrap_or_else(|| {
            let known = known.get_or_insert_with(|| known_from(hops, &all));
            of_content(&entry, known)
        });
        let tie = match belonging {
            Belonging::By(tie) => Some(tie),
            Belonging::Unknown => None,
            Belonging::Not => continue,
        };
        let recorded = Recorded { entry, hop, tie };
        if let Some(known) = &mut known {
            learn(known, &recorded);
        }
        all.push(recorded);
    }
    all
}

fn known_from(hops: &[Hop], entries: &[Recorded]) -> Known {
    let mut known = Known::default();
    for hop in hops {
        known.asked(carried(hop));
        known.answered(hop.request.url.as_str(), &hop.response.headers, &hop.response.body);
    }
    entries.iter().for_each(|recorded| learn(&mut known, recorded));
    known
}

fn learn(known: &mut Known, Recorded { entry, tie, .. }: &Recorded) {
    if tie.is_none() {
        return;
    }
    known.asked(carried_by(entry));
    if let Outcome::Response(response) = &entry.outcome {
        known.answered(&entry.request.url, &response.headers, &response.body);
    }
}

fn carried_by(entry: &Entry) -> Carried {
    Carried::by(&entry.request.url, &entry.request.headers, &entry.request.body)
}

fn carried(hop: &Hop) -> Carried {
    let mut carried = Carried::by(hop.request.url.as_str(), &hop.request.headers, &hop.request.body);
    carried.cookies.extend(hop.request.cookies.iter().map(|(name, value)| format!("{name}={value}")));
    carried
}

/// To which walk an entry belongs, if no value in it has to be looked at.
fn of_connection(entry: &Entry, walk: WalkId, hop: Option<&Hop>) -> Option<Belonging> {
    let alone = entry.whose.alone() == Some(walk);
    match entry.whose.own() {
        Some((own, _)) if own == walk => Some(Belonging::By(Tie::Own)),
        Some(_) => Some(Belonging::Not),
        // Without an answer, no connection identifies the request.
        None if alone && hop.is_some_and(|hop| is_like(entry, hop)) => Some(Belonging::By(Tie::Own)),
        // A browser that is not of the walk has cookies of its own.
        None if alone && !has_cookies(entry) => Some(Belonging::By(Tie::OnlyWalk)),
        None => None,
    }
}

fn has_cookies(entry: &Entry) -> bool {
    entry.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"))
}

fn of_content(entry: &Entry, known: &Known) -> Belonging {
    let request = carried_by(entry);
    if !request.cookies.is_empty() {
        return if known.has_cookies(&request) { Belonging::By(Tie::Cookie) } else { Belonging::Not };
    }
    match (known.tie(&request), entry.whose.alone()) {
        (Some(tie), _) => Belonging::By(tie),
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
