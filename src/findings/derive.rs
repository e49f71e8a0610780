//! From what was seen to findings.

use serde_json::Value;

use super::cause::Cause;
use super::finding::Finding;
use super::observed::Observed;
use super::rules::{EXPLAIN, WATCH};
use super::symptom::{Symptom, SymptomKind, last_success, symptoms};

/// What broke, the first first. Nothing for a sign-in that came through.
#[must_use]
pub(crate) fn findings(seen: &Observed<'_>) -> Vec<Finding> {
    by_rules(seen, |_| true)
}

/// As [`findings`], by the rules whose names are `taken`.
pub(crate) fn by_rules(seen: &Observed<'_>, taken: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for symptom in symptoms(seen) {
        if let Some(finding) = explain(seen, &symptom, &taken) {
            add(&mut found, finding);
        }
    }
    for watch in WATCH.iter().copied().flatten().filter(|rule| taken(rule.name)) {
        if let Some(finding) = (watch.ask)(seen) {
            add(&mut found, finding);
        }
    }
    // By the hop at which it shows; what only the configuration tells comes last.
    found.sort_by_key(|finding| finding.hop.unwrap_or(usize::MAX));
    // What shows before the first hop is at none.
    for finding in &mut found {
        finding.hop = finding.hop.filter(|hop| *hop > 0);
    }
    found
}

/// Nothing where the Management API refused something that nobody missed.
fn explain(seen: &Observed<'_>, symptom: &Symptom, taken: impl Fn(&str) -> bool) -> Option<Finding> {
    let mut rules = EXPLAIN.iter().copied().flatten().filter(|rule| taken(rule.name));
    let explained = rules.find_map(|rule| (rule.ask)(seen, symptom));
    let harmless = matches!(symptom.kind, SymptomKind::ManagementRefused(_)) && last_success(seen).is_some();
    if explained.is_none() && harmless {
        return None;
    }
    let finding = explained.unwrap_or_else(|| Finding::new(Cause::Unknown).symptom(symptom));
    Some(match finding.hop {
        Some(_) => finding,
        None => finding.at(symptom.hop),
    })
}

/// The names of all rules.
#[cfg(test)]
pub(crate) fn rule_names() -> Vec<&'static str> {
    let explain = EXPLAIN.iter().copied().flatten().map(|rule| rule.name);
    explain.chain(WATCH.iter().copied().flatten().map(|rule| rule.name)).collect()
}

/// One cause is told once, where it shows first.
fn add(found: &mut Vec<Finding>, finding: Finding) {
    if !found.iter().any(|other| other.cause == finding.cause) {
        found.push(finding);
    }
}

/// A symptom in words.
pub(super) fn shows(symptom: &Symptom) -> String {
    match &symptom.kind {
        SymptomKind::NoResponse(fault) => format!("no response: {fault}"),
        SymptomKind::OidcError { path, error, description } => {
            format!("Logto shows an error at {path}: {error} ({description})")
        }
        SymptomKind::UnknownSession => "Logto knows of no sign-in under way".to_owned(),
        SymptomKind::NoButton { target, shown } => {
            format!("Logto's page has no button for `{target}`; it shows {shown}")
        }
        SymptomKind::ProviderPage { status } => format!("Hugging Face shows an error page ({status})"),
        SymptomKind::ProviderError { error, description } => {
            format!("Hugging Face sends the browser back with {error} ({description})")
        }
        SymptomKind::StateMismatch => "Logto's page finds that the state is not the one it sent".to_owned(),
        SymptomKind::Refused(refusal) => {
            let code = refusal.code.as_deref().unwrap_or("without a code");
            format!("Logto answers {} {code}: {}", refusal.status, refusal.message)
        }
        SymptomKind::AsksFor(asked) => format!("Logto's page asks for {}", asked.join(", ")),
        SymptomKind::AsksToLink { kind } => {
            format!("Logto's page asks whether to link to the account with this {kind}")
        }
        SymptomKind::AsksToAgree => "Logto's page asks the person to agree to the terms".to_owned(),
        SymptomKind::ManagementRefused(answer) => {
            let text = |member: &str| answer.answer.get(member).and_then(Value::as_str).unwrap_or_default();
            let (code, message) = (text("code"), text("message"));
            format!("the Management API answers {} {code} to {}: {message}", answer.status, answer.call)
        }
        SymptomKind::AppGotError { error, description } => {
            format!("Logto sends the browser back to the app with {error} ({description})")
        }
        SymptomKind::AppFailed { status } => format!("the app answers {status}"),
        SymptomKind::LeftSignedOut { .. } => {
            "the person is signed out, and left on Logto's own page".to_owned()
        }
        SymptomKind::NotSignedIn => {
            "the sign-in came through, and the app says that nobody is signed in".to_owned()
        }
        SymptomKind::Stuck(what) => what.to_string(),
    }
}
