//! The report, as Markdown.

use std::fmt::{self, Display, Formatter};

use super::cell::{Cell, Row};

/// The whole report.
pub(super) struct Report<'a> {
    pub(super) date: String,
    /// The commit of the checkout.
    pub(super) commit: Option<String>,
    /// Name and version of the running Logto, as given by the user.
    pub(super) logto: Option<&'a str>,
    /// The versions of Logto that were recorded.
    pub(super) recordings: Vec<String>,
    pub(super) stories: &'a [Row],
    pub(super) scenarios: &'a [Row],
}

/// Longer differences are truncated: the report is for reading.
const LINES: usize = 60;

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# How faithful the double is\n")?;
        writeln!(
            f,
            "Written by `logto-testkit fidelity`, which replays every recorded story of `tests/golden/` and walks every \
             scenario on\nthe embedded double and on a running Logto. *Same* means: every response as recorded, or the \
             transcript as reviewed.\n"
        )?;
        let commit = self.commit.as_deref().map(|commit| format!(", commit {commit}")).unwrap_or_default();
        writeln!(f, "- date: {}", self.date)?;
        writeln!(f, "- double: logto-testkit {}{commit}", env!("CARGO_PKG_VERSION"))?;
        writeln!(f, "- running Logto: {}", self.logto.unwrap_or("version not given"))?;
        writeln!(f, "- recorded Logto: {}", self.recordings.join("; "))?;
        table(f, "Recorded stories", self.stories)?;
        table(f, "Scenarios", self.scenarios)?;
        writeln!(f, "\n## Differences")?;
        let mut none = true;
        for row in self.stories.iter().chain(self.scenarios) {
            for (side, cell) in [("the double", &row.double), ("the running Logto", &row.logto)] {
                none &= matches!(cell, Cell::Same);
                details(f, &row.name, side, cell)?;
            }
        }
        if none { writeln!(f, "\nNone.") } else { Ok(()) }
    }
}

fn table(f: &mut Formatter<'_>, title: &str, rows: &[Row]) -> fmt::Result {
    let same = |cell: fn(&Row) -> &Cell| rows.iter().filter(|row| matches!(cell(row), Cell::Same)).count();
    let (double, logto) = (same(|row| &row.double), same(|row| &row.logto));
    writeln!(f, "\n## {title}\n")?;
    writeln!(f, "{} in all; the same on the double: {double}, on the running Logto: {logto}.\n", rows.len())?;
    writeln!(f, "| name | double | running Logto |\n|---|---|---|")?;
    for row in rows {
        writeln!(f, "| {} | {} | {} |", row.name, row.double.word(), row.logto.word())?;
    }
    Ok(())
}

fn details(f: &mut Formatter<'_>, name: &str, side: &str, cell: &Cell) -> fmt::Result {
    match cell {
        Cell::Same => Ok(()),
        Cell::CannotRun(reason) => writeln!(f, "\n### {name}: cannot run on {side}\n\n{reason}"),
        Cell::Explained(all) => {
            writeln!(f, "\n### {name}: explained on {side}\n")?;
            all.iter().try_for_each(|(what, reason)| writeln!(f, "- {what}: {reason}"))
        }
        Cell::Different(all) => {
            writeln!(f, "\n### {name}: different on {side}\n\n```diff")?;
            let text = all.join("\n");
            text.lines().take(LINES).try_for_each(|line| writeln!(f, "{line}"))?;
            if text.lines().count() > LINES {
                writeln!(f, "… {} more lines", text.lines().count() - LINES)?;
            }
            writeln!(f, "```")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_differs_and_counts_the_rest() {
        let row = |name: &str, double, logto| Row { name: name.to_owned(), double, logto };
        let stories = [
            row("a/same", Cell::Same, Cell::Same),
            row("a/other", Cell::Different(vec!["- 200\n+ 400".to_owned()]), Cell::Same),
        ];
        let scenarios = [row("b", Cell::Same, Cell::CannotRun("it needs the double's clock".to_owned()))];
        let report = Report {
            date: "2026-11-23".to_owned(),
            commit: None,
            logto: Some("1.42.0"),
            recordings: vec!["1.42.0".to_owned()],
            stories: &stories,
            scenarios: &scenarios,
        };
        let text = report.to_string();
        for expected in [
            "2 in all; the same on the double: 1, on the running Logto: 2.",
            "| a/other | **different** (1) | same |",
            "### a/other: different on the double\n\n```diff\n- 200\n+ 400\n```",
            "### b: cannot run on the running Logto\n\nit needs the double's clock",
        ] {
            assert!(text.contains(expected), "{expected}\n---\n{text}");
        }
    }
}
