//! `logto-testkit run`.

use std::path::PathBuf;

use clap::Parser as _;
use kit::Stop;
use logto_testkit::stack::LogtoBackend;
use logto_testkit::{
    Scenario, SnapshotResult, WalkReport, compare_snapshot, scenario, snapshot_path, stack_for, walk,
};

use tokio::sync::watch;

use super::arguments::{Arguments, Command, Run};
use super::exit::CliError;

/// What `logto-testkit` without arguments does.
pub(crate) fn defaults() -> Run {
    match Arguments::parse_from(["logto-testkit", "run"]).command {
        Some(Command::Run(run)) => *run,
        _ => unreachable!("`run` parses as `run`"),
    }
}

pub(crate) async fn run(run: Run) -> Result<(), CliError> {
    let logto = run.backend.logto()?;
    let paths = if run.paths.is_empty() { vec![PathBuf::from("scenarios")] } else { run.paths.clone() };
    // Every file is read before the first walk: a typo should not cost a run.
    let scenarios: Vec<Scenario> =
        scenario::find(&paths)?.iter().map(|path| Scenario::load(path)).collect::<Result<_, _>>()?;
    let shows_all = run.transcript || scenarios.len() == 1;
    let interrupted = interruption()?;
    let mut failed = 0;
    // One after another: a real tenant is one for all walks.
    for scenario in &scenarios {
        println!("{}: {}", scenario.name(), scenario.description);
        let report = one(&run, scenario, &logto, interrupted.clone()).await?;
        let transcript = report.transcript.to_string();
        if shows_all || !report.passed() {
            println!("\n{transcript}");
        }
        for failure in &report.failures {
            println!("FAILED {}:{}: {failure}", scenario.path.display(), failure.line);
        }
        let same = report.passed() && reviewed(scenario, &transcript)?;
        failed += usize::from(!same);
    }
    let all = scenarios.len();
    println!("{} passed, {failed} failed, 0 skipped", all - failed);
    if failed == 0 { Ok(()) } else { Err(CliError::Failed { failed, all }) }
}

/// Whether the transcript is the reviewed one beside the scenario; says so when it is not.
fn reviewed(scenario: &Scenario, transcript: &str) -> Result<bool, CliError> {
    let compared = compare_snapshot(scenario, transcript)
        .map_err(|source| CliError::Io { what: "read the reviewed transcript", source })?;
    match compared {
        SnapshotResult::Same => Ok(true),
        SnapshotResult::Missing => {
            println!("not compared: there is no reviewed transcript {}", snapshot_path(scenario).display());
            Ok(true)
        }
        SnapshotResult::Different(diff) => {
            println!("FAILED {}: the transcript is not the reviewed one\n{diff}", scenario.path.display());
            Ok(false)
        }
    }
}

/// Turns true at Ctrl-C or SIGTERM. Listening from the start keeps the signal from ending
/// the process while a tenant is being changed.
fn interruption() -> Result<watch::Receiver<bool>, CliError> {
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

async fn one(
    run: &Run,
    scenario: &Scenario,
    logto: &LogtoBackend,
    mut interrupted: watch::Receiver<bool>,
) -> Result<WalkReport, CliError> {
    let mut builder =
        stack_for(scenario)?.logto(logto.clone()).huggingface_listen(run.backend.huggingface_listen()?);
    if let Some(ca) = run.backend.ca()? {
        builder = builder.ca(ca);
    }
    let stack = builder.start().await?;
    // Whatever ends the walk, a shared tenant is put back.
    let walked = tokio::select! {
        walked = walk(&stack, scenario) => walked.map_err(CliError::from),
        _ = interrupted.wait_for(|interrupted| *interrupted) => Err(CliError::Interrupted),
    };
    let restored = stack.stop().await?;
    if restored.users > 0 {
        tracing::debug!(users = restored.users, "users of the walk deleted");
    }
    walked
}
