//! Removes the containers of a process that can no longer do so itself.
//!
//! A kill runs no destructors. Therefore a guard (`src/process`), a process at the other end of a
//! pipe to us, removes everything with the run's label once the pipe closes.

use std::process::{Command, Stdio};
use std::time::Duration;

use kit::{Clock, Stopwatch};

use super::engine::Engine;
use super::error::EngineError;
use super::labels;
use super::settings::Limits;
use super::sweep;
use crate::process::{Guard, is_released};

/// How long the guard keeps looking: Docker may still be creating a container after the process
/// that requested it is gone.
const LOOKS: Duration = Duration::from_secs(5);
/// How long the guard waits between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The guard of a run. Unless released with [`Reaper::release`], it removes everything when
/// dropped.
#[derive(Debug)]
pub(super) struct Reaper(Guard);

impl Reaper {
    /// Starts the guard of a run. `None` if no guard process can be started; then a kill leaves
    /// containers behind, which `logto-testkit clean` removes.
    pub(super) fn start(run: &str) -> Option<Self> {
        let quiet = |guard: &mut Command| {
            guard.stdout(Stdio::null()).stderr(Stdio::null());
        };
        match Guard::start(&["reap", run], || with_docker_s_command(run), quiet) {
            Ok(guard) => Some(Self(guard)),
            Err(error) => {
                tracing::warn!(
                    "cannot start the process that removes containers after a kill ({error}); if the run is killed, use `logto-testkit clean`"
                );
                None
            }
        }
    }

    /// Tells the guard that nothing is left to remove.
    pub(super) fn release(self) {
        self.0.release();
    }
}

/// Docker's command is the guard where ours is not built, as in other projects' tests.
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

/// The guard's job: waits until the pipe closes, then removes everything of the run, unless it was
/// told that nothing is left.
///
/// # Errors
/// [`EngineError`] if Docker refuses or does not answer.
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
    // Marker of an owner that is gone; it does no harm if it stays.
    drop(std::fs::remove_file(labels::lock_of(run)));
    Ok(())
}
