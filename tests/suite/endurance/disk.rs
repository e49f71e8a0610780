//! Full and read-only disks, file size limits, and what an earlier command left
//! in the middle of a write.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{binary, command_in, root};

const CONNECTOR: &str = r#"{ "clientId": "abc", "clientSecret": "12345678-1234-4234-8234-123456789abc" }"#;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Runs the command with files limited to this many blocks of 512 bytes.
fn limited(directory: &Path, blocks: u32, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", &format!("ulimit -f {blocks} || exit 99; exec \"$0\" \"$@\""), binary()])
        .args(arguments)
        .current_dir(directory)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// A folder that is its own file system, unmounted on drop. `None` if this user may not mount one.
struct Mounted {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl Mounted {
    fn of(test: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "logto-testkit-test"])
            .arg(&path)
            .stderr(Stdio::null())
            .status();
        if !mount.is_ok_and(|status| status.success()) {
            eprintln!("skipped: {test}: this user may not mount a small file system here");
            return None;
        }
        Some(Self { path, _directory: directory })
    }

    /// Leaves room only for names.
    fn fill(&self) {
        let ballast = self.path.join("ballast");
        // It ends with an error when the disk is full.
        drop(std::fs::write(&ballast, vec![b'x'; 1024 * 1024]));
        assert!(std::fs::write(self.path.join("more"), "x").is_err(), "the disk is not full");
        std::fs::remove_file(self.path.join("more")).unwrap();
    }

    fn empty(&self) {
        std::fs::remove_file(self.path.join("ballast")).unwrap();
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let status = Command::new("mount").args(["-o", &options]).arg(&self.path).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.path).status());
    }
}

/// A reviewed scenario, and one for an app started outside the command.
fn scenario(directory: &Path) -> PathBuf {
    std::fs::write(directory.join("own.yaml"), "description: x\nsteps:\n  - visit: /\n").unwrap();
    let file = directory.join("a.yaml");
    std::fs::copy(root().join("scenarios/sign-in/first-visit.yaml"), &file).unwrap();
    std::fs::write(file.with_extension("snap"), "---\nsource: x\n---\nreviewed\n").unwrap();
    file
}

/// D8: a reviewed transcript is not lost when the disk is full.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_update_that_does_not_fit_leaves_the_reviewed_transcript() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = scenario(directory.path()).with_extension("snap");
    let output = limited(directory.path(), 8, &["run", "--update", "a.yaml"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{} {told}", output.status);
    assert_eq!(told, "error: a: write the reviewed transcript: File too large (os error 27)\n");
    assert_eq!(std::fs::read_to_string(snapshot).unwrap(), "---\nsource: x\n---\nreviewed\n");
    assert_eq!(names(directory.path()), ["a.snap", "a.yaml", "own.yaml"], "the failed write leaves no file");
}

/// The same on a full file system, for every file that people keep.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_full_disk_leaves_every_file_as_it_was_and_none_by_halves() {
    let Some(disk) = Mounted::of("a full disk") else { return };
    scenario(&disk.path);
    std::fs::write(disk.path.join("connector.json"), CONNECTOR).unwrap();
    std::fs::write(disk.path.join("old.yaml"), "old").unwrap();
    disk.fill();
    let before = names(&disk.path);
    for arguments in [
        vec!["run", "--update", "a.yaml"],
        vec!["capsule", "new.yaml", "--connector", "connector.json"],
        vec!["capsule", "old.yaml", "--force", "--connector", "connector.json"],
        vec!["ca", "create", "."],
        vec!["run", "own.yaml", "--app", "http://localhost:1", "--app-env", "app.env", "--app-timeout", "1"],
    ] {
        let output = command_in(&disk.path, &arguments, &[]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(70), "{arguments:?}: {told}");
        assert!(told.contains("No space left on device"), "{arguments:?}: {told}");
        assert_eq!(names(&disk.path), before, "{arguments:?}");
    }
    assert_eq!(std::fs::read_to_string(disk.path.join("old.yaml")).unwrap(), "old");
    assert!(std::fs::read_to_string(disk.path.join("a.snap")).unwrap().ends_with("reviewed\n"));
    // D16: with room, the same works.
    disk.empty();
    let made = command_in(&disk.path, &["ca", "create", "--if-missing", "."], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_read_only_file_system_is_named() {
    let Some(disk) = Mounted::of("a read-only file system") else { return };
    scenario(&disk.path);
    std::fs::write(disk.path.join("connector.json"), CONNECTOR).unwrap();
    disk.remount("ro");
    let before = names(&disk.path);
    for arguments in [
        vec!["run", "--update", "a.yaml"],
        vec!["capsule", "new.yaml", "--connector", "connector.json"],
        vec!["ca", "create", "."],
        vec!["run", "own.yaml", "--app", "http://localhost:1", "--app-env", "app.env", "--app-timeout", "1"],
    ] {
        let output = command_in(&disk.path, &arguments, &[]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(70), "{arguments:?}: {told}");
        assert!(told.contains("Read-only file system"), "{arguments:?}: {told}");
        assert_eq!(names(&disk.path), before, "{arguments:?}");
    }
    disk.remount("rw");
}

/// Standard output may be a file with a size limit: the result is an error, not a death by signal.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_report_that_grows_beyond_a_limit_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let script = "ulimit -f 1 || exit 99; exec \"$0\" check --schema > schema.json";
    let output =
        Command::new("sh").args(["-c", script, binary()]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(70), "{}", output.status);
    assert_eq!(
        text(&output.stderr),
        "error: cannot write to standard output: File too large (os error 27)\n"
    );
}

/// D16: what a full disk left of a CA is not used as a CA.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_ca_is_made_where_an_interrupted_write_left_a_part_of_one() {
    let directory = tempfile::tempdir().unwrap();
    let create = |more: &[&str]| {
        command_in(directory.path(), &[["ca", "create", "ca"].as_slice(), more].concat(), &[])
    };
    let failed = limited(directory.path(), 0, &["ca", "create", "ca"]);
    assert_eq!(failed.status.code(), Some(70), "{}", text(&failed.stderr));
    assert!(text(&failed.stderr).contains("ca.key: the CA cannot be written: File too large"));
    assert_eq!(names(&directory.path().join("ca")), Vec::<String>::new());

    let (certificate, key) = (directory.path().join("ca/ca.pem"), directory.path().join("ca/ca.key"));
    let left = [
        (None, Some("")),
        (None, Some("-----BEGIN PRIVATE KEY-----\nMIGH")),
        (Some(""), Some("-----BEGIN PRIVATE KEY-----\nMIGH")),
        (Some("-----BEGIN CERTIFICATE-----\nMIIB"), None),
    ];
    for (at, (left_certificate, left_key)) in left.into_iter().enumerate() {
        for (file, left) in [(&certificate, left_certificate), (&key, left_key)] {
            match left {
                Some(left) => std::fs::write(file, left).unwrap(),
                None => drop(std::fs::remove_file(file)),
            }
        }
        let made = create(if at % 2 == 0 { &[] } else { &["--if-missing"] });
        assert_eq!(made.status.code(), Some(0), "{at}: {}", text(&made.stderr));
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        let walked = root().join("scenarios/sign-in/first-visit.yaml");
        if at == 0 {
            let run = command_in(directory.path(), &["run", walked.to_str().unwrap(), "--ca", "ca"], &[]);
            assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
        }
        // A whole one stays.
        let made = std::fs::read(&certificate).unwrap();
        let again = create(&[]);
        assert_eq!(again.status.code(), Some(2));
        assert!(text(&again.stderr).contains("ca already has a CA"), "{}", text(&again.stderr));
        assert_eq!(create(&["--if-missing"]).status.code(), Some(0));
        assert_eq!(std::fs::read(&certificate).unwrap(), made);
    }
    // A CA that others may trust, without its key: the error says what to do.
    std::fs::write(&key, "").unwrap();
    let told = text(&create(&["--if-missing"]).stderr);
    assert!(
        told.contains("ca.key is empty or cut off") && told.contains("delete ca.pem and ca.key in ca"),
        "{told}"
    );
}

/// D17: the app's secret is in it.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_file_for_the_app_is_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    scenario(directory.path());
    let file = directory.path().join("app.env");
    std::fs::write(&file, "of an earlier run").unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let looks = "stat -c %a app.env > seen; grep -c LOGTO_APP_SECRET= app.env >> seen; exit 1";
    let app = ["--app-command", looks, "--app-env", "app.env"];
    let seen = || std::fs::read_to_string(directory.path().join("seen")).unwrap();
    command_in(directory.path(), &[["run", "own.yaml"].as_slice(), &app].concat(), &[]);
    assert_eq!(seen(), "600\n1\n");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o644,
        "it is the user's again"
    );
    // `diagnose` writes the same file.
    std::fs::write(directory.path().join("connector.json"), CONNECTOR).unwrap();
    command_in(
        directory.path(),
        &[["diagnose", "--connector", "connector.json"].as_slice(), &app].concat(),
        &[],
    );
    assert_eq!(seen(), "600\n1\n");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn what_an_interrupted_write_left_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    let run = |arguments: &[&str]| {
        let output = command_in(directory.path(), arguments, &[]);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    for cut in ["", "{\n  \"version\": 1,\n  \"logto\": \"http://localhost:3001/\""] {
        write("state.json", cut);
        let (code, _, told) = run(&["restore", "state.json"]);
        assert_eq!(code, Some(4), "{told}");
        assert!(
            told.starts_with("error: state.json is empty or cut off")
                && told.contains("then delete the file"),
            "{told}"
        );
    }
    write("connector.json", CONNECTOR);
    // An empty capsule contains nothing that could be lost.
    write("capsule.yaml", "");
    let (code, _, told) = run(&["run", "capsule.yaml"]);
    assert!(code == Some(2) && told.contains("capsule.yaml:1:1: the file is empty"), "{told}");
    let (code, _, told) = run(&["capsule", "capsule.yaml", "--connector", "connector.json"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, _, told) = run(&["capsule", "capsule.yaml", "--connector", "connector.json"]);
    assert!(code == Some(2) && told.contains("already exists"), "{told}");

    write("home.yaml", "description: x\nsteps:\n  - visit: /\n");
    write("home.snap", "");
    let (code, shown, _) = run(&["run", "home.yaml"]);
    assert!(
        code == Some(1) && shown.contains("home.snap is empty, as an interrupted write leaves it"),
        "{shown}"
    );
    write("m2m", "");
    let (code, _, told) = run(&["run", "--logto", "http://localhost:1", "--logto-m2m-file", "m2m"]);
    assert!(code == Some(2) && told.contains("m2m: the file is empty; put ID:SECRET into it"), "{told}");
    write("app.env", "LOGTO_ENDPOINT=http://localhost:3001\nLOGTO_APP_ID=a\nLOGTO_APP_SEC");
    let (code, _, told) = run(&["serve", "app", "--env-file", "app.env"]);
    assert!(code == Some(2) && told.contains("app.env:3: expected NAME=value, found no `=`"), "{told}");
}

/// Six commands write the same file at once: one of them wins, and its file is complete.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn many_at_once_leave_one_whole_file() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = scenario(directory.path()).with_extension("snap");
    let update = || {
        Command::new(binary())
            .args(["run", "--update", "a.yaml"])
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut all: Vec<_> = (0..6).map(|_| update()).collect();
    for child in &mut all {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let reviewed = std::fs::read_to_string(root().join("scenarios/sign-in/first-visit.snap")).unwrap();
    let contents = |text: &str| text.split_once("\n---\n").unwrap().1.to_owned();
    assert_eq!(contents(&std::fs::read_to_string(snapshot).unwrap()), contents(&reviewed));
    assert_eq!(names(directory.path()), ["a.snap", "a.yaml", "own.yaml"]);
}
