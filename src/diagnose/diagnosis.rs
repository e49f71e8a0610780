//! The result of a diagnosis.

use std::time::Duration;

use serde_json::{Value, json};

use super::checks::Stage;
use crate::findings::Finding;

/// The result of a diagnosis.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// What is wrong: what breaks first, then what would break once that is repaired.
    pub found: Vec<Found>,
    /// The stages of a sign-in, in order, and how each went.
    pub checks: Vec<Check>,
    /// Set if something still breaks when everything that was found is repaired, or if a finding
    /// could not be repaired.
    pub unfinished: Option<String>,
    /// Settings that are assumed to be as in the guide because the input does not contain them.
    pub assumed: Vec<String>,
    /// What cannot be known from the input, or was not checked.
    pub unknown: Vec<String>,
    /// Values that cannot be right, or rarely are. They were seen in the settings; no walk proves them.
    pub warnings: Vec<Finding>,
    /// The transcripts of the walks; the first is of the unrepaired set-up.
    pub walks: Vec<String>,
    /// How long the diagnosis took.
    pub duration: Duration,
}

/// One fault that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Name, evidence and fix.
    pub finding: Finding,
    /// The walk in which it shows, from 0; hop numbers refer to that walk.
    pub walk: usize,
    /// Whether it ends a sign-in; otherwise people do not run into it, or not yet.
    pub breaks: bool,
    /// The setting whose repair makes it go away in the twin.
    pub repaired_by: Option<String>,
    /// What the repair changes this setting to, in words: ``set to `openid profile` ``.
    pub repaired_with: Option<String>,
}

/// How one stage went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The stage that was checked.
    pub stage: Stage,
    /// Whether the stage was passed.
    pub result: CheckResult,
    /// Details from the walk, or why the stage was not looked at.
    pub detail: Option<String>,
}

/// Whether a stage was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// Passed without repairs.
    Passed,
    /// Broke, because of the finding with this index.
    Broke {
        /// Index into [`Diagnosis::found`].
        found: usize,
    },
    /// Passed once this many findings were repaired in the twin.
    PassedAfter {
        /// The number of repaired findings.
        repaired: usize,
    },
    /// No walk got this far.
    NotReached,
    /// The walks do not show it, for the reason in the detail.
    NotLookedAt,
}

impl Diagnosis {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.found.is_empty() && self.unfinished.is_none()
    }

    /// Whether a stage was passed without repairs.
    pub(super) fn has_passed(&self, stage: Stage) -> bool {
        self.checks.iter().any(|check| check.stage == stage && check.result == CheckResult::Passed)
    }

    /// The diagnosis as a document for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let found = |found: &Found| {
            let mut value = found.finding.to_json();
            value["breaks"] = json!(found.breaks);
            value["walk"] = json!(found.walk + 1);
            value["repaired_by"] = json!(found.repaired_by);
            value["repaired_with"] = json!(found.repaired_with);
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
            "warnings": self.warnings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "unfinished": self.unfinished,
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "assumed": self.assumed,
            "unknown": self.unknown,
            "walks": self.walks,
        })
    }
}
