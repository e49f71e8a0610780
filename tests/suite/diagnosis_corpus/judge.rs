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
    /// The right place, and less than the cause.
    NotNamed,
    NotFirst,
    WarningMissing,
    Text,
    Refused,
    NotRefused,
    NotWalked,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FalseAlarm => "FALSE ALARM",
            Self::WrongClaim => "WRONG CLAIM",
            Self::FalseNothing => "FALSE NOTHING",
            Self::SecondLost => "SECOND LOST",
            Self::Unknown => "UNKNOWN",
            Self::NotNamed => "NOT NAMED",
            Self::NotFirst => "NOT FIRST",
            Self::WarningMissing => "WARNING MISSING",
            Self::Text => "TEXT",
            Self::Refused => "REFUSED",
            Self::NotRefused => "NOT REFUSED",
            Self::NotWalked => "NOT WALKED",
        })
    }
}

/// What a report says, and in which ways that is not right.
pub(super) struct Judgement {
    healthy: bool,
    found: String,
    expected: String,
    wrong: Vec<(Verdict, String)>,
}

impl Judgement {
    pub(super) fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    fn worst(&self) -> Option<Verdict> {
        self.wrong.iter().map(|(verdict, _)| *verdict).min()
    }

    fn add(&mut self, verdict: Verdict, what: impl Into<String>) {
        self.wrong.push((verdict, what.into()));
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut verdicts: Vec<Verdict> = self.wrong.iter().map(|(verdict, _)| *verdict).collect();
        verdicts.sort_unstable();
        verdicts.dedup();
        let verdicts: Vec<String> = verdicts.iter().map(ToString::to_string).collect();
        write!(f, "{}: {}; expected {}", verdicts.join(", "), self.found, self.expected)?;
        let details = self.wrong.iter().map(|(_, what)| what).filter(|what| !what.is_empty());
        details.clone().try_for_each(|what| write!(f, "; {what}"))
    }
}

pub(super) fn judged(expect: &Expectation, seen: &Seen) -> Judgement {
    let found = match seen {
        Seen::Refused(message) => format!("refused: {message}"),
        Seen::NotWalked(message) => message.clone(),
        Seen::Diagnosed(diagnosis) => found(diagnosis),
    };
    let mut judgement =
        Judgement { healthy: expect.healthy, found, expected: expect.to_string(), wrong: Vec::new() };
    match (seen, &expect.error) {
        (Seen::Refused(message), Some(part)) if !message.contains(part.as_str()) => {
            judgement.add(Verdict::Text, "");
        }
        (Seen::Refused(message), Some(_)) => banned(&mut judgement, expect, message),
        (Seen::Refused(_), None) => judgement.add(Verdict::Refused, ""),
        (Seen::NotWalked(_), _) => judgement.add(Verdict::NotWalked, ""),
        (Seen::Diagnosed(_), Some(_)) => judgement.add(Verdict::NotRefused, ""),
        (Seen::Diagnosed(diagnosis), None) => of_report(&mut judgement, expect, diagnosis),
    }
    judgement
}

fn found(diagnosis: &Diagnosis) -> String {
    let warned = warnings(&diagnosis.to_json());
    let mut told = format!("found {}", listed(&ids(diagnosis)));
    if !warned.is_empty() {
        told.push_str(&format!(", warned of {}", listed(&warned)));
    }
    if let Some(why) = &diagnosis.unfinished {
        told.push_str(&format!(" ({why})"));
    }
    told
}

fn of_report(judgement: &mut Judgement, expect: &Expectation, diagnosis: &Diagnosis) {
    let report = diagnosis.to_json();
    let (found, warned) = (ids(diagnosis), warnings(&report));
    if expect.healthy {
        if !diagnosis.is_healthy() {
            judgement.add(Verdict::FalseAlarm, "");
        }
    } else if found.is_empty() && diagnosis.unfinished.is_some() {
        judgement.add(Verdict::Unknown, "");
    } else if expect.named.is_empty() {
        of_broken(judgement, expect, &found);
    } else {
        of_named(judgement, expect, &found, &warned);
    }
    of_warnings(judgement, expect, &warned);
    of_text(judgement, expect, &diagnosis.to_string(), &not_known(&report));
}

fn of_broken(judgement: &mut Judgement, expect: &Expectation, found: &[&str]) {
    let Some(first) = found.first() else { return judgement.add(Verdict::FalseNothing, "") };
    let known = || expect.first.iter().chain(expect.also.iter().flatten()).map(String::as_str);
    let is_true = |id: &str| known().any(|known| known == id) || expect.allowed.iter().any(|also| also == id);
    let claims: Vec<&str> = found.iter().copied().filter(|id| *id != UNKNOWN && !is_true(id)).collect();
    let (vague, false_ones): (Vec<&str>, Vec<&str>) =
        claims.iter().partition(|id| known().any(|known| says_less(id, known)));
    if !false_ones.is_empty() {
        judgement.add(Verdict::WrongClaim, format!("not true: {}", listed(&false_ones)));
    }
    if !vague.is_empty() {
        judgement.add(Verdict::NotNamed, "");
    }
    if found.contains(&UNKNOWN) && !is_true(UNKNOWN) {
        judgement.add(Verdict::Unknown, "");
    } else if !expect.first.iter().any(|id| id == first) && !says_less_than_any(first, &expect.first) {
        judgement.add(Verdict::NotFirst, "");
    }
    // Each finding names one fault only.
    let mut left = found.to_vec();
    let names =
        |id: &str, fault: &[String]| fault.iter().any(|named| named == id) || says_less_than_any(id, fault);
    if let Some(at) = left.iter().position(|id| names(id, &expect.first)) {
        left.remove(at);
    }
    for fault in &expect.also {
        match left.iter().position(|id| names(id, fault)) {
            Some(at) => drop(left.remove(at)),
            None => judgement.add(Verdict::SecondLost, format!("lost: {}", fault.join(" or "))),
        }
    }
}

/// Findings that are true of every fault of a kind, and the beginning of the names of that kind.
const OF_A_KIND: [(&str, &str); 7] = [
    ("huggingface/redirect-uri-not-registered", "huggingface/redirect-uri-"),
    ("application/redirect-uri-not-registered", "application/redirect-uri-"),
    ("connector/client-id-unknown", "connector/client-id-"),
    ("connector/secret-wrong", "connector/secret-"),
    ("connector/scope-unknown", "connector/scope-"),
    ("app/app-id-unknown", "app/app-id-"),
    ("app/app-secret-wrong", "app/app-secret-"),
];

fn says_less(id: &str, cause: &str) -> bool {
    OF_A_KIND.iter().any(|(general, kind)| *general == id && cause != id && cause.starts_with(kind))
}

fn says_less_than_any(id: &str, causes: &[String]) -> bool {
    causes.iter().any(|cause| says_less(id, cause))
}

fn of_named(judgement: &mut Judgement, expect: &Expectation, found: &[&str], warned: &[String]) {
    let named = |id: &str| expect.named.iter().any(|named| named == id);
    let is_true = |id: &str| named(id) || expect.allowed.iter().any(|allowed| allowed == id);
    if found.iter().any(|id| *id != UNKNOWN && !is_true(id)) {
        judgement.add(Verdict::WrongClaim, "");
    } else if found.contains(&UNKNOWN) {
        judgement.add(Verdict::Unknown, "");
    } else if !found.iter().copied().chain(warned.iter().map(String::as_str)).any(named) {
        judgement.add(Verdict::FalseNothing, "");
    }
}

/// A warning that is not expected is a wrong claim, about a healthy set-up a false alarm.
fn of_warnings(judgement: &mut Judgement, expect: &Expectation, warned: &[String]) {
    for warning in &expect.warnings {
        if !warned.iter().any(|id| warning.contains(id)) {
            judgement.add(Verdict::WarningMissing, "");
        }
    }
    let expected = || expect.warnings.iter().flatten().chain(&expect.named).chain(&expect.allowed);
    if warned.iter().any(|id| !expected().any(|known| known == id)) {
        judgement.add(if expect.healthy { Verdict::FalseAlarm } else { Verdict::WrongClaim }, "");
    }
}

fn of_text(judgement: &mut Judgement, expect: &Expectation, text: &str, not_known: &str) {
    // Lines of the report are broken at some width.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in expect.says.iter().filter(|part| !text.contains(part.as_str())) {
        judgement.add(Verdict::Text, format!("the report does not say “{part}”"));
    }
    for part in expect.unknown.iter().filter(|part| !not_known.contains(&part.to_lowercase())) {
        judgement.add(Verdict::Text, format!("“{part}” is not listed as not known or not checked"));
    }
    banned(judgement, expect, &text);
}

fn banned(judgement: &mut Judgement, expect: &Expectation, text: &str) {
    for part in expect.never.iter().filter(|part| text.contains(part.as_str())) {
        judgement.add(Verdict::Text, format!("the report says “{part}”"));
    }
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

/// One line: how many are right, and of each way of not being right how many.
pub(super) fn totals<'j>(name: &str, judgements: impl Iterator<Item = &'j Judgement>) -> String {
    let judgements: Vec<_> = judgements.collect();
    let right = |healthy: bool| {
        let of_kind = judgements.iter().filter(|judgement| judgement.healthy == healthy);
        format!("{} of {}", of_kind.clone().filter(|judgement| judgement.is_right()).count(), of_kind.count())
    };
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for worst in judgements.iter().filter_map(|judgement| judgement.worst()) {
        *counts.entry(worst).or_default() += 1;
    }
    let counts: String = counts.iter().map(|(verdict, count)| format!(", {verdict} {count}")).collect();
    format!("{name}: right {} healthy, {} others{counts}\n", right(true), right(false))
}
