//! Many walks in one process: memory stays flat, whatever the report, and an
//! idle stack is small.
#![cfg(target_os = "linux")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::in_the_long_form;
use crate::support::{binary, root};

/// The most that memory may grow between a tenth of the walks and all of them.
const GROWTH: u64 = 5 * 1024;
/// The most that one idle stack may take.
const IDLE: u64 = 60 * 1024;

/// Resident memory of a process in KiB (proc(5), `VmRSS`).
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Copies of the first visit, each with its reviewed transcript.
fn copies(directory: &Path, walks: usize) {
    let scenario = root().join("scenarios/sign-in/first-visit.yaml");
    let (text, snapshot) =
        (std::fs::read(&scenario).unwrap(), std::fs::read(scenario.with_extension("snap")).unwrap());
    for at in 0..walks {
        let file = directory.join(format!("{at:05}.yaml"));
        std::fs::write(&file, &text).unwrap();
        std::fs::write(file.with_extension("snap"), &snapshot).unwrap();
    }
}

/// A run, and samples of its resident memory in KiB from its start to its end.
struct Soak {
    child: Child,
    samples: Arc<Mutex<Vec<u64>>>,
}

impl Soak {
    fn start(directory: &Path, report: &str) -> Self {
        let child = Command::new(binary())
            .args(["run", directory.to_str().unwrap(), "--jobs", "8", "--report", report])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (samples, process) = (Arc::new(Mutex::new(Vec::new())), child.id());
        let kept = samples.clone();
        std::thread::spawn(move || {
            while let Some(now) = resident(process) {
                kept.lock().unwrap().push(now);
                // A pause between two samples, not a wait for an event.
                std::thread::park_timeout(Duration::from_millis(20));
            }
        });
        Self { child, samples }
    }

    /// The growth in KiB from the first tenth of the time to its end, and what was printed.
    fn growth(mut self) -> (u64, String) {
        let mut printed = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        assert!(self.child.wait().unwrap().success(), "{}", &printed[printed.len().saturating_sub(2000)..]);
        let samples = self.samples.lock().unwrap();
        // The highest of each part: allocators give back late.
        let part = |from: usize, to: usize| {
            samples[samples.len() * from / 20..samples.len() * to / 20].iter().max().copied().unwrap_or(0)
        };
        let (early, late) = (part(1, 3), part(18, 20));
        eprintln!("{early} KiB after a tenth of the walks, {late} KiB at the end");
        (late.saturating_sub(early), printed)
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn memory_stays_flat_over_many_walks_with_every_report() {
    let walks = if in_the_long_form() { 10_000 } else { 1_000 };
    let directory = tempfile::tempdir().unwrap();
    copies(directory.path(), walks);
    for (report, counted) in
        [("text", "\npassed "), ("json", "\"result\": \"passed\""), ("junit", "<testcase ")]
    {
        let (growth, printed) = Soak::start(directory.path(), report).growth();
        assert_eq!(format!("\n{printed}").matches(counted).count(), walks, "{report}");
        assert!(
            growth <= GROWTH,
            "{report}: {growth} KiB more after {walks} walks than after a tenth of them"
        );
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_idle_stack_is_small() {
    let mut up = Command::new(binary())
        .args(["up", "--plain", "--app-port", "0", "--logto-port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(up.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Press Ctrl-C to stop") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut out, &mut line).unwrap() > 0, "`up` ended");
    }
    let resident = resident(up.id());
    up.kill().unwrap();
    up.wait().unwrap();
    assert!(resident.unwrap() <= IDLE, "{resident:?} KiB");
}
