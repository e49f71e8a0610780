//! The report as JSON: one document, alone on standard output.

use logto_testkit::findings::Finding;
use logto_testkit::scenario::BackendKind;
use serde_json::{Map, Value, json};

use super::outcome::{Outcome, Totals, Verdict};

/// Format of the report; goes up when a member changes its meaning or goes.
const VERSION: u32 = 1;

pub(super) fn report(outcomes: &[Outcome], totals: &Totals, backend: BackendKind, seconds: f64) -> String {
    let report = json!({
        "version": VERSION,
        "backend": backend.to_string(),
        "passed": totals.passed,
        "failed": totals.failed,
        "skipped": totals.skipped,
        "seconds": seconds,
        "scenarios": outcomes.iter().map(outcome).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

fn outcome(outcome: &Outcome) -> Value {
    let scenario = &outcome.scenario;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("name", json!(scenario.name()));
    add("path", json!(scenario.path));
    add("description", json!(scenario.description.trim()));
    add("result", json!(outcome.result()));
    add("seconds", json!(outcome.duration.as_secs_f64()));
    match &outcome.verdict {
        Verdict::Skipped(reason) => {
            add("reason", json!(reason));
        }
        Verdict::NotStarted(error) => {
            add("error", json!(error));
        }
        Verdict::Walked { failures, transcript, snapshot, findings, raw } => {
            let failure = |failure: &logto_testkit::Failure| json!({ "path": failure.path, "line": failure.line, "what": failure.what });
            add("failures", failures.iter().map(failure).collect());
            add("snapshot", json!(snapshot.word()));
            if let Some(diff) = snapshot.difference() {
                add("difference", json!(diff));
            }
            if outcome.result() == "failed" || !findings.is_empty() {
                add("findings", findings.iter().map(Finding::to_json).collect());
            }
            if let Some(Ok(file)) = raw {
                add("raw", json!(file));
            }
            add("transcript", json!(transcript));
        }
    }
    Value::Object(members)
}
