//! Whether a report is true.

use std::collections::BTreeMap;
use std::fmt;

use logto_testkit::diagnose::Diagnosis;
use serde_json::Value;

use super::truth::Expectation;

const UNKNOWN: &str = "unknown/first-bad-hop";

/// What `diagnose` did with an input.
pub(super) enum Seen {
    Refused(String),
    NotWalked(String),
    Diagnosed(Box<Diagnosis>),
}

/// The ways in which a report is not right, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    FalseAlarm,
    WrongClaim,
    FalseNothing,
    SecondLost,
    Unknown,
    NotFirst,
    WarningMissing,
    Text,
    Refused,
    NotRefused,
    NotWalked,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FalseAlarm => "FALSE ALARM",
            Self::WrongClaim => "WRONG CLAIM",
            Self::FalseNothing => "FALSE NOTHING",
            Self::SecondLost => "SECOND LOST",
            Self::Unknown => "UNKNOWN",
            Self::NotFirst => "NOT FIRST",
            Self::WarningMissing => "WARNING MISSING",
            Self::Text => "TEXT",
            Self::Refused => "REFUSED",
            Self::NotRefused => "NOT REFUSED",
            Self::NotWalked => "NOT WALKED",
        })
    }
}

/// One thing that is not right.
pub(super) struct Wrong {
    verdict: Verdict,
    what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict, self.what)
    }
}

/// Everything that is not right about a report, the worst first.
pub(super) struct Judgement {
    pub(super) wrong: Vec<Wrong>,
    healthy: bool,
}

pub(super) fn judged(expect: &Expectation, seen: &Seen) -> Judgement {
    let mut wrong = match (seen, &expect.error) {
        (Seen::Refused(message), Some(part)) if message.contains(part.as_str()) => banned(expect, message),
        (Seen::Refused(message), Some(part)) => {
            one(Verdict::Text, format!("“{message}” does not contain “{part}”"))
        }
        (Seen::Refused(message), None) => one(Verdict::Refused, message.clone()),
        (Seen::NotWalked(message), _) => one(Verdict::NotWalked, message.clone()),
        (Seen::Diagnosed(diagnosis), Some(part)) => one(
            Verdict::NotRefused,
            format!("found {}, expected the error “{part}”", listed(&ids(diagnosis))),
        ),
        (Seen::Diagnosed(diagnosis), None) => of_report(expect, diagnosis),
    };
    wrong.sort_by_key(|wrong| wrong.verdict);
    Judgement { wrong, healthy: expect.healthy }
}

fn one(verdict: Verdict, what: String) -> Vec<Wrong> {
    vec![Wrong { verdict, what }]
}

fn of_report(expect: &Expectation, diagnosis: &Diagnosis) -> Vec<Wrong> {
    let report = diagnosis.to_json();
    let (found, warned, unfinished) = (ids(diagnosis), warnings(&report), diagnosis.unfinished.as_deref());
    let mut wrong = if expect.healthy {
        of_healthy(&found, unfinished)
    } else if expect.named.is_empty() {
        of_broken(expect, &found, unfinished)
    } else {
        of_named(expect, &found, &warned)
    };
    wrong.extend(of_warnings(expect, &warned));
    wrong.extend(of_text(expect, &diagnosis.to_string(), &not_known(&report)));
    wrong
}

fn of_healthy(found: &[&str], unfinished: Option<&str>) -> Vec<Wrong> {
    if found.is_empty() && unfinished.is_none() {
        return vec![];
    }
    one(Verdict::FalseAlarm, format!("found {}{}", listed(found), ended(unfinished)))
}

fn of_broken(expect: &Expectation, found: &[&str], unfinished: Option<&str>) -> Vec<Wrong> {
    let expected = format!("expected {}", expected(expect));
    let what = |what: &str| format!("{what}found {}{}, {expected}", listed(found), ended(unfinished));
    let Some(first) = found.first() else {
        let verdict = if unfinished.is_some() { Verdict::Unknown } else { Verdict::FalseNothing };
        return one(verdict, what(""));
    };
    let is_true = |id: &str| {
        let also = expect.also.iter().flatten();
        expect.first.iter().chain(&expect.allowed).chain(also).any(|known| known == id)
    };
    let mut wrong = Vec::new();
    let claims: Vec<&str> = found.iter().copied().filter(|id| *id != UNKNOWN && !is_true(id)).collect();
    if !claims.is_empty() {
        wrong.extend(one(Verdict::WrongClaim, what(&format!("{} is not true: ", listed(&claims)))));
    }
    if found.contains(&UNKNOWN) && !is_true(UNKNOWN) {
        wrong.extend(one(Verdict::Unknown, what("")));
    } else if !expect.first.iter().any(|id| id == first) {
        wrong.extend(one(Verdict::NotFirst, what("")));
    }
    // Each finding names one fault only.
    let mut left = found.to_vec();
    if let Some(at) = left.iter().position(|id| expect.first.iter().any(|first| first == id)) {
        left.remove(at);
    }
    for fault in &expect.also {
        match left.iter().position(|id| fault.iter().any(|named| named == id)) {
            Some(at) => drop(left.remove(at)),
            None => wrong
                .extend(one(Verdict::SecondLost, what(&format!("{} is not found: ", fault.join(" or "))))),
        }
    }
    wrong
}

fn of_named(expect: &Expectation, found: &[&str], warned: &[String]) -> Vec<Wrong> {
    let said = || found.iter().copied().chain(warned.iter().map(String::as_str));
    let named = |id: &str| expect.named.iter().any(|named| named == id);
    let what = || {
        let said: Vec<&str> = said().collect();
        format!("found or warned of {}, expected {}", listed(&said), expect.named.join(" or "))
    };
    let true_of_it = |id: &str| named(id) || expect.allowed.iter().any(|allowed| allowed == id);
    if found.iter().any(|id| *id != UNKNOWN && !true_of_it(id)) {
        return one(Verdict::WrongClaim, what());
    }
    match found {
        _ if said().any(named) && !found.contains(&UNKNOWN) => vec![],
        [] => one(Verdict::FalseNothing, what()),
        _ => one(Verdict::Unknown, what()),
    }
}

/// A warning that is not expected is a wrong claim, about a healthy set-up a false alarm.
fn of_warnings(expect: &Expectation, warned: &[String]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut left: Vec<&String> = warned.iter().collect();
    for warning in &expect.warnings {
        match left.iter().position(|id| warning.contains(id)) {
            Some(at) => drop(left.remove(at)),
            None => {
                let what = format!("warned of {}, expected {}", listed(warned), warning.join(" or "));
                wrong.extend(one(Verdict::WarningMissing, what));
            }
        }
    }
    let expected =
        |id: &String| expect.warnings.iter().flatten().chain(&expect.named).any(|known| known == id);
    left.retain(|id| !expect.allowed.contains(id) && !expected(id));
    if !left.is_empty() {
        let verdict = if expect.healthy { Verdict::FalseAlarm } else { Verdict::WrongClaim };
        wrong.extend(one(verdict, format!("warned of {}", listed(&left))));
    }
    wrong
}

fn of_text(expect: &Expectation, text: &str, not_known: &str) -> Vec<Wrong> {
    // Lines of the report are broken at some width.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let missing = expect.says.iter().filter(|part| !text.contains(part.as_str()));
    let missing = missing.map(|part| format!("the report does not say “{part}”"));
    let untold = expect.unknown.iter().filter(|part| !not_known.contains(&part.to_lowercase()));
    let untold = untold.map(|part| format!("the report does not list “{part}” as not known or not checked"));
    let mut wrong: Vec<Wrong> =
        missing.chain(untold).map(|what| Wrong { verdict: Verdict::Text, what }).collect();
    wrong.extend(banned(expect, &text));
    wrong
}

fn banned(expect: &Expectation, text: &str) -> Vec<Wrong> {
    let said = expect.never.iter().filter(|part| text.contains(part.as_str()));
    said.map(|part| Wrong { verdict: Verdict::Text, what: format!("the report says “{part}”") }).collect()
}

fn ids(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.found.iter().map(|found| found.finding.cause.id()).collect()
}

fn warnings(report: &Value) -> Vec<String> {
    let warnings = report["warnings"].as_array().into_iter().flatten();
    warnings.map(|warning| warning["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What the report lists as assumed, not known, or not checked, in small letters.
fn not_known(report: &Value) -> String {
    let members = ["assumed", "unknown", "not_checked"].map(|name| &report[name]);
    members.map(ToString::to_string).join("\n").to_lowercase()
}

fn listed<T: AsRef<str>>(ids: &[T]) -> String {
    if ids.is_empty() {
        return "nothing".to_owned();
    }
    ids.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

fn ended(unfinished: Option<&str>) -> String {
    unfinished.map(|why| format!(" ({why})")).unwrap_or_default()
}

fn expected(expect: &Expectation) -> String {
    let also: String = expect.also.iter().map(|fault| format!(", and {}", fault.join(" or "))).collect();
    expect.first.join(" or ") + &also
}

/// One line: how many are right, and of each way of not being right how many.
pub(super) fn totals<'j>(name: &str, judgements: impl Iterator<Item = &'j Judgement>) -> String {
    let judgements: Vec<_> = judgements.collect();
    let right = |healthy: bool| {
        let of_kind = judgements.iter().filter(|judgement| judgement.healthy == healthy);
        let right = of_kind.clone().filter(|judgement| judgement.wrong.is_empty()).count();
        format!("{right} of {}", of_kind.count())
    };
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for worst in judgements.iter().filter_map(|judgement| judgement.wrong.first()) {
        *counts.entry(worst.verdict).or_default() += 1;
    }
    let counts: String = counts.iter().map(|(verdict, count)| format!(", {verdict} {count}")).collect();
    format!("{name}: healthy right {}, broken right {}{counts}\n", right(true), right(false))
}
