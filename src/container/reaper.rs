//! What removes the containers of a process that cannot do so any more.
//!
//! A kill runs no destructor. So a helper process, detached from the terminal,
//! holds the other end of a pipe to us: the system closes it however we end, and
//! the helper removes everything with the run's label.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use kit::{Clock, Stopwatch};

use super::engine::Engine;
use super::error::EngineError;
use super::labels;
use super::settings::Limits;
use super::sweep;

/// What we write when there is nothing left to remove.
const DONE: &str = "done\n";
/// How long the helper goes on looking: Docker may still be making a container
/// whose maker is gone.
const LOOKS: Duration = Duration::from_secs(5);
/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The pipe to the helper. Dropping it without [`Reaper::release`] lets the
/// helper remove everything.
#[derive(Debug)]
pub(super) struct Reaper {
    pipe: Option<ChildStdin>,
    helper: Child,
}

impl Reaper {
    /// Starts a helper for a run. `None` when there is nothing that could be one;
    /// then a kill leaves containers, and `logto-testkit clean` removes them.
    pub(super) fn start(run: &str) -> Option<Self> {
        let mut command = match own_command() {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(["reap", run]);
                command
            }
            None => with_docker_s_command(run),
        };
        // Ctrl-C goes to the terminal's process group: the helper must not be in it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        match spawned {
            Ok(mut helper) => Some(Self { pipe: helper.stdin.take(), helper }),
            Err(error) => {
                tracing::warn!(
                    "no helper that would remove containers after a kill ({error}); `logto-testkit clean` does"
                );
                None
            }
        }
    }

    /// There is nothing left to remove.
    pub(super) fn release(mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // A helper that is gone already has nothing to be told.
            drop(pipe.write_all(DONE.as_bytes()));
        }
        drop(self.helper.wait());
    }
}

/// This program, or the one built beside a test.
fn own_command() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("LOGTO_TESTKIT_BIN") {
        return Some(named.into());
    }
    let ours = |path: &Path| path.file_stem().is_some_and(|stem| stem == "logto-testkit");
    let this = std::env::current_exe().ok()?;
    if ours(&this) {
        return Some(this);
    }
    // A test is in `target/debug/deps`, the command in `target/debug`.
    let name = format!("logto-testkit{}", std::env::consts::EXE_SUFFIX);
    this.ancestors().skip(1).take(2).map(|folder| folder.join(&name)).find(|path| path.is_file())
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

/// What the helper does: waits until the pipe closes, then removes everything of
/// the run, unless it was told that there is nothing.
///
/// # Errors
/// [`EngineError`] when Docker does not do it.
pub async fn reap(run: &str) -> Result<(), EngineError> {
    let mut told = String::new();
    // A pipe that breaks is a pipe that is closed.
    drop(std::io::stdin().read_to_string(&mut told));
    if told == DONE {
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
