//! The `run` command.

mod against;
mod containers;
pub(super) mod outcome;
pub(super) mod pool;
pub(super) mod progress;
pub(super) mod report;
pub(super) mod select;

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use clap::Parser as _;
use kit::{Stop, Stopwatch};
use tokio::sync::watch;

use super::arguments::{Arguments, Command, Run};
use super::exit::CliError;
use super::own_app;
use super::usage::UsageError;
use crate::scenario::BackendKind;
use crate::stack::Logto;
use outcome::Totals;

/// The arguments that `logto-testkit` uses if none are given.
pub(crate) fn defaults() -> Run {
    with(&[])
}

/// `run` with the project of this file.
pub(crate) fn of_project(file: &Path) -> Run {
    with(&["--project".as_ref(), file.as_os_str()])
}

fn with(arguments: &[&OsStr]) -> Run {
    let command = ["logto-testkit", "run"].map(OsStr::new);
    match Arguments::parse_from(command.iter().chain(arguments)).command {
        Some(Command::Run(run)) => *run,
        _ => unreachable!("`run` parses as `run`"),
    }
}

pub(crate) async fn run(run: Run) -> Result<(), CliError> {
    let started = Stopwatch::start();
    let logto = run.backend.logto()?;
    // Every file is read before the first walk, so that a typo does not cost a run.
    let mut project = run.own_app.project()?;
    run.application.change(&mut project);
    project.logto.port = run.logto_port.or(project.logto.port);
    let paths = if run.paths.is_empty() { &project.scenarios } else { &run.paths };
    let scenarios = select::scenarios(paths, &run.filter)?;
    let alone = scenarios.len() == 1;
    own_app::can_be_told(&project, scenarios.len())?;
    if !matches!(logto, Logto::Embedded) {
        own_app::can_be_fixed(&project, run.backend.logto.clone())?;
    }
    if run.against.is_some() && !matches!(logto, Logto::Embedded) {
        return Err(UsageError::AgainstNeedsEmbedded { logto: run.backend.logto.clone() }.into());
    }
    let interrupted = interruption()?;
    let logto = containers::started(logto, run.backend.containers.fresh_logto, alone, &interrupted).await?;
    let version = run.version.of(&logto).await?;
    let settings = pool::Settings {
        version,
        listen: run.backend.huggingface_listen()?,
        ca: run.backend.ca()?,
        backend: kind(&logto),
        // All walks share one real tenant, and each separate Logto takes memory and processor time.
        jobs: match &logto {
            Logto::Embedded if own_app::is_serial(&project) => 1,
            Logto::Embedded => run.jobs.unwrap_or_else(pool::default_jobs),
            Logto::Container(_) => run.jobs.unwrap_or(1),
            Logto::External(_) | Logto::Running(_) => 1,
        },
        logto: logto.clone(),
        update: run.update,
        keep_raw: run.against.is_none().then(|| run.keep_raw.clone()),
        project,
        shared_app: Arc::default(),
    };
    if let Some(other) = run.against {
        let versions = [version.unwrap_or_default(), other];
        return against::against(&scenarios, settings, versions, &interrupted).await;
    }
    let (backend, all) = (settings.backend, scenarios.len());
    let mut walks = pool::start(scenarios, settings, interrupted.clone())?;

    let mut report = report::Report::new(run.report, backend, run.transcript || alone);
    let mut progress = progress::Progress::new(all, report.is_for_people());
    let mut totals = Totals::default();
    let mut walked = containers::Walked::default();
    let mut stopped = None;
    let mut ended = 0;
    // In the order of the names, not in the order in which the walks end.
    while let Some((name, done)) = walks.next(&mut progress).await {
        ended += 1;
        let reported = match done {
            Ok(outcome) => {
                totals.count(&outcome);
                walked.count(&outcome);
                match stopped {
                    // If one part could not be written, the next would lack its context.
                    Some(CliError::Io { .. }) => Ok(()),
                    _ => report.outcome(&outcome, &progress),
                }
            }
            Err(error) => {
                totals.count_error(&error);
                Err(CliError::InScenario { name, source: Box::new(error) })
            }
        };
        if let Err(error) = reported {
            stopped.get_or_insert(error);
            walks.stop();
        }
    }
    progress.finish();
    if backend == BackendKind::Container {
        walked.describe(started);
    }
    // The last walk reports its outcome before its worker releases Logto; and a process that ends while
    // a thread is running may be aborted by a library that cleans up under it.
    walks.ended().await;
    if let Logto::Running(_) = logto {
        containers::stopped(logto).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    let finished = match &stopped {
        Some(CliError::Io { .. }) => Ok(()),
        _ => report.finish(&totals, seconds),
    };
    match (stopped, finished) {
        // Also if the terminal that would show it is gone.
        (Some(error), _) | (None, Err(error)) => Err(error),
        // The interruption came between two walks, and cut none short.
        (None, Ok(())) if ended < all => Err(CliError::Interrupted),
        (None, Ok(())) if totals.not_started > 0 => Err(CliError::NotStarted { stacks: totals.not_started }),
        (None, Ok(())) if totals.failed > 0 => Err(CliError::Failed { failed: totals.failed, all }),
        (None, Ok(())) if totals.passed == 0 => Err(CliError::NothingWalked { skipped: totals.skipped }),
        (None, Ok(())) => Ok(()),
    }
}

/// The kind of backend, as scenarios and reports name it.
pub(super) fn kind(logto: &Logto) -> BackendKind {
    match logto {
        Logto::Embedded => BackendKind::Embedded,
        Logto::Container(_) | Logto::Running(_) => BackendKind::Container,
        Logto::External(_) => BackendKind::External,
    }
}

/// Becomes true at Ctrl-C, SIGTERM or SIGHUP. Listening from the start keeps the signal from ending
/// the process while a tenant is being changed.
pub(super) fn interruption() -> Result<watch::Receiver<bool>, CliError> {
    let mut stop = Stop::listen().map_err(|source| CliError::Io { what: "wait for signals", source })?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop.wait().await;
        kit::output::complain("interrupted: restoring everything");
        sender.send_replace(true);
        // A second Ctrl-C is often sent by mistake, or by a wrapper, so it does not end the process.
        tokio::select! {
            () = stop.wait() => kit::output::complain(&format!(
                "still restoring everything; `kill -9 {}` stops at once, and then needs `logto-testkit restore` for the tenant",
                std::process::id()
            )),
            () = sender.closed() => {}
        }
        sender.closed().await;
    });
    Ok(receiver)
}
