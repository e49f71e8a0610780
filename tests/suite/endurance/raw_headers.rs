//! What `run` keeps of a failed walk.

use std::path::Path;

use serde_json::Value;

use crate::support::{command_in, root};

const KEPT: &str = "logto-testkit-failed";

/// A folder with the story of a first visit, whose reviewed transcript differs by one header.
fn folder(reviewed: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = root().join("scenarios/sign-in/first-visit.snap");
    let story = std::fs::read_to_string(from.with_extension("yaml")).unwrap();
    // A value that a person gave as a secret stays hidden.
    let story = story.replace("users: [ada] }", "users: [ada], app: { secret: a-secret-of-the-file } }");
    assert!(story.contains("a-secret-of-the-file"));
    std::fs::write(folder.path().join("mine.yaml"), story).unwrap();
    let transcript = reviewed(std::fs::read_to_string(from).unwrap());
    std::fs::write(folder.path().join("mine.snap"), transcript).unwrap();
    folder
}

fn run(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = command_in(folder, &[&["run", "mine.yaml"], more].concat(), &[]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn one_cookie_less(transcript: String) -> String {
    transcript.replace("_interaction (+sig)=encoded", "_interaction=encoded")
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_headers_of_a_failed_walk_are_kept_and_named() {
    let folder = folder(one_cookie_less);
    let (code, text) = run(folder.path(), &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(&format!("raw headers: {KEPT}/mine.txt")), "{text}");
    let kept = folder.path().join(KEPT).join("mine.txt");
    let raw = std::fs::read_to_string(&kept).unwrap();
    // The time of the answer and both lines, as received.
    for wanted in [
        "# hop 3, answered, 20",
        "> GET http://localhost:",
        "< 303\n",
        "< set-cookie: _interaction=%7B",
        "; expires=",
        "< set-cookie: _interaction.sig=",
        "> cookie: ",
        "# app asked, 20",
        "# huggingface was asked, 20",
    ] {
        assert!(raw.contains(wanted), "{wanted}\n{raw}");
    }
    assert_eq!(
        std::fs::read_to_string(folder.path().join(KEPT).join(".gitignore")).unwrap().lines().last(),
        Some("*")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn no_secret_is_in_the_headers_that_are_kept() {
    let folder = folder(one_cookie_less);
    run(folder.path(), &[]);
    let raw = std::fs::read_to_string(folder.path().join(KEPT).join("mine.txt")).unwrap();
    let credentials: Vec<&str> =
        raw.lines().filter_map(|line| line.strip_prefix("> authorization: Basic ")).collect();
    assert!(credentials.len() >= 2, "of the app and of the connector: {raw}");
    assert!(credentials.iter().all(|line| line.ends_with(":[SECRET] (decoded)")), "{credentials:?}");
    assert!(!raw.contains("a-secret-of-the-file"), "{raw}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_json_report_names_the_file_and_a_walk_that_passes_leaves_none() {
    let failed = folder(one_cookie_less);
    let (_, report) = run(failed.path(), &["--report", "json", "--keep-raw", "elsewhere/raw"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let file = report["scenarios"][0]["raw"].as_str().unwrap();
    assert_eq!(Path::new(file), Path::new("elsewhere/raw/mine.txt"));
    assert!(failed.path().join(file).exists());

    let passed = folder(|transcript| transcript);
    let (code, report) = run(passed.path(), &["--report", "json"]);
    assert_eq!(code, Some(0), "{report}");
    assert!(!report.contains("\"raw\""), "{report}");
    assert!(!passed.path().join(KEPT).exists());
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_walk_has_failed_also_where_nothing_can_be_kept() {
    let folder = folder(one_cookie_less);
    let (code, text) = run(folder.path(), &["--keep-raw", "mine.yaml/raw"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("raw headers could not be written: mine.yaml/raw: "), "{text}");
}
