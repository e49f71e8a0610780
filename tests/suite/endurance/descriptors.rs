//! Too few file descriptors: a run works with what is available, and a listener
//! that gets none waits instead of spinning.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use super::served::{Served, connect, status_of, until};
use crate::support::in_the_long_form;
use crate::support::{binary, root};

/// This many copies of one scenario in a folder of their own.
fn copies(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let scenario = root().join("scenarios/sign-in/first-visit.yaml");
    for number in 0..count {
        std::fs::copy(&scenario, directory.path().join(format!("walk-{number}.yaml"))).unwrap();
    }
    directory
}

/// Walks everything in a folder under these `ulimit` settings.
fn run_under(limits: &str, folder: &Path, jobs: usize) -> Output {
    Command::new("sh")
        .args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), binary()])
        .args(["run", folder.to_str().unwrap(), "--jobs", &jobs.to_string()])
        .output()
        .unwrap()
}

fn all_pass(output: &Output, walks: usize) {
    let (shown, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let first: String = log.chars().take(2000).collect();
    assert!(
        shown.ends_with(&format!("{walks} passed, 0 failed, 0 skipped\n")),
        "{} lines on standard error: {first}\n{:?}",
        log.lines().count(),
        shown.lines().last()
    );
    assert_eq!(output.status.code(), Some(0), "{first}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_low_soft_limit_is_raised_to_what_the_system_allows() {
    let folder = copies(24);
    let output = run_under("ulimit -Sn 128", folder.path(), 12);
    all_pass(&output, 24);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_more_walks_run_at_once_than_the_hard_limit_allows_and_that_is_said_once() {
    let folder = copies(24);
    let output = run_under("ulimit -Sn 128; ulimit -Hn 128", folder.path(), 12);
    all_pass(&output, 24);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(log.lines().count(), 1, "{log}");
    for part in ["12 walks", "may open 128", "open files", "`ulimit -n ", "`--jobs "] {
        assert!(log.contains(part), "no “{part}” in {log}");
    }
}

/// Common default soft limits, each with a number of processors that breaks a run there (D1).
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn runs_under_the_limits_of_macos_and_linux_pass() {
    let walks = if in_the_long_form() { 222 } else { 48 };
    let folder = copies(walks);
    for (limits, jobs) in [("ulimit -Sn 256", 12), ("ulimit -Sn 256; ulimit -Hn 256", 12)] {
        all_pass(&run_under(limits, folder.path(), jobs), walks);
    }
    let folder = copies(walks.max(64));
    for limits in ["ulimit -Sn 1024", "ulimit -Sn 1024; ulimit -Hn 1024"] {
        all_pass(&run_under(limits, folder.path(), 64), walks.max(64));
    }
}

/// What `run` allows for (`DESCRIPTORS_PER_WALK`, `DESCRIPTORS_BESIDES`): every scenario passes
/// with this many, one after the other.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_scenario_needs_more_descriptors_than_reckoned_with() {
    // Standard input, output and error, and what the runtime has open before the first walk:
    // a walk must not use up the reserve for these.
    let (per_walk, besides, at_start) = (28, 8, 8);
    let limit = per_walk + besides + at_start;
    let output = run_under(&format!("ulimit -Sn {limit}; ulimit -Hn {limit}"), &root().join("scenarios"), 1);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains(" passed, 0 failed, "), "{}", shown.lines().last().unwrap_or_default());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// D2: 119 MB of log in 16 seconds.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
#[cfg(target_os = "linux")]
fn a_listener_without_descriptors_waits_and_says_so_once_a_second() {
    let arguments = ["serve", "huggingface"];
    let served = Served::start("ulimit -n 48;", &arguments, "users:");
    let site = served.address("site:");
    let busy_before = processor_time(served.id());
    let idle: Vec<_> = (0..100).map(|_| connect(site)).collect();
    let full = || served.log().contains("Too many open files");
    until("the listener to run out of descriptors", Duration::from_secs(10), full);
    pause(Duration::from_millis(1500));
    let (log, busy) = (served.log(), processor_time(served.id()) - busy_before);
    let complaints = log.lines().count();
    assert!(complaints <= 4, "{complaints} lines, {} bytes: {}", log.len(), &log[..log.len().min(400)]);
    assert!(busy < Duration::from_millis(500), "{busy:?} of processor time in 1.5 s of waiting");
    drop(idle);
    let serves = || status_of(site, "/.well-known/openid-configuration") == Some(200);
    until("the listener to serve again", Duration::from_secs(5), serves);
    assert!(served.log().contains("left out"), "the number left out is reported: {}", served.log());
}

/// Processor time that a process has used so far (`proc(5)`: fields 14 and 15 of `stat`, in ticks of 10 ms).
#[cfg(target_os = "linux")]
fn processor_time(id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    let ticks: u64 = fields.skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "the test is that nothing happens in this time")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// D23: a system that refuses a thread causes an ordinary error, not a panic.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
#[cfg(target_os = "linux")]
fn a_refused_thread_is_told_and_exits_70() {
    // The limit does not bind root.
    let folder = tempfile::Builder::new().permissions(open_to_all()).tempdir().unwrap();
    let (command, scenario) = (folder.path().join("logto-testkit"), folder.path().join("walk.yaml"));
    std::fs::copy(binary(), &command).unwrap();
    std::fs::copy(root().join("scenarios/sign-in/first-visit.yaml"), &scenario).unwrap();
    // A user that nothing else of this machine runs as.
    let user = "--reuid=47811 --regid=47811 --clear-groups";
    let script = format!("exec setpriv {user} bash -c 'ulimit -u 1; exec \"$0\" \"$@\"' \"$0\" \"$@\"");
    let run = |more: &[&str]| {
        Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", &script, command.to_str().unwrap(), "run", scenario.to_str().unwrap()])
            .args(more)
            .output()
            .unwrap()
    };
    if !run(&["--help"]).status.success() {
        eprintln!("skipped: only root can become another user for this test");
        return;
    }
    let output = run(&["--jobs", "2"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!log.contains("panicked"), "{log}");
    assert!(log.starts_with("error: ") && log.contains("thread"), "{log}");
    assert_eq!(output.status.code(), Some(70), "{log}");
}

#[cfg(target_os = "linux")]
fn open_to_all() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o755)
}
