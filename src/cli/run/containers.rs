//! A Logto in containers for a whole run: the progress and the cost of its start.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use kit::Stopwatch;
use kit::output::{Form, complain, escaped};
use tokio::sync::watch;

use super::super::exit::CliError;
use super::outcome::Outcome;
use crate::container::{ContainerError, Event, Phase, RunningContainer};
use crate::counted::counted;
use crate::stack::Logto;

/// Starts a container that all scenarios share; any other Logto is returned unchanged. `alone` says that only
/// one scenario is walked. Ctrl-C cancels the start and removes what it has created.
pub(super) async fn started(
    logto: Logto,
    fresh: bool,
    alone: bool,
    interrupted: &watch::Receiver<bool>,
) -> Result<Logto, CliError> {
    let Logto::Container(container) = logto else { return Ok(logto) };
    // With one container for each of many walks, the line that counts the walks is enough on a terminal.
    let shown = if fresh && !alone { Shown::beside_walks() } else { Shown::new() };
    let told = shown.clone();
    let container = container.on_progress(move |event| told.event(event)).give_up_when(interrupted.clone());
    if fresh {
        return Ok(Logto::Container(Box::new(container)));
    }
    let started = container.start().await;
    shown.clear();
    let running = match started {
        Err(ContainerError::GivenUp) => return Err(CliError::Interrupted),
        started => started.map_err(Box::new)?,
    };
    describe(&running);
    Ok(Logto::Running(Arc::new(running)))
}

/// Prints to standard error, since the report goes to standard output.
fn describe(running: &RunningContainer) {
    let phases = running.timings().map_or_else(
        || "reused from an earlier run".to_owned(),
        |took| {
            let seconds = |phase: Phase, took: Duration| format!("{phase} {:.1} s", took.as_secs_f64());
            [
                seconds(Phase::Postgres, took.postgres),
                seconds(Phase::Seed, took.seed),
                seconds(Phase::Boot, took.boot),
            ]
            .join(", ")
        },
    );
    complain(&format!(
        "Logto {} ({}) at {}: {phases}",
        running.version(),
        running.image(),
        running.endpoint()
    ));
    complain(&format!("mock Hugging Face at {}", running.reach()));
}

/// How long the first hop had to wait, and how long each further walk took.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// When each walk began, and how long it took.
    walks: Vec<(Stopwatch, Duration)>,
}

impl Walked {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.walks.extend(outcome.began.map(|began| (began, outcome.duration)));
    }

    pub(super) fn describe(mut self, started: Stopwatch) {
        self.walks.sort();
        let Some(((first, _), further)) = self.walks.split_first() else { return };
        let seconds = |duration: Duration| format!("{:.2} s", duration.as_secs_f64());
        let first = format!("first hop {} after the start", seconds(first.since(started)));
        let mut further: Vec<Duration> = further.iter().map(|(_, took)| *took).collect();
        further.sort();
        match (further.get(further.len() / 2), further.last()) {
            (Some(median), Some(longest)) => complain(&format!(
                "{first}; {}: median {}, maximum {}",
                counted(further.len(), "further walk"),
                seconds(*median),
                seconds(*longest)
            )),
            _ => complain(&first),
        }
    }
}

/// Removes the containers, or says how to reach those that stay.
pub(super) async fn stopped(logto: Logto) {
    if let Logto::Running(running) = logto
        && let Some(running) = Arc::into_inner(running)
        && let Some(kept) = running.stop().await
    {
        complain(&kept.to_string());
    }
}

/// Shows progress: one changing line on a terminal, one line per phase elsewhere.
#[derive(Clone)]
struct Shown {
    bar: Option<ProgressBar>,
    /// Whether to print one line per phase.
    lines: bool,
}

impl Shown {
    fn new() -> Self {
        use std::io::IsTerminal as _;
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(100));
            // The template is a valid constant; the default style is a harmless fallback.
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        Self { lines: bar.is_none(), bar }
    }

    fn beside_walks() -> Self {
        use std::io::IsTerminal as _;
        Self { bar: None, lines: !std::io::stderr().is_terminal() }
    }

    fn event(&self, event: &Event) {
        match (&self.bar, event) {
            (Some(bar), Event::Begins { phase, what }) => {
                bar.reset_elapsed();
                bar.set_message(format!("{phase}: {}", escaped(what, Form::Line)));
            }
            (Some(bar), Event::Pulled { done, total }) if *total > 0 => {
                bar.set_message(format!("pull: {} of {}", HumanBytes(*done), HumanBytes(*total)));
            }
            // Later, the line shows the walk of a fresh container.
            (Some(bar), Event::Ended { phase: Phase::Boot, .. }) => bar.finish_and_clear(),
            (None, Event::Begins { phase, what }) if self.lines => complain(&format!("{phase}: {what}")),
            (None, Event::Ended { phase: Phase::Pull, took }) if self.lines => {
                complain(&format!("pull: done after {:.0} s", took.as_secs_f64()));
            }
            (_, Event::Kept(kept)) => complain(&kept.to_string()),
            (_, Event::Begins { .. } | Event::Pulled { .. } | Event::Ended { .. }) => {}
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
