//! Derives findings from what was observed.

use super::cause::Cause;
use super::finding::Finding;
use super::observed::Observed;
use super::rules::{EXPLAIN, WATCH};
use super::success::last_success;
use super::symptom::{Symptom, SymptomKind, symptoms};
use super::unknown::{follows, unknown};
use crate::walker::{Hop, WhyHop};

/// What broke, the earliest first. Empty for a sign-in that succeeded.
#[must_use]
pub(crate) fn findings(seen: &Observed<'_>) -> Vec<Finding> {
    by_rules(seen, |_| true)
}

/// Like [`findings`], using only the rules for whose names `taken` is true.
pub(crate) fn by_rules(seen: &Observed<'_>, taken: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    // The symptom that was explained last, by its hop.
    let mut named: Option<usize> = None;
    for symptom in symptoms(seen) {
        let Some(finding) = explain(seen, &symptom, &taken) else { continue };
        if finding.cause != Cause::Unknown {
            named = Some(symptom.hop).filter(|_| !finding.cause.is_own_choice()).or(named);
        } else if named.is_some_and(|named| follows(seen, named, &symptom)) {
            continue;
        }
        add(&mut found, finding);
    }
    let explained: Vec<usize> = found
        .iter()
        .filter(|finding| finding.cause != Cause::Unknown)
        .filter_map(|finding| finding.hop)
        .collect();
    for watch in WATCH.iter().copied().flatten().filter(|rule| taken(rule.name)) {
        if let Some(finding) = (watch.ask)(seen) {
            add(&mut found, finding);
        }
    }
    // By the hop at which it shows; what only the configuration shows comes last.
    found.sort_by_key(|finding| shows_at(seen, finding.hop.unwrap_or(usize::MAX), &explained));
    // A finding from before the first hop has no hop.
    for finding in &mut found {
        finding.hop = finding.hop.filter(|hop| *hop > 0);
    }
    found
}

/// The hop by which a finding is ordered. What a person runs into at the end of a navigation comes before what was
/// silently wrong on the way there.
fn shows_at(seen: &Observed<'_>, hop: usize, explained: &[usize]) -> usize {
    let tab = seen.hop(hop).map(|hop| hop.tab);
    let redirected = |end: usize| {
        let way: Vec<&Hop> =
            seen.hops().iter().filter(|other| hop < other.number && other.number <= end).collect();
        way.iter().all(|other| other.why == WhyHop::Redirect && Some(other.tab) == tab)
    };
    explained.iter().copied().find(|end| *end > hop && redirected(*end)).unwrap_or(hop)
}

/// Explains a symptom; `None` if the Management API refused a call without consequences for the sign-in.
fn explain(seen: &Observed<'_>, symptom: &Symptom, taken: impl Fn(&str) -> bool) -> Option<Finding> {
    let mut rules = EXPLAIN.iter().copied().flatten().filter(|rule| taken(rule.name));
    let explained = rules.find_map(|rule| (rule.ask)(seen, symptom));
    let harmless = matches!(symptom.kind, SymptomKind::ManagementRefused(_)) && last_success(seen).is_some();
    if explained.is_none() && harmless {
        return None;
    }
    let finding = explained.unwrap_or_else(|| unknown(seen, symptom));
    Some(match finding.hop {
        Some(_) => finding,
        None => finding.at(symptom.hop),
    })
}

/// The names of all rules, in order.
#[cfg(test)]
pub(crate) fn rule_names() -> Vec<&'static str> {
    let explain = EXPLAIN.iter().copied().flatten().map(|rule| rule.name);
    explain.chain(WATCH.iter().copied().flatten().map(|rule| rule.name)).collect()
}

/// Reports each cause once, where it shows first.
fn add(found: &mut Vec<Finding>, finding: Finding) {
    if !found.iter().any(|other| other.cause == finding.cause) {
        found.push(finding);
    }
}
