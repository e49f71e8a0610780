//! What a diagnosis says.

use std::time::Duration;

use serde_json::{Value, json};

use super::checks::Stage;
use crate::findings::Finding;

/// What a diagnosis says.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// What is wrong: what breaks first, then what would break once that is repaired.
    pub found: Vec<Found>,
    /// What a sign-in has to pass, in order, and how it went.
    pub checks: Vec<Check>,
    /// Something breaks still when everything that was found is repaired, or a finding could not be repaired.
    pub unfinished: Option<String>,
    /// What is as in the guide because nobody said otherwise.
    pub assumed: Vec<String>,
    /// What this cannot know.
    pub unknown: Vec<String>,
    /// The transcripts of the walks, the first of the set-up as it is.
    pub walks: Vec<String>,
    /// How long it took.
    pub duration: Duration,
}

/// Something wrong.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name, evidence and fix.
    pub finding: Finding,
    /// The walk in which it shows, from 0; its hops are that walk's.
    pub walk: usize,
    /// It ends a sign-in; otherwise it is a fault that people do not run into, or not yet.
    pub breaks: bool,
    /// The setting by which it goes away in the twin.
    pub repaired_by: Option<String>,
}

/// How a stage went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub stage: Stage,
    /// How it went.
    pub result: CheckResult,
    /// What was seen.
    pub detail: Option<String>,
}

/// How a stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// As it should.
    Passed,
    /// It broke, by the finding with this index.
    Broke {
        /// Index into [`Diagnosis::found`].
        found: usize,
    },
    /// As it should, once so many findings are repaired in the twin.
    PassedAfter {
        /// How many.
        repaired: usize,
    },
    /// No walk came so far.
    NotReached,
    /// This app does not say.
    NotLookedAt,
}

impl Diagnosis {
    /// Whether something is wrong.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.found.is_empty() && self.unfinished.is_none()
    }

    /// As a document for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let found = |found: &Found| {
            let mut value = found.finding.to_json();
            value["breaks"] = json!(found.breaks);
            value["walk"] = json!(found.walk + 1);
            value["repaired_by"] = json!(found.repaired_by);
            value
        };
        let check = |check: &Check| {
            let (result, by) = match check.result {
                CheckResult::Passed => ("passed", Value::Null),
                CheckResult::Broke { found } => ("broke", json!(found + 1)),
                CheckResult::PassedAfter { repaired } => ("passed_after_repairs", json!(repaired)),
                CheckResult::NotReached => ("not_reached", Value::Null),
                CheckResult::NotLookedAt => ("not_looked_at", Value::Null),
            };
            json!({
                "id": check.stage.id(),
                "what": check.stage.says(),
                "result": result,
                "finding": if result == "broke" { by.clone() } else { Value::Null },
                "repairs": if result == "passed_after_repairs" { by } else { Value::Null },
                "detail": check.detail,
            })
        };
        json!({
            "version": 1,
            "healthy": self.is_healthy(),
            "milliseconds": self.duration.as_secs_f64() * 1000.0,
            "findings": self.found.iter().map(found).collect::<Vec<_>>(),
            "unfinished": self.unfinished,
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "assumed": self.assumed,
            "unknown": self.unknown,
            "walks": self.walks,
        })
    }
}
