//! The command as people run it: output and exit codes.

use crate::support::{command, command_in, root};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn without_arguments_walks_every_scenario_and_counts() {
    let output = command(&[]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    assert!(shown.lines().last().unwrap().ends_with(" passed, 0 failed, 0 skipped"), "{shown}");
    assert!(shown.contains("browser  redirect  GET [APP]/callback?…"), "{shown}");
}

#[test]
fn a_failed_expectation_is_told_with_file_and_line_and_exits_1() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrong.yaml");
    std::fs::write(
        &file,
        "description: x\nsteps:\n  - visit: /\n    expect: { status: 404, text: Nothing here }\n",
    )
    .unwrap();
    let output = command(&["run", file.to_str().unwrap()]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("wrong.yaml:3: after `visit: /`: expected status 404, got 200"), "{shown}");
    assert!(shown.contains("expected the text “Nothing here”"), "{shown}");
    assert!(shown.ends_with("0 passed, 1 failed, 0 skipped\n"), "{shown}");
}

#[test]
fn a_file_that_is_no_scenario_exits_2_before_anything_runs() {
    let output = command(&["run", root().join("scenarios/invalid/unknown-key.yaml").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean `expect`?"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_transcript_that_is_not_the_reviewed_one_fails_with_the_difference() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("home.yaml");
    std::fs::write(&file, "description: x\nsteps:\n  - visit: /\n").unwrap();
    std::fs::write(
        file.with_extension("snap"),
        "---\nsource: x\n---\n  1   browser  typed  GET [APP]/  404\n",
    )
    .unwrap();
    let output = command(&["run", file.to_str().unwrap()]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    for line in ["-  1   browser  typed  GET [APP]/  404", "+  1   browser  typed  GET [APP]/  200"] {
        assert!(shown.lines().any(|shown| shown == line), "{shown}");
    }
}

#[test]
fn an_external_logto_without_credentials_exits_2_and_says_what_is_missing() {
    let output = command(&["run", "--logto", "http://localhost:3001"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("needs --logto-m2m ID:SECRET"), "{}", text(&output.stderr));
}

#[test]
fn a_logto_that_is_not_there_exits_3_and_names_step_and_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("http://localhost:{port}");
    let arguments = ["run", "--logto", &url, "--logto-m2m", "a:b", "--huggingface-listen", "127.0.0.1:0"];
    let output = command(&arguments);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("step “probe Logto” failed") && shown.contains(&url), "{shown}");
}

#[test]
fn a_taken_port_exits_3_and_names_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let output = command(&["up", "--app-port", &port, "--logto-port", "0"]);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("bind the app") && shown.contains(&port), "{shown}");
}

#[test]
fn a_ca_is_made_once_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let made = command_in(directory.path(), &["ca", "create", "hf"], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(directory.path().join("hf/ca.pem").exists());
    let again = command_in(directory.path(), &["ca", "create", "hf"], &[]);
    assert_eq!(again.status.code(), Some(2), "{}", text(&again.stderr));
    let scenario = root().join("scenarios/sign-in/first-visit.yaml");
    let run = command_in(directory.path(), &["run", scenario.to_str().unwrap(), "--ca", "hf"], &[]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
}

#[test]
fn the_mock_is_not_exposed_by_accident() {
    let output = command(&["run", "--huggingface-listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("say --expose"), "{}", text(&output.stderr));
}
