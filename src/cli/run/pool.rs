//! Concurrent walks: each worker is a thread with its own runtime, so that a walk never
//! waits for another's wake-up.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kit::output::complain;
use kit::{Ca, Stopwatch};
use mock_logto::Version;
use tokio::sync::{Semaphore, mpsc, watch};

use super::super::exit::CliError;
use super::super::panics;
use super::outcome::{Outcome, Snapshot, Verdict};
use super::progress::Progress;
use crate::project::Project;
use crate::scenario::BackendKind;
use crate::stack::{AppError, Logto, SharedApp, StepError, last_lines};
use crate::{
    Scenario, Stack, WalkReport, compare_walk, has_variant, keep_wire, stack_for, unreachable_by,
    update_snapshot, walk,
};

/// What all walks of a run have in common.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Settings {
    pub(in crate::cli) logto: Logto,
    pub(in crate::cli) backend: BackendKind,
    /// The version of Logto, if it is known before the walks.
    pub(in crate::cli) version: Option<Version>,
    pub(in crate::cli) listen: SocketAddr,
    pub(in crate::cli) ca: Option<Arc<Ca>>,
    pub(in crate::cli) jobs: usize,
    pub(in crate::cli) update: bool,
    /// Folder for the raw headers of failed walks, if they are to be written.
    pub(in crate::cli) keep_raw: Option<PathBuf>,
    pub(in crate::cli) project: Project,
    /// The app that all scenarios share, between two of them.
    pub(in crate::cli) shared_app: Arc<Mutex<Option<SharedApp>>>,
}

impl Settings {
    fn shared_app(&self) -> MutexGuard<'_, Option<SharedApp>> {
        self.shared_app.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many walks may be running, or have ended before one that the report lists earlier:
/// their outcomes are held in memory.
const AHEAD: usize = 32;

/// One worker per processor.
pub(in crate::cli) fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Descriptors that a walk may have open at once, including its stack and runtime: an ordinary
/// sign-in needs 18, one through proxies up to 27. `tests/suite/endurance/descriptors.rs` walks every
/// scenario with no more.
const DESCRIPTORS_PER_WALK: u64 = 28;
/// For everything else that the command opens: scenario files, transcripts, random bytes.
const DESCRIPTORS_BESIDES: u64 = 8;

/// As many of `jobs` as the limit on open files allows, and a note if that is fewer.
pub(in crate::cli) fn within_limits(jobs: usize) -> (usize, Option<String>) {
    let limit = kit::raise_descriptor_limit();
    fitting(jobs, limit, kit::open_descriptors().unwrap_or(DESCRIPTORS_BESIDES))
}

fn fitting(jobs: usize, limit: Option<u64>, open: u64) -> (usize, Option<String>) {
    let besides = open + DESCRIPTORS_BESIDES;
    let needed = (jobs as u64).saturating_mul(DESCRIPTORS_PER_WALK).saturating_add(besides);
    let Some(limit) = limit.filter(|limit| *limit < needed) else { return (jobs, None) };
    let fit = usize::try_from(limit.saturating_sub(besides) / DESCRIPTORS_PER_WALK).unwrap_or(jobs);
    // One is always tried: its own error says what it lacks.
    let fit = fit.clamp(1, jobs.max(1));
    if fit == jobs {
        return (jobs, None);
    }
    let told = format!(
        "note: {jobs} walks at once need {needed} open files, but this process may open {limit}: {fit} run at once. \
         Allow more with `ulimit -n {needed}`, or pass `--jobs {fit}`"
    );
    (fit, Some(told))
}

type Done = (usize, Result<Outcome, CliError>);

/// The walks of a run, as they end.
pub(in crate::cli) struct Walks {
    names: Vec<String>,
    done: mpsc::UnboundedReceiver<Done>,
    /// Outcomes that wait for one that the report lists earlier.
    waiting: BTreeMap<usize, Result<Outcome, CliError>>,
    next: usize,
    /// One permit for each walk that may begin.
    ahead: Arc<Semaphore>,
    stopped: Arc<AtomicBool>,
    workers: Vec<std::thread::JoinHandle<()>>,
}

/// Starts the workers.
///
/// # Errors
/// If the system cannot start a single thread.
pub(in crate::cli) fn start(
    scenarios: Vec<Arc<Scenario>>,
    settings: Settings,
    interrupted: watch::Receiver<bool>,
) -> Result<Walks, CliError> {
    let names = scenarios.iter().map(|scenario| scenario.name()).collect();
    let (sender, done) = mpsc::unbounded_channel();
    let stopped = Arc::new(AtomicBool::new(false));
    let mut workers = Vec::new();
    let (jobs, told) = within_limits(settings.jobs.clamp(1, scenarios.len()));
    // A scenario is dropped after its walk: the report needs at most its name.
    let queue = Arc::new(Mutex::new(scenarios.into_iter().enumerate()));
    let next = move || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    if let Some(told) = told {
        complain(&told);
    }
    let ahead = Arc::new(Semaphore::new(jobs + AHEAD));
    for _ in 0..jobs {
        let (next, settings, ahead) = (next.clone(), settings.clone(), ahead.clone());
        let (sender, stopped, interrupted) = (sender.clone(), stopped.clone(), interrupted.clone());
        let thread = std::thread::Builder::new().name("walks".to_owned());
        let started = thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(source) => {
                    if let Some((at, _)) = next() {
                        drop(sender.send((at, Err(CliError::Io { what: "start a worker", source }))));
                    }
                    return;
                }
            };
            // The permit is taken before the number, so that the walk that is reported next always has one.
            while let Ok(permit) = runtime.block_on(ahead.acquire()) {
                // Released when the walk is reported.
                permit.forget();
                let Some((at, scenario)) = next() else { break };
                if stopped.load(Ordering::SeqCst) || *interrupted.borrow() {
                    break;
                }
                let outcome = on(&runtime, &scenario, &settings, &interrupted);
                if sender.send((at, outcome)).is_err() {
                    break;
                }
            }
        });
        match started {
            Ok(worker) => workers.push(worker),
            Err(source) if workers.is_empty() => {
                return Err(CliError::Io { what: "start a thread for the walks", source });
            }
            Err(error) => {
                complain(&format!(
                    "note: the system cannot start more threads ({error}): {} walks run at once",
                    workers.len()
                ));
                break;
            }
        }
    }
    Ok(Walks { names, done, waiting: BTreeMap::new(), next: 0, ahead, stopped, workers })
}

impl Walks {
    /// Starts no further walk; those that are running end, and restore their tenants.
    pub(in crate::cli) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.ahead.close();
    }

    /// Waits until every worker has ended.
    pub(in crate::cli) async fn ended(self) {
        let joined = tokio::task::spawn_blocking(move || {
            for worker in self.workers {
                // A panic has been reported where it happened.
                drop(worker.join());
            }
        });
        drop(joined.await);
    }

    /// The next outcome in order; `None` if no more will come.
    pub(in crate::cli) async fn next(
        &mut self,
        progress: &mut Progress,
    ) -> Option<(String, Result<Outcome, CliError>)> {
        loop {
            if self.next == self.names.len() {
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
                // After a stop there are gaps; the walks that ended are still reported.
                None => self.next = *self.waiting.keys().next()?,
            }
        }
    }
}

/// Runs one walk. If it panics, the tenant is still restored, and the run ends in order.
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

/// Why a scenario does not run on the version of Logto at hand.
fn skipped_in(scenario: &Scenario, settings: &Settings) -> Option<String> {
    match scenario.given.logto.version.map(|named| named.0) {
        Some(named) if settings.backend == BackendKind::Embedded => scenario.skipped_in(named),
        Some(named) => {
            let other = settings.version.filter(|version| *version != named)?;
            Some(format!("it is about Logto {named}, and this one is {other}"))
        }
        None => scenario.skipped_in(settings.version?),
    }
}

async fn walk_when_up(
    stack: &Stack,
    scenario: &Scenario,
    shared: Option<SharedApp>,
) -> Result<WalkReport, CliError> {
    match shared {
        Some(app) => stack.adopt_app(app).await?,
        None => stack.start_app().await?,
    }
    Ok(walk(stack, scenario).await)
}

async fn one(
    scenario: &Arc<Scenario>,
    settings: &Settings,
    mut interrupted: watch::Receiver<bool>,
) -> Result<Outcome, CliError> {
    let started = Stopwatch::start();
    let not_walked =
        |verdict, duration| Outcome { scenario: scenario.clone(), verdict, duration, began: None };
    let skipped = || scenario.skipped_on(settings.backend).or_else(|| skipped_in(scenario, settings));
    if let Some(reason) = skipped() {
        return Ok(not_walked(Verdict::Skipped(reason), Duration::ZERO));
    }
    let own_app = settings.project.own_app();
    let unreachable = own_app.as_ref().map_or_else(Vec::new, |app| unreachable_by(scenario, app));
    if !unreachable.is_empty() {
        return Ok(not_walked(Verdict::Refused(unreachable.join("\n")), Duration::ZERO));
    }
    let mut builder = stack_for(scenario)
        .project(&settings.project)
        .logto(settings.logto.clone())
        .huggingface_listen(settings.listen);
    if let Some(version) = settings.version {
        builder = builder.logto_version(version);
    }
    let shared = settings.shared_app().take();
    if let Some(app) = &shared {
        builder = builder.expected_by(app);
    }
    if let Some(ca) = &settings.ca {
        builder = builder.ca(ca.clone());
    }
    let stack = match builder.start().await {
        Ok(stack) => stack,
        // Every walk has its own embedded Logto, so the others may start; with a shared Logto,
        // going on would repeat the failure.
        Err(error) if settings.backend == BackendKind::Embedded && !is_unwritable(&error.cause) => {
            return Ok(not_walked(Verdict::NotStarted(error.to_string()), started.elapsed()));
        }
        Err(_) if *interrupted.borrow() => return Err(CliError::Interrupted),
        Err(error) => return Err(error.into()),
    };
    let began = Stopwatch::start();
    // However the walk ends, a shared tenant is restored.
    let walked = tokio::select! {
        walked = walk_when_up(&stack, scenario, shared) => walked,
        _ = interrupted.wait_for(|interrupted| *interrupted) => Err(CliError::Interrupted),
        never = panics::on_demand() => match never {},
    };
    let (output, runs) = (stack.app_output().await, stack.app_runs().await);
    if own_app.is_some_and(|app| app.shared) {
        *settings.shared_app() = stack.release_app().await;
    }
    let restored = stack.stop().await?;
    if restored.users > 0 {
        tracing::debug!(users = restored.users, "users of the walk deleted");
    }
    let report = match walked {
        // Another scenario's app may start: each has its own.
        Err(CliError::App(error))
            if settings.backend == BackendKind::Embedded && !matches!(error, AppError::Variables { .. }) =>
        {
            return Ok(not_walked(Verdict::NotStarted(error.to_string()), started.elapsed()));
        }
        walked => walked?,
    };
    let io = |what| move |source| CliError::Io { what, source };
    // The transcript of an incomplete walk never becomes the reviewed one.
    let snapshot = if settings.update && report.passed() && !has_variant(scenario, &report) {
        match compare_walk(scenario, &report).map_err(io("read the reviewed transcript"))? {
            same @ crate::SnapshotResult::Same => Snapshot::Compared(same),
            _ => {
                update_snapshot(scenario, &report.comparable().to_string())
                    .map_err(io("write the reviewed transcript"))?;
                Snapshot::Updated
            }
        }
    } else {
        Snapshot::Compared(compare_walk(scenario, &report).map_err(io("read the reviewed transcript"))?)
    };
    let WalkReport { failures, transcript, mut findings, disturbed, wire, .. } = report;
    if snapshot.difference().is_some() && findings.is_empty() {
        findings.extend(disturbed);
    }
    let failed = !failures.is_empty() || snapshot.difference().is_some();
    // If they cannot be written, the walk still counts as failed.
    let raw = settings.keep_raw.as_ref().filter(|_| failed).map(|folder| {
        keep_wire(folder, scenario, &wire, output.as_deref())
            .map_err(|error| format!("{}: {error}", folder.display()))
    });
    let said = if failed { said(scenario, output.as_deref(), runs) } else { String::new() };
    let transcript = Box::new(transcript);
    let verdict = Verdict::Walked { failures, transcript, snapshot, findings, raw, said };
    Ok(Outcome { scenario: scenario.clone(), verdict, duration: started.elapsed(), began: Some(began) })
}

/// Whether a file for the app cannot be written, which ends the run: every scenario would write it.
fn is_unwritable(cause: &StepError) -> bool {
    matches!(cause, StepError::OwnApp(error) if matches!(**error, AppError::Variables { .. }))
}

/// What an app of your own wrote last, for the report of a failed walk.
fn said(scenario: &Scenario, output: Option<&str>, runs: Option<bool>) -> String {
    let output = output.map(last_lines).unwrap_or_default();
    let output = scenario.secrets().hide(&output);
    let lines: String = kit::secret::hide(&output).lines().map(|line| format!("\n  | {line}")).collect();
    match (runs, lines.as_str()) {
        (Some(false), "") => "the app's command has ended".to_owned(),
        (Some(false), lines) => format!(
            "the app's command has ended. Its last lines (all of them follow the raw headers):{lines}"
        ),
        (_, "") => String::new(),
        (_, lines) => format!("the app's last lines (all of them follow the raw headers):{lines}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_walks_run_at_once_as_the_limit_allows() {
        let all = |jobs: u64, limit: u64, open: u64| {
            let (fit, told) = fitting(usize::try_from(jobs).unwrap(), Some(limit), open);
            (fit as u64, told)
        };
        let room = 10 + DESCRIPTORS_BESIDES;
        assert_eq!(all(12, room + 12 * DESCRIPTORS_PER_WALK, 10), (12, None));
        let (fit, told) = all(12, room + 12 * DESCRIPTORS_PER_WALK - 1, 10);
        assert_eq!(fit, 11);
        let told = told.unwrap();
        assert!(told.contains("12 walks") && told.contains("pass `--jobs 11`"), "{told}");
        assert_eq!(all(12, 5, 10).0, 1, "one is always tried");
        assert_eq!(all(1, 5, 10), (1, None), "without a note");
        assert_eq!(fitting(250, None, 10), (250, None));
    }
}
