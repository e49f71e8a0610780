//! The reviewed transcript beside a scenario: `first-visit.yaml` has
//! `first-visit.snap`, in insta's format, so that `cargo insta review` and this
//! command use the same file.

use std::path::{Path, PathBuf};

use kit::files::{self, Access};
use kit::output::{Form, escaped};
use mock_logto::Fact;
use similar::TextDiff;

use super::variant;
use crate::Scenario;
use crate::counted::counted;
use crate::run::WalkReport;
use crate::transcript::text::{beginnings, hops};

/// How a transcript compares with the reviewed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotResult {
    /// The scenario has no reviewed transcript.
    Missing,
    /// They are the same.
    Same,
    /// They differ; the difference as a unified diff.
    Different(String),
    /// The walk ended early, and up to there they are the same.
    SameSoFar,
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
    compared(scenario, &[], transcript, ToOwned::to_owned, compare)
}

/// Compares the transcript of a walk with the reviewed one, in the terms of the version of Logto that the reviewed
/// one comes from, and as far as it goes: up to its last hop, if it failed, since
/// that the reviewed one goes on says nothing more; and without the calls of the app, if they could not be seen.
///
/// # Errors
/// If the snapshot exists and cannot be read.
pub fn compare_walk(scenario: &Scenario, report: &WalkReport) -> std::io::Result<SnapshotResult> {
    let seen = report.transcript.has_app_calls;
    let shown = |text: &str| if seen { text.to_owned() } else { without_app_calls(text) };
    let how = if report.passed() { compare } else { so_far };
    compared(scenario, &report.differing, &report.comparable().to_string(), shown, how)
}

/// Whether a variant of the reviewed transcript is what the transcript of this walk is compared with.
#[must_use]
pub fn has_variant(scenario: &Scenario, report: &WalkReport) -> bool {
    !variant::paths(scenario, &report.differing).is_empty()
}

fn compared(
    scenario: &Scenario,
    differing: &[Fact],
    transcript: &str,
    shown: impl Fn(&str) -> String,
    how: fn(&str, &str, &Path) -> SnapshotResult,
) -> std::io::Result<SnapshotResult> {
    let path = snapshot_path(scenario);
    let reviewed = match files::read_text(&path, files::WRITTEN_LIMIT) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(SnapshotResult::Missing),
        Err(error) => return Err(error),
    };
    let reviewed = match variant::applied(scenario, differing, reviewed)? {
        Ok(reviewed) => reviewed,
        Err(misfit) => return Ok(SnapshotResult::Different(misfit)),
    };
    let secrets = scenario.secrets();
    Ok(how(&shown(&secrets.hide(&reviewed)), &secrets.hide(transcript), &path))
}

/// A transcript without what the app asked Logto: each such call is a line, and what is indented below it.
fn without_app_calls(text: &str) -> String {
    let mut inside = false;
    let kept = text.split_inclusive('\n').filter(|line| {
        inside = line.starts_with(APP_CALL) || inside && line.starts_with(BELOW_CALL);
        !inside
    });
    kept.collect()
}

/// How a call of the app begins in a transcript, and how what belongs to it does.
const APP_CALL: &str = "      app  ";
const BELOW_CALL: &str = "          ";

fn so_far(text: &str, transcript: &str, path: &Path) -> SnapshotResult {
    let (reviewed, walked) = (hops(contents(text)), hops(transcript));
    let all = beginnings(reviewed).count();
    let last = beginnings(walked).count();
    let Some(end) = beginnings(reviewed).nth(last) else { return compare(text, transcript, path) };
    match compare(&format!("{}\n", reviewed[..end].trim_end()), walked, path) {
        SnapshotResult::Different(shown) => SnapshotResult::Different(format!(
            "{shown}(the walk ended at hop {last}; the reviewed transcript has {})\n",
            counted(all, "hop")
        )),
        _ => SnapshotResult::SameSoFar,
    }
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

    /// Hops as a transcript's text has them.
    fn transcript(statuses: &[u16]) -> String {
        let hop = |(at, status): (usize, &u16)| {
            format!("{:>3}   browser  typed  GET [APP]/{at}  {status}\n      text/html\n", at + 1)
        };
        statuses.iter().enumerate().map(hop).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_the_app_asked_is_left_out_where_it_cannot_be_seen() {
        let hop = "  1   browser  typed  GET [APP]/callback  302 → /\n      cookies a\n";
        let calls = "      app  POST [LOGTO]/oidc/token  200\n          sends code=[CODE]\n          {\n            \"a\":1\n          }\n      app  GET [LOGTO]/oidc/jwks  200\n          {}\n";
        let after = "      set a=[APP_SESSION]\n\n  2   browser  redirect  GET [APP]/  200\n";
        assert_eq!(without_app_calls(&format!("{hop}{calls}{after}")), format!("{hop}{after}"));
        let of_logto = "      logto  POST [HF]/oauth/token  200\n          {}\n";
        let text = format!("{hop}{of_logto}{after}");
        assert_eq!(without_app_calls(&text), text, "only the app's");
    }

    #[test]
    fn a_walk_that_ended_early_is_compared_up_to_its_end() {
        let snapshot =
            |statuses: &[u16]| format!("---\nsource: tests/scenarios.rs\n---\n{}", transcript(statuses));
        let so_far =
            |reviewed: &[u16], walked: &str| so_far(&snapshot(reviewed), walked, Path::new("a.snap"));
        let reviewed = [200; 12];
        assert_eq!(so_far(&reviewed, &transcript(&[200, 200])), SnapshotResult::SameSoFar);
        let masked = format!("{}\nMasked:\n      cookie `a`: new in every run\n", transcript(&[200, 200]));
        assert_eq!(
            so_far(&reviewed, &masked),
            SnapshotResult::SameSoFar,
            "what follows the hops is not a hop"
        );
        let SnapshotResult::Different(shown) = so_far(&reviewed, &transcript(&[200, 500])) else {
            panic!("expected a difference")
        };
        assert!(shown.contains("-  2   browser  typed  GET [APP]/1  200\n+  2 "), "{shown}");
        let lines = shown.lines().filter(|line| line.starts_with('-')).count();
        assert_eq!(lines, 2, "only the name and the line that differs: {shown}");
        assert!(
            shown.ends_with("(the walk ended at hop 2; the reviewed transcript has 12 hops)\n"),
            "{shown}"
        );
        // A walk that went on longer than it should differs as a whole.
        assert!(matches!(so_far(&[200], &transcript(&[200, 200])), SnapshotResult::Different(_)));
        assert_eq!(so_far(&[200, 200], &transcript(&[200, 200])), SnapshotResult::Same);
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
