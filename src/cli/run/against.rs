//! `run --against VERSION`: what changes on the wire between two versions of Logto.

use std::fmt::Write as _;
use std::sync::Arc;

use kit::output::{Form, escaped};
use mock_logto::{FACTS, Row, Version};
use similar::TextDiff;
use tokio::sync::watch;

use super::super::exit::CliError;
use super::super::output;
use super::super::style::Style;
use super::outcome::{Outcome, Verdict};
use super::pool::{self, Settings};
use super::progress::Progress;
use crate::Scenario;
use crate::counted::counted;

/// How many lines around a change are shown.
const CONTEXT: usize = 1;

/// What one walk showed, in a text that can be compared.
enum Seen {
    Walked {
        transcript: String,
        failures: String,
    },
    /// It was not walked, and why.
    Not(String),
}

impl Seen {
    fn of(outcome: &Outcome) -> Self {
        match &outcome.verdict {
            Verdict::Walked { failures, transcript, .. } => {
                let secrets = outcome.scenario.secrets();
                let failures: String = failures.iter().map(|failure| format!("FAILED {failure}\n")).collect();
                Self::Walked {
                    transcript: secrets.hide(&transcript.to_string()).into_owned(),
                    failures: secrets.hide(&failures).into_owned(),
                }
            }
            Verdict::Skipped(why) | Verdict::NotStarted(why) | Verdict::Refused(why) => {
                Self::Not(why.clone())
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Walked { transcript, failures } => format!("{}\n{failures}", transcript.trim_end()),
            Self::Not(why) => format!("not walked: {why}\n"),
        }
    }
}

/// The result of the comparisons.
#[derive(Default)]
struct Counted {
    same: usize,
    changed: usize,
    not_walked: usize,
}

/// Walks the scenarios on both versions, and prints what differs in each.
pub(super) async fn against(
    scenarios: &[Arc<Scenario>],
    settings: Settings,
    versions: [Version; 2],
    interrupted: &watch::Receiver<bool>,
) -> Result<(), CliError> {
    let style = Style::of_stdout();
    let [before, after] = versions;
    // One after the other: an app of your own is the same on both sides.
    let earlier =
        walked(scenarios, Settings { version: Some(before), ..settings.clone() }, interrupted).await?;
    let later = walked(scenarios, Settings { version: Some(after), ..settings }, interrupted).await?;
    let mut counted = Counted::default();
    for ((name, earlier), (_, later)) in earlier.iter().zip(&later) {
        let shown = shown(name, [earlier, later], versions, &style, &mut counted);
        output::print(&shown)?;
    }
    output::print(&told(&counted, versions))?;
    if counted.changed > 0 {
        return Err(CliError::Changed { changed: counted.changed });
    }
    match counted.same {
        0 => Err(CliError::NothingWalked { skipped: counted.not_walked }),
        _ => Ok(()),
    }
}

async fn walked(
    scenarios: &[Arc<Scenario>],
    settings: Settings,
    interrupted: &watch::Receiver<bool>,
) -> Result<Vec<(String, Seen)>, CliError> {
    let mut walks = pool::start(scenarios.to_vec(), settings, interrupted.clone())?;
    let mut progress = Progress::new(scenarios.len(), true);
    let mut seen = Vec::new();
    let mut stopped = None;
    while let Some((name, done)) = walks.next(&mut progress).await {
        match done {
            Ok(outcome) => seen.push((name, Seen::of(&outcome))),
            Err(error) => {
                stopped.get_or_insert(CliError::InScenario { name, source: Box::new(error) });
                walks.stop();
            }
        }
    }
    progress.finish();
    walks.ended().await;
    match stopped {
        Some(error) => Err(error),
        None if seen.len() < scenarios.len() => Err(CliError::Interrupted),
        None => Ok(seen),
    }
}

/// One walk: that it is the same, or what differs.
fn shown(
    name: &str,
    seen: [&Seen; 2],
    versions: [Version; 2],
    style: &Style,
    counted: &mut Counted,
) -> String {
    let name = escaped(name, Form::Line);
    if let [Seen::Not(why), Seen::Not(_)] = seen {
        counted.not_walked += 1;
        return format!("{} {name}: {}\n", style.yellow("skipped"), escaped(why, Form::Line));
    }
    let [earlier, later] = seen.map(Seen::text);
    if earlier == later {
        counted.same += 1;
        return format!("{} {name}\n", style.green("same   "));
    }
    counted.changed += 1;
    let [before, after] = versions.map(|version| version.to_string());
    let diff = TextDiff::from_lines(&earlier, &later);
    let diff = diff.unified_diff().context_radius(CONTEXT).header(&before, &after).to_string();
    format!("{} {name}\n{}\n", style.red("changed"), style.diff(diff.trim_end()))
}

/// The numbers, and what is known to differ between the two.
fn told(counted_walks: &Counted, versions: [Version; 2]) -> String {
    let Counted { same, changed, not_walked } = counted_walks;
    let [before, after] = versions;
    let mut text = format!("{before} and {after}: {} the same, {changed} changed", counted(*same, "walk"));
    if *not_walked > 0 {
        let _ = write!(text, ", {not_walked} skipped");
    }
    text.push('\n');
    let between = |row: &&Row| before.has(row.fact) != after.has(row.fact);
    let known: Vec<&Row> = FACTS.iter().filter(between).collect();
    if !known.is_empty() {
        let _ = writeln!(text, "\nKnown to differ, whether these walks show it or not:");
    }
    for row in known {
        let _ = writeln!(text, "  since {}  {}: {}; before: {}", row.since, row.of, row.now, row.before);
    }
    text
}
