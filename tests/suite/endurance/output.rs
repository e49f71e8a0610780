//! Standard output and standard error that are closed, or on a full disk: for every
//! command, including those that run until they are stopped.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::serving::Serving;
use crate::support::{binary, command, root};

/// Where a stream of the command leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The test reads it.
    Read,
    /// A pipe whose reader has gone.
    Gone,
    /// A full disk.
    Full,
}

impl End {
    fn stdio(self) -> Stdio {
        match self {
            Self::Read => Stdio::piped(),
            Self::Gone => {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                writer.into()
            }
            Self::Full => File::options().write(true).open("/dev/full").unwrap().into(),
        }
    }
}

/// Only Linux has `/dev/full`; elsewhere this part is skipped.
fn has_full_disk(test: &str) -> bool {
    let there = Path::new("/dev/full").exists();
    if !there {
        eprintln!("skipped: {test} on a full disk: /dev/full does not exist");
    }
    there
}

fn start(directory: &Path, arguments: &[&str], out: End, err: End) -> Child {
    Command::new(binary())
        .current_dir(directory)
        .args(arguments)
        .env_remove("LOGTO_TESTKIT_M2M")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(out.stdio())
        .stderr(err.stdio())
        .spawn()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How one command ends, for every kind of stream.
fn ends_well(directory: &Path, arguments: &[&str], code: i32, complaints: &mut Vec<String>) {
    let full = has_full_disk("output");
    let ends = [
        (End::Read, End::Read),
        (End::Gone, End::Read),
        (End::Full, End::Read),
        (End::Read, End::Gone),
        (End::Read, End::Full),
        (End::Gone, End::Gone),
        (End::Full, End::Full),
    ];
    let ends = ends.into_iter().filter(|(out, err)| full || *out != End::Full && *err != End::Full);
    let started: Vec<_> = ends.map(|(out, err)| (out, err, start(directory, arguments, out, err))).collect();
    let ended: Vec<(End, End, Output)> =
        started.into_iter().map(|(out, err, child)| (out, err, child.wait_with_output().unwrap())).collect();
    let prints = !ended[0].2.stdout.is_empty();
    for (out, err, output) in ended {
        let expected = if out == End::Full && prints { 70 } else { code };
        let told = text(&output.stderr);
        let mut complain = |what: &str| {
            complaints
                .push(format!("{arguments:?}, out {out:?}, err {err:?}: {what} ({}): {told}", output.status));
        };
        if output.status.code() != Some(expected) {
            complain(&format!("the exit code is not {expected}"));
        }
        if told.contains("panicked") || text(&output.stdout).contains("panicked") {
            complain("a panic");
        }
        let wanted = "cannot write to standard output: No space left on device";
        if out == End::Full && prints && err == End::Read && !told.contains(wanted) {
            complain("the reason is not reported");
        }
        if out == End::Read && output.stdout.is_empty() == prints {
            complain("standard output depends on standard error");
        }
    }
}

/// Files for the commands below.
fn files() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("good.yaml", "description: x\nsteps:\n  - visit: /\n    expect: { status: 200 }\n");
    write("wrong.yaml", "description: x\nsteps:\n  - visit: /\n    expect: { status: 404 }\n");
    write("invalid.yaml", "description: x\nstpes: []\n");
    let secret = "12345678-1234-4234-8234-123456789abc";
    let config = |secret: &str| {
        format!(r#"{{ "clientId": "abc", "clientSecret": "{secret}", "scope": "openid profile" }}"#)
    };
    write("connector.json", &config(secret));
    write("space.json", &config(&format!("{secret} ")));
    write("state.json", "{}");
    directory
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_command_that_walks_ends_well_whatever_its_streams_lead_to() {
    let directory = files();
    let mut complaints = Vec::new();
    let stack = Serving::start(directory.path(), &["--sample-app"]);
    for (arguments, code) in [
        (vec!["session", "--as", "ada", "--stack", "stack.json"], 0),
        (vec!["session", "--as", "alan", "--stack", "stack.json"], 2),
        (vec!["token", "--as", "ada", "--stack", "stack.json", "--json"], 0),
        (vec!["run", "good.yaml"], 0),
        (vec!["run", "wrong.yaml", "--report", "json"], 1),
        (vec!["run", "good.yaml", "wrong.yaml", "--report", "junit"], 1),
        (vec!["diagnose", "--connector", "connector.json"], 0),
        (vec!["diagnose", "--connector", "space.json", "--report", "json"], 1),
        (vec!["capsule", "-", "--connector", "connector.json"], 0),
    ] {
        ends_well(directory.path(), &arguments, code, &mut complaints);
    }
    assert_eq!(stack.close().0, Some(0));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn every_command_that_does_not_walk_ends_well_whatever_its_streams_lead_to() {
    let directory = files();
    let mut complaints = Vec::new();
    for (arguments, code) in [
        (vec!["check", "good.yaml"], 0),
        (vec!["check", "--schema"], 0),
        (vec!["check", "invalid.yaml"], 2),
        // Without an app that it knows, it writes nothing.
        (vec!["init"], 2),
        (vec!["fidelity"], 2),
        (vec!["up", "invalid.yaml"], 2),
        (vec!["serve", "huggingface", "--origin", "x"], 2),
        (vec!["serve", "stack", "--json", "invalid.yaml"], 2),
        (vec!["session", "--as", "ada", "--stack", "http://127.0.0.1:9"], 3),
        (vec!["provision"], 2),
        (vec!["probe", "http://127.0.0.1:9/"], 1),
        (vec!["restore", "state.json"], 4),
        (vec!["completions", "bash"], 0),
        (vec!["--help"], 0),
        (vec!["run", "--help"], 0),
        (vec!["--version"], 0),
        (vec!["no-such-command"], 2),
    ] {
        ends_well(directory.path(), &arguments, code, &mut complaints);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// `ca` and `capsule` write files, so each of their runs has its own folder.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_a_command_writes_is_there_even_when_nothing_can_be_told_of_it() {
    for (arguments, written) in [
        (vec!["ca", "create", "ca"], "ca/ca.pem"),
        (vec!["capsule", "capsule.yaml", "--connector", "connector.json"], "capsule.yaml"),
        (vec!["run", "good.yaml", "--update"], "good.snap"),
    ] {
        for (out, err) in [(End::Gone, End::Gone), (End::Full, End::Full)] {
            if out == End::Full && !has_full_disk("output") {
                continue;
            }
            let directory = files();
            let status = start(directory.path(), &arguments, out, err).wait().unwrap();
            let expected = if out == End::Full { 70 } else { 0 };
            assert_eq!(status.code(), Some(expected), "{arguments:?} {out:?}");
            assert!(directory.path().join(written).exists(), "{arguments:?} {out:?}");
        }
    }
}

/// Add a new command to the list above.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_command_is_left_out() {
    let help = text(&command(&["--help"]).stdout);
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    // `clean` needs Docker, and prints as the others do.
    let tried = [
        "run",
        "check",
        "init",
        "diagnose",
        "capsule",
        "fidelity",
        "up",
        "serve",
        "session",
        "token",
        "provision",
        "probe",
        "ca",
        "restore",
        "clean",
        "completions",
        "help",
    ];
    assert_eq!(names, tried);
}

/// The reader takes only the first line of more output than a pipe holds; the
/// exit code still depends on all walks.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_reader_that_has_enough_does_not_change_the_result_of_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let scenario = std::fs::read(root().join("scenarios/sign-in/first-visit.yaml")).unwrap();
    for at in 0..12 {
        std::fs::write(directory.path().join(format!("{at:02}.yaml")), &scenario).unwrap();
    }
    let late = "description: x\nsteps:\n  - visit: /\n    expect: { status: 404 }\n";
    std::fs::write(directory.path().join("late.yaml"), late).unwrap();
    let mut child = start(directory.path(), &["run", ".", "--transcript"], End::Read, End::Read);
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("passed  00  "), "{first}");
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(1), ""));
}

/// Stops a command as Ctrl-C does.
fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn answers(port: u16) -> bool {
    (0..600).any(|_| {
        std::thread::park_timeout(Duration::from_millis(25));
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    })
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_serves_until_it_is_told_to_end_does_so_with_its_output_closed() {
    let directory = files();
    let spare = || kit::spare_port(&kit::Random::from_os()).unwrap();
    let commands: [fn(u16, u16) -> String; 4] = [
        |port, other| format!("serve huggingface --listen 127.0.0.1:{port} --control 127.0.0.1:{other}"),
        |port, other| format!("serve logto --listen 127.0.0.1:{port} --admin 127.0.0.1:{other}"),
        |port, _| {
            format!(
                "serve app --listen 127.0.0.1:{port} --logto-endpoint http://localhost:1 --app-id a --app-secret b"
            )
        },
        |port, _| format!("up --plain --logto-port 0 --app-port {port}"),
    ];
    for (out, err) in [(End::Gone, End::Gone), (End::Full, End::Read)] {
        if out == End::Full && !has_full_disk("output") {
            continue;
        }
        let started = commands.map(|line| {
            let port = spare();
            let arguments = line(port, spare());
            let words: Vec<&str> = arguments.split(' ').collect();
            let child = start(directory.path(), &words, out, err);
            (port, arguments, child)
        });
        for (port, arguments, mut child) in started {
            if out == End::Gone {
                assert!(answers(port), "`{arguments}` does not serve");
                interrupt(&child);
            }
            let mut told = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                stderr.read_to_string(&mut told).unwrap();
            }
            let code = child.wait().unwrap().code();
            let expected = if out == End::Full { 70 } else { 0 };
            assert_eq!(code, Some(expected), "`{arguments}`: {told}");
            assert!(!told.contains("panicked"), "`{arguments}`: {told}");
        }
    }
}
