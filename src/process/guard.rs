//! A process that outlives this one to clean up after it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

/// What we write to the guard if nothing is left to do.
const DONE: &str = "done\n";
/// Interval for checking whether a guard has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// The pipe to a guard. Dropping it makes the guard do its job.
#[derive(Debug)]
pub(crate) struct Guard {
    pipe: Option<ChildStdin>,
    child: Child,
}

impl Guard {
    /// Starts a guard: this command with these arguments, or the stand-in if the command is not
    /// built. It leads its own process group, so that Ctrl-C, which goes to the terminal's group,
    /// does not reach it.
    ///
    /// # Errors
    /// If the system cannot start it.
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

    /// Ends the guard without letting it do its job.
    #[cfg(feature = "container")]
    pub(crate) fn release(mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            use std::io::Write as _;

            // A guard that has already ended does not need the message.
            drop(pipe.write_all(DONE.as_bytes()));
        }
        drop(self.child.wait());
    }

    /// Makes the guard do its job. Returns whether it finished in time.
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

    /// Its process ID. We have not waited for it, so the ID still belongs to it.
    #[cfg(unix)]
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a guard that was just killed.
    #[cfg(unix)]
    pub(super) fn reap(&mut self) {
        drop(self.child.wait());
    }
}

/// In the guard: waits until the pipe closes. Returns whether it was told that nothing is left to
/// do.
pub(crate) fn is_released() -> bool {
    let mut told = String::new();
    // A broken pipe counts as closed.
    drop(std::io::stdin().read_to_string(&mut told));
    told == DONE
}

/// This program, or the one built next to a test.
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
