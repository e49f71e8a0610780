//! The report as JSON: a single document on standard output.

use serde_json::{Map, Value, json};

use crate::cli::run::outcome::{Outcome, Totals, Verdict};
use crate::findings::Finding;
use crate::scenario::BackendKind;

/// Version of the format; increased if a member changes its meaning or is removed.
const VERSION: u32 = 1;

/// A document that is written piece by piece: scenarios as their walks end, totals last.
pub(in crate::cli::run) struct Json {
    backend: BackendKind,
    begun: bool,
}

impl Json {
    pub(super) fn new(backend: BackendKind) -> Self {
        Self { backend, begun: false }
    }

    /// The text to write for an outcome.
    pub(super) fn outcome(&mut self, outcome: &Outcome) -> String {
        let before = self.before();
        format!("{before}\n    {}", indented(&format!("{:#}", value(outcome)), 4))
    }

    /// The text that ends the document.
    pub(super) fn finish(mut self, totals: &Totals, seconds: f64) -> String {
        let empty = !self.begun;
        let before = if empty { self.before() } else { String::from("\n  ") };
        let Totals { passed, failed, skipped, not_started } = totals;
        let failed = failed + not_started;
        format!(
            "{before}],\n  \"passed\": {passed},\n  \"failed\": {failed},\n  \"skipped\": {skipped},\n  \"seconds\": {}\n}}\n",
            json!(seconds)
        )
    }

    /// The text before the next scenario.
    fn before(&mut self) -> String {
        if std::mem::replace(&mut self.begun, true) {
            return ",".to_owned();
        }
        let backend = json!(self.backend.to_string());
        format!("{{\n  \"version\": {VERSION},\n  \"backend\": {backend},\n  \"scenarios\": [")
    }
}

/// Indents all lines but the first; a JSON string never contains a line break.
fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(by)))
}

fn value(outcome: &Outcome) -> Value {
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
        Verdict::NotStarted(error) | Verdict::Refused(error) => {
            add("error", json!(error));
        }
        Verdict::Walked { failures, transcript, snapshot, findings, raw, said } => {
            let failure = |failure: &crate::Failure| json!({ "path": failure.path, "line": failure.line, "what": failure.what });
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
            if !said.is_empty() {
                add("app", json!(said));
            }
            add("transcript", json!(transcript));
        }
    }
    Value::Object(members)
}
