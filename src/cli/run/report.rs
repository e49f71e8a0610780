//! The report of a run, written walk by walk: nothing that has been written is kept, so
//! that ten thousand walks take no more memory than a hundred.

mod json;
mod junit;
mod text;

use clap::ValueEnum;
use kit::output::StandardOutput;

use self::json::Json;
use self::junit::Junit;
use self::text::Text;
use super::super::exit::CliError;
use super::super::output;
use super::super::style::Style;
use super::outcome::{Outcome, Totals};
use super::progress::Progress;
use crate::scenario::BackendKind;

/// The output format of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document, alone on standard output.
    Json,
    /// JUnit XML, alone on standard output.
    Junit,
}

/// A report that is being written.
pub(super) enum Report {
    Text(Text),
    Json(Json),
    Junit(Junit),
}

impl Report {
    /// With `transcripts`, the report for people also has those of walks that passed.
    pub(super) fn new(format: Format, backend: BackendKind, transcripts: bool) -> Self {
        match format {
            Format::Text => Self::Text(Text::new(Style::of_stdout(), transcripts)),
            Format::Json => Self::Json(Json::new(backend)),
            Format::Junit => Self::Junit(Junit::default()),
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
