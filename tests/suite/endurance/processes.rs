//! Processes that the command starts end with it, however the command ends.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::support::binary;

/// How long an app may take until all its processes have ended.
const GONE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(20);

/// Leads its group, with a child, a grandchild of another shell, and children in the background: they write their
/// ids into `$PIDS`. It never answers.
const FAMILY: &str = r#"
    sleep 7000 & echo $! >> "$PIDS"
    sh -c 'sleep 7000 & echo $! >> "$PIDS"; wait' & echo $! >> "$PIDS"
    echo $$ >> "$PIDS"
    exec sleep 7000"#;

/// The same, but all of them ignore SIGTERM.
const STUBBORN: &str = r#"
    trap '' TERM INT HUP
    sleep 7000 & echo $! >> "$PIDS"
    sh -c 'sleep 7000 & echo $! >> "$PIDS"; wait' & echo $! >> "$PIDS"
    echo $$ >> "$PIDS"
    exec sleep 7000"#;

/// The commands that start an app.
const COMMANDS: [&[&str]; 3] = [
    &["diagnose", "--connector", "connector.json"],
    &["run", "story.yaml"],
    &["up", "--plain", "--logto-port", "0"],
];

/// A command with an app that it started.
struct Diagnosis {
    child: Child,
    directory: tempfile::TempDir,
    pids: Vec<u32>,
}

impl Diagnosis {
    /// Once all four of the app's processes are there.
    fn of(app: &str) -> Self {
        Self::by(COMMANDS[0], app)
    }

    fn by(command: &[&str], app: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let connector = directory.path().join("connector.json");
        let settings = r#"{ "clientId": "0a7b6c5d-1111", "clientSecret": "oauth_app_secret_AbCdEf" }"#;
        std::fs::write(&connector, settings).unwrap();
        let story = "description: A visit.\nsteps:\n  - visit: /\n";
        std::fs::write(directory.path().join("story.yaml"), story).unwrap();
        let pids = directory.path().join("pids");
        let mut child = Command::new(binary())
            .args(command)
            .args(["--app-command", app])
            .current_dir(&directory)
            .env("PIDS", &pids)
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(file(directory.path(), "out"))
            .stderr(file(directory.path(), "err"))
            .spawn()
            .unwrap();
        let known = wait_for(|| {
            assert!(child.try_wait().unwrap().is_none(), "{}", read(directory.path(), "err"));
            let pids: Vec<u32> =
                std::fs::read_to_string(&pids).ok()?.lines().filter_map(|line| line.parse().ok()).collect();
            (pids.len() == 4).then_some(pids)
        });
        let pids = known.expect("the app's processes have started");
        assert!(pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
        Self { child, directory, pids }
    }

    fn signal(&self, signal: &str) {
        send(signal, self.child.id());
    }

    /// Its exit status and output.
    fn ended(&mut self) -> (ExitStatus, String) {
        let status = wait_for(|| self.child.try_wait().unwrap()).expect("the command ends");
        (status, read(self.directory.path(), "err"))
    }

    fn left(&self) -> Vec<u32> {
        self.pids.iter().copied().filter(|pid| is_alive(*pid)).collect()
    }
}

impl Drop for Diagnosis {
    /// A test that fails leaves no process behind either.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in self.left() {
            send("KILL", pid);
        }
    }
}

fn file(directory: &Path, name: &str) -> std::fs::File {
    std::fs::File::create(directory.join(name)).unwrap()
}

fn read(directory: &Path, name: &str) -> String {
    std::fs::read_to_string(directory.join(name)).unwrap_or_default()
}

fn send(signal: &str, pid: u32) {
    let kill =
        Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).stderr(Stdio::null()).status();
    assert!(kill.is_ok(), "{kill:?}");
}

/// Running or asleep; a zombie does not count.
fn is_alive(pid: u32) -> bool {
    let ps = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&ps.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[expect(clippy::disallowed_methods, reason = "system processes run in real time; the polling ends")]
fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..GONE.as_millis() / PAUSE.as_millis() {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(PAUSE);
    }
    None
}

/// No process is left at the moment when the command has ended.
fn ends_with_the_command(signal: &str, app: &str) {
    for command in COMMANDS {
        let mut diagnosis = Diagnosis::by(command, app);
        diagnosis.signal(signal);
        let (status, said) = diagnosis.ended();
        assert_eq!(diagnosis.left(), Vec::<u32>::new(), "after SIG{signal}; {said}");
        // That is how `up` ends.
        let is_up = command[0] == "up";
        assert_eq!(status.code(), Some(if is_up { 0 } else { 130 }), "{said}");
        assert!(is_up || said.contains("interrupted"), "{said}");
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_ends_with_ctrl_c() {
    ends_with_the_command("INT", FAMILY);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_ends_with_sigterm() {
    ends_with_the_command("TERM", FAMILY);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_ends_with_sighup() {
    ends_with_the_command("HUP", FAMILY);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_that_does_not_listen_ends_all_the_same() {
    ends_with_the_command("INT", STUBBORN);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_ends_when_the_command_is_killed() {
    for (command, app) in COMMANDS.into_iter().flat_map(|command| [(command, FAMILY), (command, STUBBORN)]) {
        let mut diagnosis = Diagnosis::by(command, app);
        diagnosis.signal("KILL");
        let (status, said) = diagnosis.ended();
        assert_eq!(status.code(), None, "{said}");
        let gone = wait_for(|| diagnosis.left().is_empty().then_some(()));
        assert!(gone.is_some(), "{:?} of {:?} are still alive", diagnosis.left(), diagnosis.pids);
    }
}

/// `pkill logto-testkit` reaches the guard, too.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_ends_when_command_and_guard_are_told_to() {
    let mut diagnosis = Diagnosis::of(FAMILY);
    for guard in children(diagnosis.child.id()) {
        send("TERM", guard);
    }
    diagnosis.signal("TERM");
    let (status, said) = diagnosis.ended();
    assert_eq!(diagnosis.left(), Vec::<u32>::new(), "{said}");
    assert_eq!(status.code(), Some(130), "{said}");
}

fn children(parent: u32) -> Vec<u32> {
    let ps = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let lines = String::from_utf8(ps.stdout).unwrap();
    let pairs = lines.lines().filter_map(|line| {
        let (pid, ppid) = line.trim().split_once(' ')?;
        Some((pid.parse().ok()?, ppid.trim().parse().ok()?))
    });
    pairs.filter_map(|(pid, ppid): (u32, u32)| (ppid == parent).then_some(pid)).collect()
}

/// In a debug build, a signal triggers a panic, which would otherwise need a defect.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
#[cfg(debug_assertions)]
fn an_app_ends_when_the_command_panics() {
    let mut diagnosis = Diagnosis::of(FAMILY);
    diagnosis.signal("USR1");
    let (status, said) = diagnosis.ended();
    assert_eq!(status.code(), Some(70), "{said}");
    assert_eq!(diagnosis.left(), Vec::<u32>::new(), "{said}");
    assert!(said.contains("internal error") && said.contains("RUST_BACKTRACE=1"), "{said}");
    assert!(!said.contains("stack backtrace"), "{said}");
}

/// Under `nohup` the hang-up signal is ignored, and stays so.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
#[cfg(target_os = "linux")]
fn a_hang_up_that_is_ignored_ends_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let mut up = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" up --plain --app-port 0 --logto-port 0", binary()])
        .stdin(Stdio::null())
        .stdout(file(directory.path(), "out"))
        .stderr(file(directory.path(), "err"))
        .spawn()
        .unwrap();
    let shown =
        wait_for(|| std::fs::read_to_string(&out).ok().filter(|out| out.contains("http://localhost")));
    let early = up.try_wait().unwrap();
    send("HUP", up.id());
    // A signal that would stop it has this long to do so.
    let ended = (0..10).find_map(|_| {
        wait_a_little();
        up.try_wait().unwrap()
    });
    send("TERM", up.id());
    let status = wait_for(|| up.try_wait().unwrap());
    if status.is_none() {
        let _ = up.kill();
    }
    assert!(shown.is_some() && early.is_none(), "{early:?} {}", read(directory.path(), "err"));
    assert_eq!(ended, None, "{}", read(directory.path(), "err"));
    assert_eq!(status.and_then(|status| status.code()), Some(0), "{}", read(directory.path(), "err"));
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "a signal takes time")]
fn wait_a_little() {
    std::thread::sleep(PAUSE);
}
