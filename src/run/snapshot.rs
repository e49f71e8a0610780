//! The reviewed transcript beside a scenario: `first-visit.yaml` has
//! `first-visit.snap`, in insta's format, so that `cargo insta review` and this
//! command use the same file.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};
use kit::output::{Form, escaped};
use similar::TextDiff;

use crate::Scenario;

/// How a transcript compares with the reviewed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotResult {
    /// The scenario has no reviewed transcript.
    Missing,
    /// They are the same.
    Same,
    /// They differ; the difference as a unified diff.
    Different(String),
}

/// The path of a scenario's reviewed transcript: `<file>.snap` beside it, for a case
/// `<file>@<case>.snap`.
#[must_use]
pub fn snapshot_path(scenario: &Scenario) -> PathBuf {
    match &scenario.case {
        None => scenario.path.with_extension("snap"),
        Some(case) => {
            let stem = scenario.path.file_stem().unwrap_or_default().to_string_lossy();
            scenario.path.with_file_name(format!("{stem}@{case}.snap"))
        }
    }
}

/// Writes a transcript as the reviewed one, in insta's format. Review it before you call
/// this. Secrets that the scenario contains are hidden.
///
/// # Errors
/// If the file cannot be written.
pub fn update_snapshot(scenario: &Scenario, transcript: &str) -> std::io::Result<()> {
    // A JSON string is a YAML string in double quotes, which is how insta writes it.
    let secrets = scenario.secrets();
    let transcript = secrets.hide(transcript);
    let description = serde_json::Value::from(&*secrets.hide(scenario.description.trim()));
    let text = format!(
        "---\nsource: tests/scenarios.rs\ndescription: {description}\n---\n{}\n",
        transcript.trim_end()
    );
    files::replace(&snapshot_path(scenario), text, Access::Ordinary)
}

/// Compares a transcript with the reviewed one. Secrets that the scenario contains literally are hidden
/// in both, so one that its author left in the reviewed transcript makes no difference.
///
/// # Errors
/// If the snapshot exists and cannot be read.
pub fn compare_snapshot(scenario: &Scenario, transcript: &str) -> std::io::Result<SnapshotResult> {
    let path = snapshot_path(scenario);
    let reviewed = match files::read_text(&path, files::WRITTEN_LIMIT) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(SnapshotResult::Missing),
        Err(error) => return Err(error),
    };
    let secrets = scenario.secrets();
    Ok(compare(&secrets.hide(&reviewed), &secrets.hide(transcript), &path))
}

fn compare(text: &str, transcript: &str, path: &Path) -> SnapshotResult {
    // insta does not keep the newline at the end.
    let (reviewed, transcript) = (contents(text).trim_end(), transcript.trim_end());
    if reviewed == transcript {
        return SnapshotResult::Same;
    }
    // The path is not to be trusted, and is at the beginning of a line of the difference.
    let path = escaped(&path.to_string_lossy(), Form::Line).into_owned();
    let diff = TextDiff::from_lines(reviewed, transcript);
    let cut_off = if transcript.starts_with(reviewed) && !text.ends_with('\n') {
        let what = if reviewed.is_empty() { "is empty" } else { "is cut off in the middle of a line" };
        format!(
            "{path} {what}, as an interrupted write leaves it: restore it from version control, or write it again with \
             `--update` and review it\n"
        )
    } else {
        String::new()
    };
    let shown = diff
        .unified_diff()
        .context_radius(3)
        .missing_newline_hint(false)
        .header(&path, "this walk")
        .to_string();
    SnapshotResult::Different(cut_off + &shown)
}

/// What follows the metadata, which is between two lines of `---`.
fn contents(text: &str) -> &str {
    text.strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(text, |(_, contents)| contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_the_last_line_end_do_not_count() {
        let snapshot = "---\nsource: tests/scenarios.rs\nexpression: transcript\n---\n 1 GET /\n 2 GET /x\n";
        let same = compare(snapshot, " 1 GET /\n 2 GET /x", Path::new("a.snap"));
        assert_eq!(same, SnapshotResult::Same);
    }

    #[test]
    fn a_difference_is_shown_line_by_line() {
        let SnapshotResult::Different(diff) =
            compare(" 1 303\n 2 200\n", " 1 302\n 2 200\n", Path::new("a.snap"))
        else {
            panic!("expected a difference")
        };
        assert!(diff.starts_with("--- a.snap\n") && diff.contains("- 1 303\n+ 1 302\n"), "{diff}");
    }

    #[test]
    fn what_an_interrupted_write_left_is_called_so() {
        for (snapshot, what) in [
            ("", "a.snap is empty, "),
            (
                "---\nsource: tests/scenarios.rs\n---\n 1 303\n 2 2",
                "a.snap is cut off in the middle of a line, ",
            ),
        ] {
            let SnapshotResult::Different(told) = compare(snapshot, " 1 303\n 2 200\n", Path::new("a.snap"))
            else {
                panic!("expected a difference")
            };
            assert!(told.starts_with(what) && told.contains("+ 2 200"), "{told}");
        }
    }
}
