//! `logto-testkit run`.

use std::path::PathBuf;

use clap::Parser as _;
use logto_testkit::stack::LogtoBackend;
use logto_testkit::{Scenario, WalkReport, scenario, stack_for, walk};

use super::arguments::{Arguments, Command, Run};
use super::exit::CliError;

/// What `logto-testkit` without arguments does.
pub(crate) fn defaults() -> Run {
    match Arguments::parse_from(["logto-testkit", "run"]).command {
        Some(Command::Run(run)) => run,
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
    let mut failed = 0;
    // One after another: a real tenant is one for all walks.
    for scenario in &scenarios {
        println!("{}: {}", scenario.name(), scenario.description);
        let report = one(&run, scenario, &logto).await?;
        if shows_all || !report.passed() {
            println!("\n{}", report.transcript);
        }
        for failure in &report.failures {
            println!("FAILED {}:{}: {failure}", scenario.path.display(), failure.line);
        }
        failed += usize::from(!report.passed());
    }
    let all = scenarios.len();
    println!("{} passed, {failed} failed, 0 skipped", all - failed);
    if failed == 0 { Ok(()) } else { Err(CliError::Failed { failed, all }) }
}

async fn one(run: &Run, scenario: &Scenario, logto: &LogtoBackend) -> Result<WalkReport, CliError> {
    let mut builder =
        stack_for(scenario)?.logto(logto.clone()).huggingface_listen(run.backend.huggingface_listen()?);
    if let Some(ca) = run.backend.ca()? {
        builder = builder.ca(ca);
    }
    let stack = builder.start().await?;
    // Whatever ends the walk, a shared tenant is put back.
    let walked = tokio::select! {
        walked = walk(&stack, scenario) => walked.map_err(CliError::from),
        _ = tokio::signal::ctrl_c() => Err(CliError::Interrupted),
    };
    let restored = stack.stop().await?;
    if restored.users > 0 {
        tracing::debug!(users = restored.users, "users of the walk deleted");
    }
    walked
}
