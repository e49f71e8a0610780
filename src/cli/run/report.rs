//! The report of a run, written walk by walk: nothing that has been written is kept, so
//! that ten thousand walks take no more memory than a hundred.

use kit::output::StandardOutput;

use super::super::arguments;
use super::super::exit::CliError;
use super::super::output;
use super::super::style::Style;
use super::json::Json;
use super::junit::Junit;
use super::outcome::{Outcome, Totals};
use super::progress::Progress;
use super::text::Text;
use crate::scenario::BackendKind;

/// A report that is being written.
pub(super) enum Report {
    Text(Text),
    Json(Json),
    Junit(Junit),
}

impl Report {
    /// With `transcripts`, the report for people also has those of walks that passed.
    pub(super) fn new(kind: arguments::Report, backend: BackendKind, transcripts: bool) -> Self {
        match kind {
            arguments::Report::Text => Self::Text(Text::new(Style::of_stdout(), transcripts)),
            arguments::Report::Json => Self::Json(Json::new(backend)),
            arguments::Report::Junit => Self::Junit(Junit::default()),
        }
    }

    /// Whether a progress line may be shown beside it.
    pub(super) fn is_for_people(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Writes the outcome of one more walk.
    pub(super) fn outcome(&mut self, outcome: &Outcome, progress: &Progress) -> Result<(), CliError> {
        match self {
            Self::Text(text) => {
                progress.above(|| output::print(&format!("{}\n", text.outcome(outcome).trim_end())))
            }
            Self::Json(json) => output::print_json(&json.outcome(outcome)),
            Self::Junit(junit) => junit.outcome(outcome),
        }
    }

    /// Writes what is known only after the last walk.
    pub(super) fn finish(self, totals: &Totals, seconds: f64) -> Result<(), CliError> {
        match self {
            Self::Text(_) => output::print(&format!("{totals}\n")),
            Self::Json(json) => output::print_json(&json.finish(totals, seconds)),
            Self::Junit(junit) => junit.write(StandardOutput, seconds).map_err(output::failed),
        }
    }
}
