//! Clocks that step, are wrong or are read in two different seconds, and a machine that
//! pauses.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::SignedDuration;
use kit::{Journal, Machine};
use logto_testkit::golden::{KnownDifferences, KnownOn, Story, Target, replay_on, stories};
use logto_testkit::scenario::BackendKind;
use logto_testkit::{
    Scenario, SnapshotResult, Stack, WalkReport, compare_snapshot, scenario, stack_for, walk,
};

use crate::support::{Elsewhere, Surroundings, binary, first_visit, root};
use crate::support::{in_the_long_form, only_in_the_long_form};

/// How a clock may be set: by minutes, by an hour, by a day, back and forth.
const STEPS: [i64; 6] = [300, -300, 3600, -3600, 86_400, -86_400];

/// Steps the clock whenever a party has received a request, while it handles it.
async fn steps(machine: &Machine, journal: &Journal, by: &[i64]) -> ! {
    let (mut steps, mut seen) = (by.iter().cycle(), journal.last_number());
    loop {
        tokio::task::yield_now().await;
        if journal.last_number() != seen {
            seen = journal.last_number();
            steps.next().iter().for_each(|by| machine.step(SignedDuration::from_secs(**by)));
        }
    }
}

/// A walk during which the clock steps at every hop.
async fn unsettled(stack: &Stack, machine: &Machine, by: &[i64]) -> WalkReport {
    let scenario = first_visit();
    tokio::select! {
        report = walk(stack, &scenario) => report,
        never = steps(machine, stack.journal(), by) => never,
    }
}

/// How the transcript differs from the reviewed one.
fn complaint(scenario: &Scenario, report: &WalkReport) -> Option<String> {
    let mut all: String = report.failures.iter().map(|failure| format!("{failure}\n")).collect();
    match compare_snapshot(scenario, &report.transcript.to_string()).unwrap() {
        SnapshotResult::Same | SnapshotResult::SameSoFar | SnapshotResult::Missing => {}
        SnapshotResult::Different(difference) => all.push_str(&difference),
    }
    (!all.is_empty()).then(|| format!("{}: {all}", scenario.name()))
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn steps_of_the_machines_clock_change_no_walk_of_a_stack_that_lives_in_one_process() {
    let machine = Machine::movable();
    let stack = stack_for(&first_visit()).machine(machine.clone()).start().await.unwrap();
    let report = unsettled(&stack, &machine, &STEPS).await;
    stack.stop().await.unwrap();
    assert_eq!(complaint(&first_visit(), &report), None);
    assert_eq!(report.disturbed, None);
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_step_is_named_and_no_party_blamed_where_logto_lives_elsewhere() {
    let machine = Machine::movable();
    let elsewhere = Elsewhere::start_on(Surroundings::Right, &machine).await;
    for days in [1, -1] {
        let stack = elsewhere.stack(true).machine(machine.clone()).start().await.unwrap();
        let report = unsettled(&stack, &machine, &[days * 86_400]).await;
        stack.stop().await.unwrap();
        assert!(!report.failures.is_empty(), "a sign-in of many days succeeded");
        let found: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id()).collect();
        assert_eq!(found, ["machine/clock-stepped"]);
        let told = report.findings[0].to_string();
        let way = if days > 0 { "forward" } else { "back" };
        assert!(told.contains(&format!("the clock of this machine stepped {way} by")), "{told}");
    }
    // Without a step, a fault keeps its finding.
    let stack = elsewhere.stack(true).machine(machine.clone()).start().await.unwrap();
    let report = walk(&stack, &first_visit()).await;
    stack.stop().await.unwrap();
    assert_eq!((report.disturbed.clone(), report.passed()), (None, true));
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_start_that_fails_while_the_clock_steps_says_so() {
    let machine = Machine::movable();
    let elsewhere = Elsewhere::start_on(Surroundings::Right, &machine).await;
    let start = elsewhere.stack(true).machine(machine.clone()).start();
    let error = tokio::select! {
        started = start => started.unwrap_err(),
        never = steps(&machine, &elsewhere.journal, &[86_400]) => never,
    };
    let told = error.to_string();
    assert!(told.contains("Meanwhile the clock of this machine stepped forward by"), "{told}");
}

/// A machine without battery and network, and times at which date formats overflow.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn wherever_the_clock_stands_the_walk_is_the_reviewed_one() {
    for at in [
        "1970-01-01T00:00:10Z",
        "1971-06-01T00:00:00Z",
        "1999-12-31T23:59:59Z",
        "2038-01-19T03:14:07Z",
        "2049-12-31T23:59:59Z",
        "2100-02-28T23:59:59Z",
        "2229-01-01T00:00:00Z",
        // Later only without an outside reader: an app that reads `updated_at` as seconds may not support
        // such a time.
        "2262-04-11T23:47:16Z",
        "9999-12-01T00:00:00Z",
    ] {
        let machine = Machine::movable();
        machine.set(at.parse().unwrap());
        let real = at < "2230";
        for real in [false, true].into_iter().filter(|wanted| real || !wanted) {
            let builder = stack_for(&first_visit()).machine(machine.clone());
            let builder = if real { builder.real_time() } else { builder };
            let stack = builder.start().await.unwrap_or_else(|error| panic!("{at}: {error}"));
            let report = walk(&stack, &first_visit()).await;
            stack.stop().await.unwrap();
            assert_eq!(complaint(&first_visit(), &report), None, "{at}, in real time: {real}");
        }
    }
}

/// How long the machine is stopped between any two readings of its clock.
const STOPPED: Duration = Duration::from_secs(60);

/// Walks these on clocks that advance by this much at every reading.
async fn read_apart(scenarios: &[Scenario], tick: Duration) -> Vec<String> {
    let mut complaints = Vec::new();
    for scenario in scenarios {
        let machine = Machine::movable();
        machine.tick(tick);
        let stack = stack_for(scenario).machine(machine).start().await.unwrap();
        let report = walk(&stack, scenario).await;
        stack.stop().await.unwrap();
        complaints.extend(complaint(scenario, &report));
    }
    complaints
}

fn all_scenarios(under: &str) -> Vec<Scenario> {
    let files = scenario::find(&[root().join("scenarios").join(under)]).unwrap();
    let all = files.iter().flat_map(|file| Scenario::load_all(file).unwrap());
    all.filter(|scenario| scenario.skipped_on(BackendKind::Embedded).is_none()).collect()
}

/// Any two readings of the clock may fall into two seconds. To force that, the clock here
/// advances at every reading, which reveals every comparison of two readings.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn no_transcript_depends_on_two_readings_in_one_second() {
    let few = all_scenarios("sign-in");
    assert!(few.len() > 3);
    assert_eq!(read_apart(&few, Duration::from_millis(51)).await, Vec::<String>::new());
}

/// Longer than the limit from which transcripts give past times in minutes.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn no_transcript_depends_on_how_long_the_machine_was_stopped() {
    let few = [all_scenarios("time"), all_scenarios("sign-in")].concat();
    assert!(few.len() > 5);
    assert_eq!(read_apart(&few, STOPPED).await, Vec::<String>::new());
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_transcript_of_any_scenario_depends_on_two_readings_in_one_second() {
    let ticks = if in_the_long_form() { &[Duration::from_millis(7), STOPPED][..] } else { &[STOPPED] };
    for tick in ticks.iter().copied() {
        let all = all_scenarios("");
        let mut parts = all.chunks(all.len().div_ceil(2));
        let walks = |part: &[Scenario]| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(read_apart(part, tick))
        };
        let (one, other) = (parts.next().unwrap(), parts.next().unwrap());
        let complaints = std::thread::scope(|scope| {
            let other = scope.spawn(|| walks(other));
            [walks(one), other.join().unwrap()].concat()
        });
        assert!(
            complaints.is_empty(),
            "{tick:?}: {} of {}\n{}",
            complaints.len(),
            all.len(),
            complaints.join("\n")
        );
    }
}

/// Replays the stories of a folder on the double, on a clock that advances by this much at every reading.
async fn told_apart(under: &str, tick: Duration) -> (usize, Vec<String>) {
    let golden = root().join("tests/golden");
    let known = KnownDifferences::load(&golden).unwrap();
    let (mut told, mut differ) = (0, Vec::new());
    for (name, file) in stories(&golden).unwrap().into_iter().filter(|(name, _)| name.starts_with(under)) {
        let machine = Machine::movable();
        machine.tick(tick);
        let differences = replay_on(&machine, &Story::load(&file).unwrap(), &Target::Double).await;
        let differences = differences.unwrap_or_else(|error| panic!("{name}: {error}"));
        let unknown = known.unknown(KnownOn::Double, &name, &differences);
        differ.extend(unknown.iter().map(|difference| format!("{name}: {difference}")));
        told += 1;
    }
    (told, differ)
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn no_recorded_story_depends_on_two_readings_in_one_second() {
    let (told, differ) = told_apart("social/", Duration::from_millis(51)).await;
    assert!(told > 3 && differ.is_empty(), "{} differences in {told}\n{}", differ.len(), differ.join("\n"));
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn no_recorded_story_at_all_depends_on_two_readings_in_one_second() {
    let ticks = if in_the_long_form() { &[Duration::from_millis(7), STOPPED][..] } else { &[STOPPED] };
    for tick in ticks.iter().copied() {
        let (told, differ) = told_apart("", tick).await;
        assert!(
            told > 100 && differ.is_empty(),
            "{tick:?}: {} differences\n{}",
            differ.len(),
            differ.join("\n")
        );
    }
}

/// This many copies of the first visit in a folder of their own.
fn copies(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..count {
        for ending in ["yaml", "snap"] {
            let from = root().join("scenarios/sign-in/first-visit").with_extension(ending);
            std::fs::copy(from, directory.path().join(format!("first-visit-{number:03}.{ending}"))).unwrap();
        }
    }
    directory
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success(), "kill {name}");
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_run_that_is_stopped_for_longer_than_any_time_out_goes_on() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::Stdio;

    // Longer than the five seconds of the connector's userinfo, and than the ten of a step.
    let pauses: &[u64] = if in_the_long_form() { &[15, 6, 45] } else { &[11] };
    for pause in pauses.iter().copied().map(Duration::from_secs) {
        let folder = copies(111);
        let mut run = Command::new(binary())
            .args(["run", folder.path().to_str().unwrap(), "--jobs", "4"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The first walk has ended, and the others are under way.
        let (mut report, mut told) = (BufReader::new(run.stdout.take().unwrap()), String::new());
        report.read_line(&mut told).unwrap();
        signal(&run, "-STOP");
        kit::Clock::system().sleep(pause).await;
        signal(&run, "-CONT");
        report.read_to_string(&mut told).unwrap();
        assert!(run.wait().unwrap().success(), "{told}");
        assert!(told.ends_with("111 passed, 0 failed, 0 skipped\n"), "{told}");
        let took = |line: &str| line.strip_suffix(" ms")?.rsplit_once(' ')?.1.parse().ok();
        let longest = told.lines().filter_map(took).max().map(Duration::from_millis).unwrap();
        assert!(longest > pause, "nothing was under way when it was stopped: {longest:?}");
    }
}

/// The failures in a JSON report.
fn failures(report: &str) -> String {
    let Ok(report) = serde_json::from_str::<serde_json::Value>(report) else { return report.to_owned() };
    let mut text = String::new();
    for walk in report["scenarios"].as_array().into_iter().flatten() {
        if walk["result"] == "failed" {
            let _ = writeln!(text, "{} {} {}", walk["name"], walk["failures"], walk["findings"]);
        }
    }
    text
}

/// libfaketime, which gives a process a different clock, if it is installed.
fn faketime() -> Option<PathBuf> {
    let folders =
        ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    let found =
        folders.iter().map(|folder| Path::new(folder).join("libfaketime.so.1")).find(|file| file.exists());
    if found.is_none() {
        eprintln!("skipped: libfaketime is not installed (apt-get install libfaketime)");
    }
    found
}

/// The command with a wall clock that a file sets; the monotonic clock is the machine's.
fn under(faketime: &Path, told: &Path) -> Command {
    let mut command = Command::new(binary());
    command
        .env("LD_PRELOAD", faketime)
        .env("FAKETIME_TIMESTAMP_FILE", told)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_run_under_a_clock_that_steps_has_no_failure() {
    if !only_in_the_long_form("steps of the clock during a run, by libfaketime") {
        return;
    }
    let Some(faketime) = faketime() else { return };
    for step in [300, 3600, 86_400] {
        let (folder, told) = (copies(111), tempfile::NamedTempFile::new().unwrap());
        std::fs::write(told.path(), "+0").unwrap();
        let mut run = under(&faketime, told.path())
            .args(["run", folder.path().to_str().unwrap(), "--jobs", "2", "--report", "json"])
            .stdout(std::fs::File::create(folder.path().join("report")).unwrap())
            .spawn()
            .unwrap();
        let mut steps = 0;
        let status = loop {
            if let Some(status) = run.try_wait().unwrap() {
                break status;
            }
            steps += 1;
            let sign = if steps % 2 == 0 { '-' } else { '+' };
            std::fs::write(told.path(), format!("{sign}{step}")).unwrap();
            kit::Clock::system().sleep(Duration::from_millis(200)).await;
        };
        let report = std::fs::read_to_string(folder.path().join("report")).unwrap();
        println!("±{step} s: {steps} steps");
        assert!(status.success() && steps > 4, "±{step} s, {steps} steps: {status}\n{}", failures(&report));
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let slowest = |walk: &serde_json::Value| walk["seconds"].as_f64().unwrap();
        let slowest = report["scenarios"].as_array().unwrap().iter().map(slowest).fold(0.0, f64::max);
        assert!(
            slowest < 60.0 && report["seconds"].as_f64().unwrap() < 300.0,
            "durations make no sense: {slowest}"
        );
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn two_hundred_and_fifty_walks_at_once_time_nothing_out() {
    if !only_in_the_long_form("250 walks at once") {
        return;
    }
    let folder = copies(500);
    let output = Command::new(binary())
        .args(["run", folder.path().to_str().unwrap(), "--jobs", "250", "--report", "json"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", failures(&report));
    assert!(report.contains("\"passed\": 500"));
}
