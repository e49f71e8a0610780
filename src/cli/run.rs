//! `logto-testkit run`.

mod containers;
mod json;
mod junit;
pub(super) mod outcome;
pub(super) mod pool;
pub(super) mod progress;
pub(super) mod select;
mod text;

use std::io::Write as _;
use std::time::Duration;

use clap::Parser as _;
use kit::{Clock, Stop};
use logto_testkit::scenario::BackendKind;
use logto_testkit::stack::Logto;
use tokio::sync::watch;

use super::arguments::{Arguments, Command, Report, Run, UsageError};
use super::exit::CliError;
use super::style::Style;
use outcome::{Outcome, Totals};

/// What `logto-testkit` without arguments does.
pub(crate) fn defaults() -> Run {
    match Arguments::parse_from(["logto-testkit", "run"]).command {
        Some(Command::Run(run)) => *run,
        _ => unreachable!("`run` parses as `run`"),
    }
}

pub(crate) async fn run(run: Run) -> Result<(), CliError> {
    let clock = Clock::system();
    let started = clock.now();
    let logto = run.backend.logto()?;
    // Every file is read before the first walk: a typo should not cost a run.
    let scenarios = select::scenarios(&run.paths, &run.filter)?;
    let alone = scenarios.len() == 1;
    let app = own_app(&run, scenarios.len())?;
    let interrupted = interruption()?;
    let logto = containers::started(logto, run.backend.containers.fresh_logto, alone, &interrupted).await?;
    let settings = pool::Settings {
        listen: run.backend.huggingface_listen()?,
        ca: run.backend.ca()?,
        backend: kind(&logto),
        // A real tenant is one for all walks; a Logto of its own takes its part of memory and processor.
        jobs: match &logto {
            Logto::Embedded => run.jobs.unwrap_or_else(pool::default_jobs),
            Logto::Container(_) => run.jobs.unwrap_or(1),
            Logto::External(_) | Logto::Running(_) => 1,
        },
        logto: logto.clone(),
        update: run.update,
        app,
    };
    let backend = settings.backend;
    let mut walks = pool::start(scenarios.clone(), settings, interrupted.clone())?;

    let text =
        (run.report == Report::Text).then(|| text::Text::new(Style::of_stdout(), run.transcript || alone));
    let mut progress = progress::Progress::new(scenarios.len(), text.is_some());
    let mut totals = Totals::default();
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut stopped = None;
    // In the order of the names, whichever walk ends first.
    while let Some((name, done)) = walks.next(&mut progress).await {
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(error) => {
                stopped.get_or_insert((name, error));
                walks.stop();
                continue;
            }
        };
        totals.count(&outcome);
        if let Some(text) = &text {
            progress.above(&text.outcome(&outcome));
        }
        outcomes.push(outcome);
    }
    progress.finish();
    if backend == BackendKind::Container {
        containers::describe_walks(started, &outcomes);
    }
    if let Logto::Running(_) = logto {
        // The last walk has told its outcome before its worker let go of Logto.
        walks.ended().await;
        containers::stopped(logto).await;
    }
    let seconds = clock.now().duration_since(started).as_secs_f64();
    let report = match run.report {
        Report::Text => format!("{totals}\n"),
        Report::Json => json::report(&outcomes, &totals, backend, seconds),
        Report::Junit => junit::report(&outcomes, seconds)?,
    };
    print(&report)?;
    match stopped {
        Some((name, error)) => Err(CliError::InScenario { name, source: Box::new(error) }),
        None if totals.not_started > 0 => Err(CliError::NotStarted { stacks: totals.not_started }),
        None if totals.failed > 0 => Err(CliError::Failed { failed: totals.failed, all: outcomes.len() }),
        None => Ok(()),
    }
}

/// What a backend is called in scenarios and reports.
pub(super) fn kind(logto: &Logto) -> BackendKind {
    match logto {
        Logto::Embedded => BackendKind::Embedded,
        Logto::Container(_) | Logto::Running(_) => BackendKind::Container,
        Logto::External(_) => BackendKind::External,
    }
}

/// The app that the arguments name.
fn own_app(run: &Run, scenarios: usize) -> Result<Option<pool::OwnApp>, CliError> {
    let (Some(origin), Some(env_file)) = (&run.app, &run.app_env) else { return Ok(None) };
    let plain =
        matches!(origin.scheme(), "http" | "https") && origin.path() == "/" && origin.query().is_none();
    match scenarios {
        _ if !plain => Err(UsageError::AppOrigin(origin.clone()).into()),
        1 => {
            // Whoever waits for the file must not find that of an earlier run.
            match std::fs::remove_file(env_file) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(CliError::Io { what: "replace the file of --app-env", source });
                }
                _ => {}
            }
            let limit = Duration::from_secs(run.app_timeout);
            Ok(Some(pool::OwnApp { origin: origin.clone(), env_file: env_file.clone(), limit }))
        }
        many => Err(UsageError::AppTakesOne(many).into()),
    }
}

/// To standard output, which somebody may have closed.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|source| CliError::Io { what: "write to standard output", source })
}

/// Turns true at Ctrl-C or SIGTERM. Listening from the start keeps the signal from ending
/// the process while a tenant is being changed.
pub(super) fn interruption() -> Result<watch::Receiver<bool>, CliError> {
    let stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop.wait().await;
        eprintln!("interrupted: putting everything back");
        sender.send_replace(true);
        sender.closed().await;
    });
    Ok(receiver)
}
