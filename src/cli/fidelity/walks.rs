//! The scenarios on both sides.

use std::net::SocketAddr;
use std::sync::Arc;

use kit::Ca;
use tokio::sync::watch;

use super::super::exit::CliError;
use super::super::logto_version::LogtoVersion;
use super::super::run::outcome::{Outcome, Verdict};
use super::super::run::pool::{self, Settings};
use super::super::run::progress::Progress;
use super::cell::{Cell, Row};
use crate::Scenario;
use crate::project::Project;
use crate::stack::Logto;

/// Walks all of them on one side.
pub(super) async fn walk(
    scenarios: &[Arc<Scenario>],
    logto: &Logto,
    listen: SocketAddr,
    ca: &Arc<Ca>,
    interrupted: &watch::Receiver<bool>,
) -> Result<Vec<(String, Cell)>, CliError> {
    let embedded = matches!(logto, Logto::Embedded);
    let settings = Settings {
        logto: logto.clone(),
        backend: super::kind(logto),
        version: LogtoVersion::default().of(logto).await?,
        listen: if embedded { SocketAddr::from(([127, 0, 0, 1], 0)) } else { listen },
        ca: Some(ca.clone()),
        jobs: if embedded { pool::default_jobs() } else { 1 },
        update: false,
        keep_raw: None,
        project: Project::default(),
        shared_app: Arc::default(),
    };
    let mut walks = pool::start(scenarios.to_vec(), settings, interrupted.clone())?;
    let mut progress = Progress::new(scenarios.len(), true);
    let (mut cells, mut ended) = (Vec::new(), Ok(()));
    while let Some((name, done)) = walks.next(&mut progress).await {
        let cell = match done {
            Ok(outcome) => cell(&outcome),
            Err(error @ CliError::Interrupted) => {
                ended = Err(error);
                walks.stop();
                break;
            }
            Err(error) => Cell::CannotRun(error.to_string()),
        };
        cells.push((name, cell));
    }
    progress.finish();
    walks.ended().await;
    ended.map(|()| cells)
}

fn cell(outcome: &Outcome) -> Cell {
    match &outcome.verdict {
        Verdict::Skipped(reason) | Verdict::NotStarted(reason) | Verdict::Refused(reason) => {
            Cell::CannotRun(reason.clone())
        }
        Verdict::Walked { failures, snapshot, .. } => {
            let failures = failures.iter().map(ToString::to_string);
            let all: Vec<String> = failures.chain(snapshot.difference().map(ToOwned::to_owned)).collect();
            if all.is_empty() { Cell::Same } else { Cell::Different(all) }
        }
    }
}

/// Pairs the results of both sides.
pub(super) fn rows(double: Vec<(String, Cell)>, logto: Vec<(String, Cell)>) -> Vec<Row> {
    double.into_iter().zip(logto).map(|((name, double), (_, logto))| Row { name, double, logto }).collect()
}
