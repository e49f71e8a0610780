//! How a transcript differs from the reviewed one where a fact about versions changes the course of a walk, which
//! no translation could say: `NAME.FACT.diff` beside `NAME.snap`, for a Logto on the other side of the fact.
//!
//! It is a unified diff without file names and line numbers. Each hunk begins with `@@`; its lines are found by
//! their text, in order.

use std::path::{Path, PathBuf};

use kit::files;
use mock_logto::Fact;

use super::snapshot::snapshot_path;
use crate::Scenario;

/// The variants of a scenario's reviewed transcript that apply to a Logto that differs in these facts.
pub(super) fn paths(scenario: &Scenario, differing: &[Fact]) -> Vec<PathBuf> {
    let path = |fact: &Fact| snapshot_path(scenario).with_extension(format!("{}.diff", fact.name()));
    differing.iter().map(path).filter(|path| path.is_file()).collect()
}

/// The reviewed transcript for a Logto that differs in these facts; an error text if a variant does not fit it.
pub(super) fn applied(
    scenario: &Scenario,
    differing: &[Fact],
    reviewed: String,
) -> std::io::Result<Result<String, String>> {
    let mut text = reviewed;
    for path in paths(scenario, differing) {
        let diff = files::read_text(&path, files::WRITTEN_LIMIT)?;
        match patched(&text, &diff) {
            Ok(other) => text = other,
            Err(line) => return Ok(Err(misfit(&path, &line))),
        }
    }
    Ok(Ok(text))
}

fn misfit(path: &Path, line: &str) -> String {
    format!(
        "{}: the reviewed transcript does not have these lines in a row, beginning with\n  {line}\n",
        path.display()
    )
}

/// The text with the hunks of a diff applied; the first line of the hunk that does not fit otherwise.
fn patched(text: &str, diff: &str) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut done: Vec<&str> = Vec::new();
    let mut at = 0;
    for hunk in diff.split("@@\n").skip(1) {
        let side = |other: char| {
            hunk.lines()
                .filter(move |line| !line.starts_with(other))
                .map(|line| line.get(1..).unwrap_or_default())
        };
        let (old, new): (Vec<&str>, Vec<&str>) = (side('+').collect(), side('-').collect());
        let found = lines[at..].windows(old.len().max(1)).position(|window| window == old);
        let Some(found) = found else { return Err(old.first().copied().unwrap_or_default().to_owned()) };
        done.extend(&lines[at..at + found]);
        done.extend(new);
        at += found + old.len();
    }
    done.extend(&lines[at..]);
    Ok(done.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_applied_in_order_and_one_that_does_not_fit_is_named() {
        let text = "a\nb\nc\na\nb\nd";
        assert_eq!(patched(text, "@@\n a\n-b\n+x\n+y\n@@\n b\n-d\n").as_deref(), Ok("a\nx\ny\nc\na\nb"));
        assert_eq!(patched(text, "@@\n b\n-e\n").unwrap_err(), "b");
        assert_eq!(patched(text, "@@\n-d\n@@\n-a\n").unwrap_err(), "a", "hunks do not go back");
    }
}
