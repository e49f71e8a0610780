//! The report of a run, written walk by walk: what has been written is not kept,
//! so that ten thousand walks take no more memory than a hundred.

use std::io::Write as _;

use logto_testkit::scenario::BackendKind;

use super::super::arguments;
use super::super::exit::CliError;
use super::super::style::Style;
use super::json::Json;
use super::junit::Junit;
use super::outcome::{Outcome, Totals};
use super::progress::Progress;
use super::text::Text;

/// A report under way.
pub(super) enum Report {
    Text(Text),
    Json(Json),
    Junit(Junit),
}

impl Report {
    /// `transcripts`: also those of walks that passed, in the report for people.
    pub(super) fn new(kind: arguments::Report, backend: BackendKind, transcripts: bool) -> Self {
        match kind {
            arguments::Report::Text => Self::Text(Text::new(Style::of_stdout(), transcripts)),
            arguments::Report::Json => Self::Json(Json::new(backend)),
            arguments::Report::Junit => Self::Junit(Junit::default()),
        }
    }

    /// Whether it leaves room for a line that tells how far the run is.
    pub(super) fn is_for_people(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// One more walk has ended.
    pub(super) fn outcome(&mut self, outcome: &Outcome, progress: &Progress) -> Result<(), CliError> {
        match self {
            Self::Text(text) => progress.above(|| print(&format!("{}\n", text.outcome(outcome).trim_end()))),
            Self::Json(json) => print(&json.outcome(outcome)),
            Self::Junit(junit) => junit.outcome(outcome),
        }
    }

    /// What is known only after the last walk.
    pub(super) fn finish(self, totals: &Totals, seconds: f64) -> Result<(), CliError> {
        match self {
            Self::Text(_) => print(&format!("{totals}\n")),
            Self::Json(json) => print(&json.finish(totals, seconds)),
            Self::Junit(junit) => {
                let mut out = std::io::stdout().lock();
                junit.write(&mut out, seconds).and_then(|()| out.flush()).map_err(to_stdout)
            }
        }
    }
}

/// To standard output, which may be closed or on a full disk.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
}

fn to_stdout(source: std::io::Error) -> CliError {
    CliError::Io { what: "write to standard output", source }
}
