//! A diagnosis as text for people.

use std::fmt;

use kit::output::{Form, escaped};

use super::checks::Stage;
use super::diagnosis::{Check, CheckResult, Diagnosis, Found};
use crate::findings::{Cause, Evidence, Finding};

/// Line width of the text.
const WIDTH: usize = 100;

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breaking: Vec<(usize, &Found)> =
            self.found.iter().enumerate().filter(|(_, found)| found.breaks).collect();
        match (breaking.first(), self.found.is_empty()) {
            (None, true) if self.unfinished.is_none() => self.nothing_wrong(f)?,
            (None, true) => {}
            (None, false) if self.has_passed(Stage::AppCallback) => {
                writeln!(f, "The sign-in works, but this is wrong:\n")?;
            }
            (None, false) => writeln!(f, "This is wrong:\n")?,
            (Some(_), _) => writeln!(f, "What breaks first:\n")?,
        }
        for (at, found) in self.found.iter().enumerate() {
            if at > 0 && breaking.first().is_some_and(|(first, _)| *first + 1 == at) {
                writeln!(f, "What else is wrong:\n")?;
            }
            one(f, at, found)?;
        }
        if let Some(unfinished) = &self.unfinished {
            let behind = if self.found.iter().any(|found| found.repaired_by.is_some()) {
                writeln!(f, "With everything repaired that could be:\n")?;
                "  "
            } else {
                ""
            };
            paragraph(f, behind, unfinished)?;
            writeln!(f)?;
        }
        self.worth_a_look(f)?;
        self.words(f)?;
        writeln!(f, "What was checked, in order:\n")?;
        for check in &self.checks {
            self.check(f, check)?;
        }
        list(f, "Assumed, because the input does not say it", &self.assumed)?;
        list(f, "Not known from here, or not checked", &self.unknown)?;
        writeln!(
            f,
            "\nDiagnosed in {:.0} ms, with {} walk{}.",
            self.duration.as_secs_f64() * 1000.0,
            self.walks.len(),
            if self.walks.len() == 1 { "" } else { "s" }
        )
    }
}

fn one(f: &mut fmt::Formatter<'_>, at: usize, found: &Found) -> fmt::Result {
    let text = found.finding.cause.text();
    let number = format!("{}. ", at + 1);
    paragraph(f, &number, text.cause)?;
    match found.walk {
        0 => writeln!(f, "   {}", text.id)?,
        1 => writeln!(f, "   {}, seen in the second walk, with 1 repaired", text.id)?,
        walk => writeln!(f, "   {}, seen in walk {}, with 1 to {walk} repaired", text.id, walk + 1)?,
    }
    remedy(f, &found.finding)?;
    if found.finding.cause == Cause::Unknown {
        paragraph(
            f,
            "   ",
            "`--transcript` prints each request of the walk, with what each party answered.",
        )?;
    }
    if let (Some(setting), Some(with), true) = (&found.repaired_by, &found.repaired_with, found.breaks) {
        let tested = format!("Tested in the twin: with `{setting}` {with}, the sign-in gets past this.");
        paragraph(f, "   ", &tested)?;
    }
    writeln!(f)
}

/// What proves a finding, and how to fix it.
fn remedy(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    let text = finding.cause.text();
    for evidence in &finding.evidence {
        paragraph(f, "   - ", &evidence.to_string())?;
    }
    paragraph(f, "   ", &format!("Fix ({}): {}", finding.place(), text.fix))?;
    writeln!(f, "   See: {}", text.see)
}

impl Diagnosis {
    /// What was walked, where nothing was found to be wrong.
    fn nothing_wrong(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.warnings.is_empty() {
            writeln!(f, "Nothing wrong was found in what you gave.\n")?;
        } else {
            writeln!(f, "Nothing broke with what you gave, but some of it is worth a look.\n")?;
        }
        let known = if self.has_passed(Stage::Session) { ", was known to the app" } else { "" };
        let out = if self.has_passed(Stage::SignOut) { ", and signed out" } else { "" };
        let begun = if self.has_passed(Stage::AppCallback) {
            "signed in to the app with Hugging Face"
        } else {
            "signed in with Hugging Face, and was sent back to the app"
        };
        let app =
            if self.has_passed(Stage::AppCallback) { "" } else { " What the app does then was not checked." };
        let walked = format!(
            "A new person {begun}{known}{out}, on a copy of your set-up on this machine.{app} What could not be checked \
             is listed at the end."
        );
        paragraph(f, "", &walked)?;
        writeln!(f)
    }

    /// The warnings.
    fn worth_a_look(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.warnings.is_empty() {
            return Ok(());
        }
        writeln!(f, "Worth a look (seen in the settings; no walk proves it):\n")?;
        for warning in &self.warnings {
            let text = warning.cause.text();
            paragraph(f, "!  ", text.cause)?;
            writeln!(f, "   {}", text.id)?;
            remedy(f, warning)?;
            writeln!(f)?;
        }
        Ok(())
    }

    /// Explains the words of the findings above.
    fn words(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let evidence = || self.found.iter().flat_map(|found| &found.finding.evidence);
        let hops = evidence().any(|evidence| matches!(evidence, Evidence::Hop { .. }));
        let journals = evidence().any(|evidence| matches!(evidence, Evidence::Journal { .. }));
        let mut words = String::new();
        if !self.found.is_empty() {
            words += "The twin is the copy of your set-up on this machine; a walk is one sign-in and sign-out there. ";
        }
        if hops {
            words += "A hop is one request of the browser with its answer: `--transcript` prints them all. ";
        }
        if journals {
            words += "A journal is what a party noted about a request that it received or sent. ";
        }
        if words.is_empty() {
            return Ok(());
        }
        paragraph(f, "", words.trim_end())?;
        writeln!(f)
    }

    fn check(&self, f: &mut fmt::Formatter<'_>, check: &Check) -> fmt::Result {
        let (mark, note) = match check.result {
            CheckResult::Passed => ("ok    ", String::new()),
            CheckResult::Broke { found } => ("BROKE ", format!("  ← {}", found + 1)),
            CheckResult::PassedAfter { repaired: 1 } => ("ok    ", "  (once 1 is repaired)".to_owned()),
            CheckResult::PassedAfter { repaired } => {
                ("ok    ", format!("  (once 1 to {repaired} are repaired)"))
            }
            CheckResult::NotReached => ("–     ", "  (not reached)".to_owned()),
            CheckResult::NotLookedAt => {
                let why = check.detail.as_deref().map_or_else(String::new, |why| format!("  ({why})"));
                ("–     ", why)
            }
        };
        writeln!(f, "  {mark}{}{note}", check.stage.says())?;
        let detail = check.detail.as_ref().filter(|_| check.result != CheckResult::NotLookedAt);
        match detail {
            Some(detail) => writeln!(f, "          {}", in_one_line(detail)),
            None => Ok(()),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}:\n")?;
    lines.iter().try_for_each(|line| paragraph(f, "  - ", line))
}

/// Keeps text from settings and answers from starting a new line.
fn in_one_line(text: &str) -> String {
    escaped(&text.replace('\n', " "), Form::Line).into_owned()
}

/// Wraps words at [`WIDTH`]; further lines are aligned with the first word.
fn paragraph(f: &mut fmt::Formatter<'_>, begin: &str, text: &str) -> fmt::Result {
    let indent = begin.chars().count();
    let hang = if begin.trim_end().ends_with(':') { 3 } else { indent };
    let mut column = indent;
    f.write_str(begin)?;
    for (at, word) in in_one_line(text).split(' ').enumerate() {
        let length = word.chars().count();
        if at > 0 && column + 1 + length > WIDTH {
            write!(f, "\n{:hang$}", "")?;
            column = hang;
        } else if at > 0 {
            f.write_str(" ")?;
            column += 1;
        }
        f.write_str(word)?;
        column += length;
    }
    writeln!(f)
}
