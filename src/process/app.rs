//! An app that is started by a command line, and ended together with everything it started.
//!
//! Its guard starts it, and leads the process group that the app and its children belong to. To end
//! them, the guard signals *its own* group: no process ID is stored that could meanwhile belong to
//! another process, and the ID of a group stays taken as long as its leader lives. Processes that
//! leave the group (`setsid`, a daemon) are out of reach.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::guard::{Guard, is_released};

/// How long an app may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 3 });
/// How long until all of its processes are gone at the latest.
const LIMIT: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 5 });

/// Where the output of an app goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// To this process's standard error.
    Shown,
    /// Into a file without a name, for when something goes wrong.
    Kept,
}

/// How much of an app's output is read.
const OUTPUT_LIMIT: u64 = 1024 * 1024;

/// A running app. Dropping it ends it, too.
#[derive(Debug)]
pub(crate) struct App {
    guard: Guard,
    output: Option<File>,
}

impl App {
    /// Lets a shell run the command in a folder, with these variables in its environment.
    ///
    /// # Errors
    /// If the system cannot start a process, or the folder does not exist. A command that the shell does not
    /// find only ends the app.
    pub(crate) fn start<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        command: &str,
        directory: &Path,
        variables: impl IntoIterator<Item = (N, V)>,
        output: Output,
    ) -> std::io::Result<Self> {
        let (output, streams) = match output {
            Output::Shown => (None, None),
            Output::Kept => {
                let file = tempfile::NamedTempFile::new()?;
                // Appended to, since the app's processes write at the same time, and read at a position of its own.
                let writer = File::options().append(true).open(file.path())?;
                (Some(file.reopen()?), Some((writer.try_clone()?, writer)))
            }
        };
        let guard = Guard::start(
            &["guard", "--", command],
            || stand_in(command),
            |guard| {
                prepared(guard, variables);
                if !directory.as_os_str().is_empty() {
                    guard.current_dir(directory);
                }
                if let Some((stdout, stderr)) = streams {
                    guard.stdout(stdout).stderr(stderr);
                }
            },
        )?;
        Ok(Self { guard, output })
    }

    /// How many bytes it has written so far, if its output is kept.
    pub(crate) fn output_length(&self) -> u64 {
        self.output.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len())
    }

    /// What it has written from a byte on, at most the last MiB of it. `None` if its output is not kept, or cannot be
    /// read.
    pub(crate) fn output_from(&self, start: u64) -> Option<String> {
        let mut file = self.output.as_ref()?;
        file.seek(SeekFrom::Start(start.max(self.output_length().saturating_sub(OUTPUT_LIMIT)))).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Waits until its command has failed and nothing that it started is left. Only a guard that is this
    /// command reports that.
    pub(crate) async fn failed(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.guard.ended() {
                return status;
            }
            kit::Clock::system().sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether its command or something that it started in its group runs, as far as the system reports.
    #[cfg_attr(not(target_os = "linux"), expect(clippy::unused_self, reason = "only Linux tells"))]
    pub(crate) fn runs(&self) -> Option<bool> {
        #[cfg(target_os = "linux")]
        return Some(!is_alone(self.guard.id()));
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Asks it to end, and kills what is left of it after three seconds.
    pub(crate) async fn end(self) {
        // It ends on drop, in a thread where waiting does not keep the parties from answering it.
        drop(tokio::task::spawn_blocking(move || drop(self)).await);
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if self.guard.act(LIMIT) {
            return;
        }
        // A stopped or hanging guard: its group ID stays valid as long as it has not been waited
        // for.
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.guard.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            self.guard.reap();
        }
    }
}

fn prepared<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    guard: &mut Command,
    variables: impl IntoIterator<Item = (N, V)>,
) {
    guard.envs(variables).stdout(Stdio::from(std::io::stderr()));
}

/// Stands in where our command is not built, as in other projects' tests. A signal during the read
/// ends the read.
fn stand_in(command: &str) -> Command {
    let script = format!(
        "trap : TERM INT HUP\n\
         sh -c \"$1\" </dev/null & app=$!\n\
         read -r word\n\
         trap '' TERM INT HUP\n\
         kill -TERM 0\n\
         (sleep {}; kill -KILL 0) &\n\
         wait $app\n\
         sleep 0.3\n\
         kill -KILL 0",
        GRACE.as_secs(),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh", command]);
    shell
}

/// The job of an app's guard: starts the app, waits until the pipe closes or a signal arrives, and ends the
/// group that it leads, including itself. If the app fails and leaves nothing behind, it ends at once, with this exit code.
///
/// # Errors
/// If the app cannot be started, or this process does not lead a group.
pub(crate) async fn lead(command: &str) -> std::io::Result<Option<i32>> {
    #[cfg(unix)]
    if rustix::process::getpgrp() != rustix::process::getpid() {
        return Err(std::io::Error::other(
            "this process does not lead a process group; start it with `--app-command`",
        ));
    }
    // Also for signals that the app or we send to the whole group.
    let mut stop = kit::Stop::listen()?;
    let mut shell = tokio::process::Command::new("sh");
    let mut app = shell.arg("-c").arg(command).stdin(Stdio::null()).spawn()?;
    tokio::select! {
        _ = tokio::task::spawn_blocking(is_released) => {}
        () = stop.wait() => {}
        code = failed(&mut app) => {
            // Where the system does not tell what is left of the group.
            #[cfg(unix)]
            let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TERM);
            return Ok(Some(code));
        }
    }
    #[cfg(unix)]
    {
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TERM);
        // Children may outlive the shell.
        let ended = async {
            drop(app.wait().await);
            until_alone().await;
        };
        drop(kit::within("the end of the app", GRACE, ended).await);
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::KILL);
    }
    app.kill().await?;
    Ok(None)
}

/// Waits for a command that fails, as a shell tells it, and for what it started. One that ends without a
/// failure may have started a daemon.
async fn failed(app: &mut tokio::process::Child) -> i32 {
    match app.wait().await {
        Ok(status) if !status.success() => {
            until_alone().await;
            // A signal has no code.
            status.code().unwrap_or(128)
        }
        _ => std::future::pending().await,
    }
}

async fn until_alone() {
    while !is_alone(std::process::id()) {
        kit::Clock::system().sleep(Duration::from_millis(20)).await;
    }
}

/// Whether the group of this leader contains nothing else, as far as the system reports.
#[cfg(target_os = "linux")]
fn is_alone(leader: u32) -> bool {
    let group = leader.to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else { return true };
    !processes.flatten().any(|process| {
        // Not the entry `self`.
        let number: Option<u32> = process.file_name().to_str().and_then(|name| name.parse().ok());
        let Some(number) = number.filter(|number| *number != leader) else { return false };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{number}/stat")) else { return false };
        // `pid (name) state ppid pgrp …`, where the name may contain parentheses.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let (state, of) = (fields.next(), fields.nth(1));
        of == Some(&group) && (state != Some("Z") || has_threads(number))
    })
}

/// Whether threads of a process still end whose first one has ended: until they have, its sockets are open.
#[cfg(target_os = "linux")]
fn has_threads(process: u32) -> bool {
    std::fs::read_dir(format!("/proc/{process}/task")).is_ok_and(|tasks| tasks.count() > 1)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_alone(_leader: u32) -> bool {
    true
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const NONE: [(&str, &str); 0] = [];

    /// Starts the stand-in; there is a separate test of the whole command.
    fn started(command: &str) -> App {
        let mut shell = stand_in(command);
        prepared(&mut shell, NONE);
        App { guard: Guard::spawn(shell).unwrap(), output: None }
    }

    fn is_alive(pid: &str) -> bool {
        let ps = Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
        let state = String::from_utf8_lossy(&ps.stdout).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    }

    async fn pids(file: &Path) -> Vec<String> {
        let written = async {
            loop {
                let lines = std::fs::read_to_string(file).unwrap_or_default();
                if lines.lines().count() == 2 {
                    return lines.lines().map(ToOwned::to_owned).collect();
                }
                kit::Clock::system().sleep(Duration::from_millis(10)).await;
            }
        };
        kit::within("the app's processes", Duration::from_secs(10), written).await.unwrap()
    }

    async fn ends(end: impl AsyncFn(App)) {
        for ignored in ["", "trap '' TERM INT HUP; "] {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("pids");
            let pids_of_both = format!(
                "{ignored}sleep 7000 & echo $! >> '{0}'; echo $$ >> '{0}'; exec sleep 7000",
                file.display()
            );
            let app = started(&pids_of_both);
            let pids = pids(&file).await;
            assert!(pids.iter().all(|pid| is_alive(pid)), "{pids:?}");
            end(app).await;
            let left: Vec<&String> = pids.iter().filter(|pid| is_alive(pid)).collect();
            assert!(left.is_empty(), "{left:?} of {pids:?} live on");
        }
    }

    #[tokio::test]
    async fn without_the_command_a_shell_ends_an_app() {
        ends(async |app: App| app.end().await).await;
    }

    #[tokio::test]
    async fn a_panic_ends_an_app() {
        ends(async |app: App| {
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
                let _app = app;
                std::panic::resume_unwind(Box::new("on purpose"));
            }));
            assert!(panicked.is_err());
        })
        .await;
    }

    /// The guard is stopped, as by a debugger, and cannot do its part.
    #[tokio::test]
    async fn an_app_ends_although_its_guard_hangs() {
        ends(async |app: App| {
            let guard = rustix::process::Pid::from_raw(i32::try_from(app.guard.id()).unwrap()).unwrap();
            rustix::process::kill_process(guard, rustix::process::Signal::STOP).unwrap();
            app.end().await;
        })
        .await;
    }
}
