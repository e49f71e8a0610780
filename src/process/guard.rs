//! A process that outlives this one to tidy up after it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

/// What we write when there is nothing left to do.
const DONE: &str = "done\n";
/// How often it is looked whether a guard has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// The pipe to a guard. Dropping it lets the guard do what it is there for.
#[derive(Debug)]
pub(crate) struct Guard {
    pipe: Option<ChildStdin>,
    child: Child,
}

impl Guard {
    /// Starts one: this command with these arguments, or what stands in where it is not built. It leads a
    /// process group of its own, so that Ctrl-C, which goes to the terminal's group, does not reach it.
    ///
    /// # Errors
    /// When the system does not start it.
    pub(crate) fn start(
        arguments: &[&str],
        stand_in: impl FnOnce() -> Command,
        with: impl FnOnce(&mut Command),
    ) -> std::io::Result<Self> {
        let mut command = match own_command() {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
            None => stand_in(),
        };
        with(&mut command);
        Self::spawn(command)
    }

    pub(super) fn spawn(mut command: Command) -> std::io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        Ok(Self { pipe: child.stdin.take(), child })
    }

    /// There is nothing left to do: it ends, and does nothing.
    #[cfg(feature = "container")]
    pub(crate) fn release(mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            use std::io::Write as _;

            // A guard that is gone already has nothing to be told.
            drop(pipe.write_all(DONE.as_bytes()));
        }
        drop(self.child.wait());
    }

    /// Lets it do what it is there for. Whether that was done in time.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process of the system in real time, also where no runtime is any more; the polling has an end"
    )]
    pub(super) fn act(&mut self, limit: Duration) -> bool {
        drop(self.pipe.take());
        for _ in 0..limit.as_millis() / PAUSE.as_millis() {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(PAUSE),
                Ok(Some(_)) | Err(_) => return true,
            }
        }
        false
    }

    /// How it has ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Its process, which is ours to wait for: so its number is surely its own still.
    #[cfg(unix)]
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for one that was just killed.
    #[cfg(unix)]
    pub(super) fn reap(&mut self) {
        drop(self.child.wait());
    }
}

/// In a guard: waits until the pipe closes. Whether it was told that there is nothing to do.
pub(crate) fn is_released() -> bool {
    let mut told = String::new();
    // A pipe that breaks is a pipe that is closed.
    drop(std::io::stdin().read_to_string(&mut told));
    told == DONE
}

/// This program, or the one built beside a test.
fn own_command() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("LOGTO_TESTKIT_BIN").filter(|named| !named.is_empty()) {
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
