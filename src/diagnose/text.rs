//! A diagnosis as text for people.

use std::fmt;

use kit::output::{Form, escaped};

use super::diagnosis::{Check, CheckResult, Diagnosis, Found};

/// Line width of the text.
const WIDTH: usize = 100;

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breaking: Vec<(usize, &Found)> =
            self.found.iter().enumerate().filter(|(_, found)| found.breaks).collect();
        match (breaking.first(), self.found.len()) {
            (None, 0) if self.unfinished.is_none() && self.ends_before_app() => writeln!(
                f,
                "Nothing wrong was found: with these settings a person can sign in with Hugging Face, and Logto sends them \
                 back\nto the app. What the app does then was not checked.\n"
            )?,
            (None, 0) if self.unfinished.is_none() && self.is_session_unseen() => writeln!(
                f,
                "Nothing wrong was found: with these settings a person can sign in with Hugging Face, and can sign out.\n\
                 Whether the app knows the person was not looked at: `[signed_in]` of the project says how it shows that.\n"
            )?,
            (None, 0) if self.unfinished.is_none() => writeln!(
                f,
                "Nothing wrong was found: with these settings a person can sign in with Hugging Face, is known to the \
                 app,\nand can sign out.\n"
            )?,
            (None, 0) => {}
            (None, _) => writeln!(f, "The sign-in works, but this is wrong:\n")?,
            (Some(_), _) => writeln!(f, "What breaks first:\n")?,
        }
        for (at, found) in self.found.iter().enumerate() {
            if at > 0 && breaking.first().is_some_and(|(first, _)| *first + 1 == at) {
                writeln!(f, "What else is wrong:\n")?;
            }
            one(f, at, found)?;
        }
        if let Some(unfinished) = &self.unfinished {
            paragraph(f, "", unfinished)?;
            writeln!(f)?;
        }
        writeln!(f, "What was checked, in order:\n")?;
        for check in &self.checks {
            self.check(f, check)?;
        }
        list(f, "Assumed, because the input does not say it", &self.assumed)?;
        list(f, "Not known from here", &self.unknown)?;
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
    for evidence in &found.finding.evidence {
        paragraph(f, "   - ", &evidence.to_string())?;
    }
    paragraph(f, "   ", &format!("Fix ({}): {}", found.finding.place(), text.fix))?;
    writeln!(f, "   See: {}", text.see)?;
    match &found.repaired_by {
        Some(lever) if found.breaks => {
            paragraph(
                f,
                "   ",
                &format!("Tested in the twin: with the right `{lever}`, the sign-in gets past this."),
            )?;
        }
        _ => {}
    }
    writeln!(f)
}

impl Diagnosis {
    fn check(&self, f: &mut fmt::Formatter<'_>, check: &Check) -> fmt::Result {
        let (mark, note) = match check.result {
            CheckResult::Passed => ("ok    ", String::new()),
            CheckResult::Broke { found } => ("BROKE ", format!("  ← {}", found + 1)),
            CheckResult::PassedAfter { repaired: 1 } => ("ok    ", "  (once 1 is repaired)".to_owned()),
            CheckResult::PassedAfter { repaired } => {
                ("ok    ", format!("  (once 1 to {repaired} are repaired)"))
            }
            CheckResult::NotReached => ("–     ", "  (not reached)".to_owned()),
            CheckResult::NotLookedAt if self.ends_before_app() => ("–     ", "  (not checked)".to_owned()),
            CheckResult::NotLookedAt => ("–     ", "  (only the sample app reports it)".to_owned()),
        };
        writeln!(f, "  {mark}{}{note}", check.stage.says())?;
        match &check.detail {
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
