//! The outcome of one scenario.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kit::Stopwatch;

use super::super::exit::CliError;
use crate::findings::Finding;
use crate::transcript::Transcript;
use crate::{Failure, Scenario, SnapshotResult};

/// The outcome of one scenario.
#[derive(Debug)]
pub(in crate::cli) struct Outcome {
    pub(in crate::cli) scenario: Arc<Scenario>,
    pub(in crate::cli) verdict: Verdict,
    /// The time from the start of the stack to its end.
    pub(in crate::cli) duration: Duration,
    /// When the walk began, after the stack had started.
    pub(in crate::cli) began: Option<Stopwatch>,
}

#[derive(Debug)]
pub(in crate::cli) enum Verdict {
    /// It needs another backend.
    Skipped(String),
    /// Its stack or its app did not start.
    NotStarted(String),
    /// It would do something to the app that does not reach an app of your own.
    Refused(String),
    Walked {
        failures: Vec<Failure>,
        transcript: Box<Transcript>,
        snapshot: Snapshot,
        /// What went wrong, by name, if it was determined.
        findings: Vec<Finding>,
        /// The file with the raw headers of a failed walk, or why there is none.
        raw: Option<Result<PathBuf, String>>,
        /// What an app of your own wrote last in a failed walk, and whether its command has ended.
        said: String,
    },
}

/// How the transcript compares with the reviewed one.
#[derive(Debug)]
pub(in crate::cli) enum Snapshot {
    Compared(SnapshotResult),
    /// It was written as the reviewed one.
    Updated,
}

impl Snapshot {
    pub(in crate::cli) fn word(&self) -> &'static str {
        match self {
            Self::Compared(SnapshotResult::Same) => "same",
            Self::Compared(SnapshotResult::Missing) => "missing",
            Self::Compared(SnapshotResult::SameSoFar) => "same so far",
            Self::Compared(SnapshotResult::Different(_)) => "different",
            Self::Updated => "updated",
        }
    }

    pub(in crate::cli) fn difference(&self) -> Option<&str> {
        match self {
            Self::Compared(SnapshotResult::Different(diff)) => Some(diff),
            Self::Compared(SnapshotResult::Same | SnapshotResult::SameSoFar | SnapshotResult::Missing)
            | Self::Updated => None,
        }
    }
}

impl Outcome {
    pub(in crate::cli) fn result(&self) -> &'static str {
        match &self.verdict {
            Verdict::Skipped(_) => "skipped",
            Verdict::Walked { failures, snapshot, .. }
                if failures.is_empty() && snapshot.difference().is_none() =>
            {
                "passed"
            }
            Verdict::Walked { .. } | Verdict::NotStarted(_) | Verdict::Refused(_) => "failed",
        }
    }
}

/// The line that says where the raw headers of a failed walk are.
pub(in crate::cli) fn raw_headers(raw: &Result<PathBuf, String>) -> String {
    match raw {
        Ok(file) => format!("raw headers: {} (cookies and codes in clear text)", file.display()),
        Err(error) => format!("raw headers could not be written: {error}"),
    }
}

/// The number of scenarios by outcome.
#[derive(Debug, Default)]
pub(in crate::cli) struct Totals {
    pub(in crate::cli) passed: usize,
    pub(in crate::cli) failed: usize,
    pub(in crate::cli) skipped: usize,
    /// Those whose stack or app did not start.
    pub(in crate::cli) not_started: usize,
}

impl Totals {
    pub(in crate::cli) fn count(&mut self, outcome: &Outcome) {
        match (&outcome.verdict, outcome.result()) {
            (Verdict::NotStarted(_), _) => self.not_started += 1,
            (_, "passed") => self.passed += 1,
            (_, "failed") => self.failed += 1,
            _ => self.skipped += 1,
        }
    }

    /// Counts a walk that ended the run.
    pub(in crate::cli) fn count_error(&mut self, error: &CliError) {
        self.not_started += usize::from(matches!(error, CliError::Start(_) | CliError::App(_)));
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)?;
        match self.not_started {
            0 => Ok(()),
            not_started => write!(f, ", {not_started} did not start"),
        }
    }
}
