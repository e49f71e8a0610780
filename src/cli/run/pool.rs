//! Walks side by side: each worker is a thread with a runtime of its own, so
//! that a walk never waits for another's wake-up.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use kit::{Ca, Stopwatch};
use logto_testkit::scenario::{BackendKind, GivenApp};
use logto_testkit::stack::Logto;
use logto_testkit::{Scenario, Stack, WalkReport, compare_snapshot, stack_for, update_snapshot, walk};
use tokio::sync::{Semaphore, mpsc, watch};
use url::Url;

use super::super::app_env;
use super::super::exit::CliError;
use super::super::panics;
use super::outcome::{Outcome, Snapshot, Verdict};
use super::progress::Progress;

/// What all walks of a run have in common.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Settings {
    pub(in crate::cli) logto: Logto,
    pub(in crate::cli) backend: BackendKind,
    pub(in crate::cli) listen: SocketAddr,
    pub(in crate::cli) ca: Option<Arc<Ca>>,
    pub(in crate::cli) jobs: usize,
    pub(in crate::cli) update: bool,
    pub(in crate::cli) app: Option<OwnApp>,
}

/// An app in place of the sample app.
#[derive(Debug, Clone)]
pub(in crate::cli) struct OwnApp {
    pub(in crate::cli) origin: Url,
    /// Where to write what it needs.
    pub(in crate::cli) env_file: PathBuf,
    /// How long it may take to answer then.
    pub(in crate::cli) limit: Duration,
}

/// How many walks may have ended before one that comes first in the report, or
/// be under way: what waits for its turn is held in memory.
const AHEAD: usize = 32;

/// One worker for each processor.
pub(in crate::cli) fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

type Done = (usize, Result<Outcome, CliError>);

/// The walks of a run, as they end.
pub(in crate::cli) struct Walks {
    names: Vec<String>,
    done: mpsc::UnboundedReceiver<Done>,
    /// Ended before one that comes first.
    waiting: BTreeMap<usize, Result<Outcome, CliError>>,
    next: usize,
    /// One permit for each walk that may begin.
    ahead: Arc<Semaphore>,
    stopped: Arc<AtomicBool>,
    workers: Vec<std::thread::JoinHandle<()>>,
}

/// Starts the workers.
pub(in crate::cli) fn start(
    scenarios: Vec<Arc<Scenario>>,
    settings: Settings,
    interrupted: watch::Receiver<bool>,
) -> Walks {
    let names = scenarios.iter().map(|scenario| scenario.name()).collect();
    let (sender, done) = mpsc::unbounded_channel();
    let stopped = Arc::new(AtomicBool::new(false));
    let (scenarios, next) = (Arc::new(scenarios), Arc::new(AtomicUsize::new(0)));
    let mut workers = Vec::new();
    let jobs = settings.jobs.clamp(1, scenarios.len());
    let ahead = Arc::new(Semaphore::new(jobs + AHEAD));
    for _ in 0..jobs {
        let (scenarios, next, settings) = (scenarios.clone(), next.clone(), settings.clone());
        let ahead = ahead.clone();
        let (sender, stopped, interrupted) = (sender.clone(), stopped.clone(), interrupted.clone());
        workers.push(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(source) => {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    drop(sender.send((at, Err(CliError::Io { what: "start a worker", source }))));
                    return;
                }
            };
            // The permit comes before the number, so that the walk that is reported next always has one.
            while let Ok(permit) = runtime.block_on(ahead.acquire()) {
                // Given back when the walk is reported.
                permit.forget();
                let at = next.fetch_add(1, Ordering::SeqCst);
                let Some(scenario) = scenarios.get(at) else { break };
                if stopped.load(Ordering::SeqCst) || *interrupted.borrow() {
                    break;
                }
                let outcome = on(&runtime, scenario, &settings, &interrupted);
                if sender.send((at, outcome)).is_err() {
                    break;
                }
            }
        }));
    }
    Walks { names, done, waiting: BTreeMap::new(), next: 0, ahead, stopped, workers }
}

impl Walks {
    /// No further walk begins; those under way end, and put their tenants back.
    pub(in crate::cli) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.ahead.close();
    }

    /// Waits for the workers of a run whose Logto all share: nobody works in it then.
    pub(in crate::cli) async fn ended(self) {
        let joined = tokio::task::spawn_blocking(move || {
            for worker in self.workers {
                // A panic was told where it happened.
                drop(worker.join());
            }
        });
        drop(joined.await);
    }

    /// The next in order; `None` when all have ended that ever will.
    pub(in crate::cli) async fn next(
        &mut self,
        progress: &mut Progress,
    ) -> Option<(String, Result<Outcome, CliError>)> {
        loop {
            if self.next == self.names.len() {
                // Nobody waits for a worker to tidy up after its last walk.
                return None;
            }
            if let Some(outcome) = self.waiting.remove(&self.next) {
                self.next += 1;
                self.ahead.add_permits(1);
                return Some((self.names[self.next - 1].clone(), outcome));
            }
            match self.done.recv().await {
                Some((at, outcome)) => {
                    progress.one_more(&self.names[at]);
                    self.waiting.insert(at, outcome);
                }
                // After a stop there are gaps: what ended is reported all the same.
                None => self.next = *self.waiting.keys().next()?,
            }
        }
    }
}

/// One walk. Whatever panics in it, the tenant is put back, and the run ends in order.
fn on(
    runtime: &tokio::runtime::Runtime,
    scenario: &Arc<Scenario>,
    settings: &Settings,
    interrupted: &watch::Receiver<bool>,
) -> Result<Outcome, CliError> {
    let walked = panics::caught(|| runtime.block_on(one(scenario, settings, interrupted.clone())));
    if let (Err(CliError::Panicked), Logto::External(external)) = (&walked, &settings.logto) {
        panics::caught(|| {
            runtime.block_on(panics::put_back(external));
            Ok(())
        })?;
    }
    walked
}

async fn walk_when_up(
    stack: &Stack,
    scenario: &Scenario,
    app: Option<&OwnApp>,
) -> Result<WalkReport, CliError> {
    if let Some(app) = app {
        app_env::write(&app.env_file, &stack.environment())?;
        stack.app_is_up(app.limit).await?;
    }
    Ok(walk(stack, scenario).await?)
}

async fn one(
    scenario: &Arc<Scenario>,
    settings: &Settings,
    mut interrupted: watch::Receiver<bool>,
) -> Result<Outcome, CliError> {
    let started = Stopwatch::start();
    if let Some(reason) = scenario.skipped_on(settings.backend) {
        let verdict = Verdict::Skipped(reason);
        return Ok(Outcome { scenario: scenario.clone(), verdict, duration: Duration::ZERO, began: None });
    }
    let mut builder = stack_for(scenario)?.logto(settings.logto.clone()).huggingface_listen(settings.listen);
    if let Some(ca) = &settings.ca {
        builder = builder.ca(ca.clone());
    }
    if let Some(app) = &settings.app {
        if scenario.given.app != GivenApp::default() {
            let reason = "it configures the sample app, and --app names another".to_owned();
            let verdict = Verdict::Skipped(reason);
            return Ok(Outcome {
                scenario: scenario.clone(),
                verdict,
                duration: Duration::ZERO,
                began: None,
            });
        }
        builder = builder.app_at(app.origin.clone());
    }
    let stack = match builder.start().await {
        Ok(stack) => stack,
        // Every walk has an embedded Logto of its own, so the others may start;
        // with a Logto that all share, going on would repeat the failure.
        Err(error) if settings.backend == BackendKind::Embedded => {
            let verdict = Verdict::NotStarted(error.to_string());
            return Ok(Outcome {
                scenario: scenario.clone(),
                verdict,
                duration: started.elapsed(),
                began: None,
            });
        }
        Err(_) if *interrupted.borrow() => return Err(CliError::Interrupted),
        Err(error) => return Err(error.into()),
    };
    let began = Stopwatch::start();
    // Whatever ends the walk, a shared tenant is put back.
    let walked = tokio::select! {
        walked = walk_when_up(&stack, scenario, settings.app.as_ref()) => walked,
        _ = interrupted.wait_for(|interrupted| *interrupted) => Err(CliError::Interrupted),
        never = panics::on_demand() => match never {},
    };
    let restored = stack.stop().await?;
    if restored.users > 0 {
        tracing::debug!(users = restored.users, "users of the walk deleted");
    }
    let report = walked?;
    let transcript = report.transcript.to_string();
    let io = |what| move |source| CliError::Io { what, source };
    // A walk that did not come to its end is never made the reviewed one.
    let snapshot = if settings.update && report.passed() {
        match compare_snapshot(scenario, &transcript).map_err(io("read the reviewed transcript"))? {
            same @ logto_testkit::SnapshotResult::Same => Snapshot::Compared(same),
            _ => {
                update_snapshot(scenario, &transcript).map_err(io("write the reviewed transcript"))?;
                Snapshot::Updated
            }
        }
    } else {
        Snapshot::Compared(
            compare_snapshot(scenario, &transcript).map_err(io("read the reviewed transcript"))?,
        )
    };
    let WalkReport { failures, transcript, mut findings, disturbed } = report;
    if snapshot.difference().is_some() && findings.is_empty() {
        findings.extend(disturbed);
    }
    let verdict = Verdict::Walked { failures, transcript, snapshot, findings };
    Ok(Outcome { scenario: scenario.clone(), verdict, duration: started.elapsed(), began: Some(began) })
}
