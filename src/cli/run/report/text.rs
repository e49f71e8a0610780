//! The report for people.

use std::fmt::Write as _;

use crate::cli::run::outcome::{Outcome, Snapshot, Verdict, raw_headers};
use crate::cli::style::Style;
use crate::counted::counted;
use crate::findings::Finding;
use crate::{SnapshotResult, snapshot_path};

/// The findings under a failed walk.
fn told(findings: &[Finding], style: &Style) -> String {
    let mut text = String::new();
    for (at, finding) in findings.iter().enumerate() {
        let word = match at {
            _ if finding.cause.is_own_choice() => "a choice",
            0 => "finding",
            _ => "also",
        };
        let _ = writeln!(text, "{} {}", style.yellow(&format!("{word:<8}")), indented(finding));
    }
    text
}

/// Indents all lines but the first, so that none of them looks like a line of the report.
fn indented(told: impl ToString) -> String {
    told.to_string().replace('\n', "\n         ")
}

/// Writes outcomes for people.
pub(in crate::cli::run) struct Text {
    style: Style,
    /// Whether to include the transcripts of walks that passed.
    transcripts: bool,
}

impl Text {
    pub(super) fn new(style: Style, transcripts: bool) -> Self {
        Self { style, transcripts }
    }

    pub(super) fn outcome(&self, outcome: &Outcome) -> String {
        let Outcome { scenario, verdict, duration, began: _ } = outcome;
        let (name, style) = (indented(scenario.name()), &self.style);
        let path = indented(scenario.path.display());
        match verdict {
            Verdict::Skipped(reason) => {
                format!("{} {name}: {}\n", style.yellow("skipped"), indented(reason))
            }
            Verdict::Refused(reasons) => {
                format!("{} {name}\n{} {}\n", style.red("FAILED "), style.red("FAILED"), indented(reasons))
            }
            Verdict::NotStarted(error) => {
                let error = indented(error);
                format!("{} {name}\n{} {path}: {error}\n", style.red("FAILED "), style.red("FAILED"))
            }
            Verdict::Walked { failures, transcript, snapshot, findings, raw } => {
                let failed = outcome.result() == "failed";
                let word = if failed { style.red("FAILED ") } else { style.green("passed ") };
                let hops = counted(transcript.hops.len(), "hop");
                let mut text = format!("{word} {name}  ");
                let _ = writeln!(text, "{}", style.dim(&format!("{hops}, {} ms", duration.as_millis())));
                if failed || self.transcripts {
                    let _ = writeln!(text, "\n  {}\n\n{transcript:#}", indented(scenario.description.trim()));
                }
                for failure in failures {
                    let _ = writeln!(text, "{} {}", style.red("FAILED"), indented(failure));
                }
                if failed {
                    text.push_str(&told(findings, style));
                }
                for note in &transcript.notes {
                    let _ = writeln!(text, "        note: {}", indented(note));
                }
                let reviewed = indented(snapshot_path(scenario).display());
                match snapshot {
                    Snapshot::Compared(SnapshotResult::Same | SnapshotResult::SameSoFar) => {}
                    // `--update` does not write the transcript of a failed walk.
                    Snapshot::Compared(SnapshotResult::Missing) if failed => {}
                    Snapshot::Compared(SnapshotResult::Missing) => {
                        let _ = writeln!(
                            text,
                            "        not compared: no reviewed transcript {reviewed} (write it with `--update`)"
                        );
                    }
                    // The failure comes first, and is probably why.
                    Snapshot::Compared(SnapshotResult::Different(diff)) if !failures.is_empty() => {
                        let _ = writeln!(
                            text,
                            "        up to its end, the transcript differs from the reviewed one\n{}",
                            style.diff(diff)
                        );
                    }
                    Snapshot::Compared(SnapshotResult::Different(diff)) => {
                        let _ = writeln!(
                            text,
                            "{} {path}: the transcript differs from the reviewed one\n{}",
                            style.red("FAILED"),
                            style.diff(diff)
                        );
                    }
                    Snapshot::Updated => {
                        let _ = writeln!(text, "        written: {reviewed}; review it");
                    }
                }
                if let Some(raw) = raw {
                    let _ = writeln!(text, "        {}", indented(raw_headers(raw)));
                }
                text
            }
        }
    }
}
