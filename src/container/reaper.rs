//! What removes the containers of a process that cannot do so any more.
//!
//! A kill runs no destructor. So a guard (`src/process`), a process at the other end of a pipe
//! to us, removes everything with the run's label once the pipe closes.

use std::process::{Command, Stdio};
use std::time::Duration;

use kit::{Clock, Stopwatch};

use super::engine::Engine;
use super::error::EngineError;
use super::labels;
use super::settings::Limits;
use super::sweep;
use crate::process::{Guard, is_released};

/// How long the guard goes on looking: Docker may still be making a container
/// whose maker is gone.
const LOOKS: Duration = Duration::from_secs(5);
/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The guard of a run. Dropping it without [`Reaper::release`] lets it remove everything.
#[derive(Debug)]
pub(super) struct Reaper(Guard);

impl Reaper {
    /// Starts the guard of a run. `None` when there is nothing that could be one;
    /// then a kill leaves containers, and `logto-testkit clean` removes them.
    pub(super) fn start(run: &str) -> Option<Self> {
        let quiet = |guard: &mut Command| {
            guard.stdout(Stdio::null()).stderr(Stdio::null());
        };
        match Guard::start(&["reap", run], || with_docker_s_command(run), quiet) {
            Ok(guard) => Some(Self(guard)),
            Err(error) => {
                tracing::warn!(
                    "no process that would remove containers after a kill ({error}); `logto-testkit clean` does"
                );
                None
            }
        }
    }

    /// There is nothing left to remove.
    pub(super) fn release(self) {
        self.0.release();
    }
}

/// Where our command is not built, as in other projects' tests: Docker's does it.
fn with_docker_s_command(run: &str) -> Command {
    let script = format!(
        "read -r word; [ \"$word\" = done ] && exit; \
         for look in 1 2 3 4 5 6 7 8 9 10; do \
         for id in $(docker ps -aq --filter label={}={run}); do docker rm -f -v \"$id\"; done; sleep 0.5; done; \
         rm -f '{}'",
        labels::RUN,
        labels::lock_of(run).display(),
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    command
}

/// What the guard does: waits until the pipe closes, then removes everything of
/// the run, unless it was told that there is nothing.
///
/// # Errors
/// [`EngineError`] when Docker does not do it.
pub(crate) async fn reap(run: &str) -> Result<(), EngineError> {
    if is_released() {
        return Ok(());
    }
    let clock = Clock::system();
    let engine = Engine::connect(Limits::default().engine).await?;
    let began = Stopwatch::start();
    while began.elapsed() < LOOKS {
        sweep::remove_run(&engine, run).await?;
        clock.sleep(PAUSE).await;
    }
    // The mark of an owner that is gone; nobody minds one that stays.
    drop(std::fs::remove_file(labels::lock_of(run)));
    Ok(())
}
