//! The command as people run it: output and exit codes.

use crate::support::{command, command_in, root};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn without_arguments_walks_every_scenario_and_counts() {
    let output = command(&[]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    assert!(shown.lines().last().unwrap().contains(" passed, 0 failed, "), "{shown}");
    // Every skipped scenario has a reason.
    let skipped = || shown.lines().filter(|line| line.starts_with("skipped"));
    assert!(skipped().all(|line| line.contains(": needs ")), "{shown}");
    let count = format!(", {} skipped", skipped().count());
    assert!(shown.lines().last().unwrap().ends_with(&count), "{shown}");
    for name in ["account/email-already-used@linked", "sign-in/first-visit"] {
        assert!(shown.lines().any(|line| line.starts_with("passed") && line.contains(name)), "{shown}");
    }
}

#[test]
fn a_single_scenario_is_shown_with_its_transcript() {
    let shown = text(&command(&["run", "--filter", "sign-in/first-visit"]).stdout);
    assert!(shown.contains("browser  redirect  GET [APP]/callback?…"), "{shown}");
    assert!(shown.contains("A first-time visitor signs in with Hugging Face"), "{shown}");
}

#[test]
fn json_stands_alone_on_standard_output() {
    let output = command(&["run", "--filter", "client-secret", "--report", "json", "--jobs", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["version"], &report["backend"]), (&1.into(), &"embedded".into()));
    let names: Vec<&str> =
        report["scenarios"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(report["passed"], names.len());
    // In the order of the names, whichever walk ended first.
    assert!(names.contains(&"bugs/provider-app/client-secret@trailing-newline"), "{names:?}");
    assert!(report["scenarios"][0]["transcript"]["hops"][0]["url"] == "[APP]/", "{report}");
}

#[test]
fn junit_names_every_case_and_what_failed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrong.yaml");
    std::fs::write(&file, "description: x\nsteps:\n  - visit: /\n    expect: { status: 404 }\n").unwrap();
    let output = command(&["run", file.to_str().unwrap(), "--report", "junit"]);
    assert_eq!(output.status.code(), Some(1));
    let xml = text(&output.stdout);
    assert!(xml.starts_with("<?xml"), "{xml}");
    assert!(
        xml.contains(r#"testcase name="wrong""#) && xml.contains("expected status 404, got 200"),
        "{xml}"
    );
}

#[test]
fn a_scenario_that_needs_another_logto_is_skipped_with_its_reason() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("real.yaml");
    let needs = "needs: { backends: [external], because: It looks at the console. }";
    std::fs::write(&file, format!("description: x\n{needs}\nsteps:\n  - visit: /\n")).unwrap();
    let output = command(&["run", file.to_str().unwrap()]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "nothing was walked: {shown}");
    assert!(shown.contains("skipped real: needs external: It looks at the console."), "{shown}");
    assert!(shown.ends_with("0 passed, 0 failed, 1 skipped\n"), "{shown}");
}

#[test]
fn update_writes_the_reviewed_transcript_only_of_a_walk_that_meets_its_expectations() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, status: u16| {
        let file = directory.path().join(name);
        std::fs::write(
            &file,
            format!("description: x\nsteps:\n  - visit: /\n    expect: {{ status: {status} }}\n"),
        )
        .unwrap();
    };
    write("right.yaml", 200);
    write("wrong.yaml", 404);
    let folder = directory.path().to_str().unwrap();
    assert_eq!(command(&["run", folder, "--update"]).status.code(), Some(1));
    assert!(directory.path().join("right.snap").exists());
    assert!(!directory.path().join("wrong.snap").exists());
    let again = command(&["run", directory.path().join("right.yaml").to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stdout));
    assert!(!text(&again.stdout).contains("not compared"));
}

#[test]
fn check_tells_of_every_bad_file_and_exits_2() {
    let output = command(&["check", root().join("scenarios/invalid").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    for file in ["unknown-key.yaml:4:5", "two-verbs.yaml:3:5"] {
        assert!(told.contains(file), "{told}");
    }
    let one = command(&["check", root().join("scenarios/invalid/unknown-key.yaml").to_str().unwrap()]);
    assert!(text(&one.stderr).ends_with("error: 1 of 1 file is not valid\n"), "{}", text(&one.stderr));
    let good = command(&["check"]);
    assert_eq!(good.status.code(), Some(0), "{}", text(&good.stderr));
    assert!(text(&good.stdout).ends_with("all valid\n"));
}

#[test]
fn a_case_of_a_file_is_named_after_it() {
    let file = "scenarios/bugs/provider-app/client-secret.yaml";
    let case = format!("{file}@trailing-newline");
    let checked = command(&["check", &case, &case]);
    assert_eq!(text(&checked.stdout), "1 file with 1 scenario: valid\n", "{}", text(&checked.stderr));
    let ran = text(&command(&["run", &case]).stdout);
    assert!(ran.contains("passed  bugs/provider-app/client-secret@trailing-newline"), "{ran}");
    let both = text(&command(&["run", &case, &format!("{file}@wrong")]).stdout);
    assert!(both.ends_with("2 passed, 0 failed, 0 skipped\n"), "{both}");
    // The whole file contains the case.
    assert_eq!(command(&["check", &case, file]).stdout, command(&["check", file]).stdout);

    let misspelled = format!("{file}@trailing-newlin");
    let without = "scenarios/sign-in/first-visit.yaml";
    for command_name in ["run", "check", "up"] {
        let told = |argument: &str| {
            let output = command(&[command_name, argument]);
            assert_eq!(output.status.code(), Some(2));
            text(&output.stderr)
        };
        let unknown = format!(
            "{file} does not contain the case `trailing-newlin`, did you mean `trailing-newline`? Available: "
        );
        assert!(told(&misspelled).contains(&unknown), "{command_name}: {}", told(&misspelled));
        let none = told(&format!("{without}@x"));
        assert!(none.contains(&format!("{without} has no cases; remove `@x`")), "{command_name}: {none}");
    }
    assert!(text(&command(&["up", file]).stderr).contains("has several cases: select one with"));
}

#[test]
fn what_is_wrong_with_a_file_is_told_in_its_words() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let including = write("a.yaml", "description: x\ninclude: [inc/nope-2nd.yaml]\nsteps:\n  - visit: /\n");
    let output = command(&["check", &including]);
    let told = text(&output.stderr);
    assert!(told.contains("`inc/nope-2nd.yaml` cannot be included"), "{told}");
    assert!(told.contains("/inc/nope-2nd.yaml\n"), "{told}");
}

#[test]
fn old_keys_are_read_with_a_note_for_each() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let given = "given:\n  huggingface:\n    accounts: [{ username: bob, orgs: [{ org: acme }] }]\n    \
                 organisations: [{ username: acme }]\n";
    let shared = write("shared.part", given);
    let switches = "{ switches: { organisations_without_scope: listed } }";
    let including = format!(
        "description: x\ninclude: [shared.part]\nsteps:\n  - visit: /\n  - at_huggingface: {switches}\n"
    );
    let (one, other) = (write("one.yaml", &including), write("other.yaml", &including));
    let old = |place: &str, end: &str| {
        format!("note: {place}: `organisations{end}` is spelled `organizations{end}` now\n")
    };
    for arguments in [["check", &one, &other], ["run", &one, &other]] {
        let output = command(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
        let notes = old(&format!("{shared}:4:5"), "")
            + &old(&format!("{one}:5:35"), "_without_scope")
            + &old(&format!("{other}:5:35"), "_without_scope");
        assert_eq!(text(&output.stderr), notes);
    }
}

#[test]
fn a_filter_that_fits_nothing_is_bad_usage() {
    let output = command(&["run", "--filter", "no-such-story"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no scenario's name contains no-such-story"));
}

#[test]
fn completions_know_the_commands() {
    let script = text(&command(&["completions", "bash"]).stdout);
    assert!(script.contains("complete -F") && script.contains("--report"), "{script}");
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
    assert!(shown.contains("FAILED  wrong  1 hop, "), "{shown}");
    // `--update` would not write it.
    assert!(!shown.contains("not compared"), "{shown}");
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
fn a_failed_expectation_comes_first_and_what_the_walk_did_not_reach_is_no_difference() {
    let directory = tempfile::tempdir().unwrap();
    let scenario = directory.path().join("mine.yaml");
    let write = |text: &str| {
        let steps =
            format!("steps:\n  - visit: /\n  - click: Sign In\n    expect: {{ {text} }}\n  - visit: /\n");
        std::fs::write(&scenario, format!("description: x\n{steps}")).unwrap();
    };
    let run = |more: &[&str]| {
        let output = command_in(directory.path(), &[&["run", "mine.yaml"], more].concat(), &[]);
        (output.status.code(), text(&output.stdout))
    };
    write("status: 200");
    assert_eq!(run(&["--update"]).0, Some(0));
    write("title: A garden");
    let (code, shown) = run(&[]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains("FAILED mine.yaml:4: after `click: Sign In`: expected the title “A garden”"),
        "{shown}"
    );
    assert!(!shown.contains("\n-") && !shown.contains("the transcript differs"), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&run(&["--report", "json"]).1).unwrap();
    assert_eq!(
        (&json["scenarios"][0]["snapshot"], &json["scenarios"][0]["difference"]),
        (&"same so far".into(), &().into())
    );

    // What differs up to there is still told, after the expectation.
    let snapshot = directory.path().join("mine.snap");
    let reviewed = std::fs::read_to_string(&snapshot).unwrap().replacen("“Bookstore”", "“Shop”", 1);
    std::fs::write(&snapshot, reviewed).unwrap();
    let shown = run(&[]).1;
    let (before, after) = shown.split_once("FAILED mine.yaml:4: after").unwrap();
    assert!(!before.contains("“Shop”"), "{shown}");
    assert!(after.contains("up to its end, the transcript differs from the reviewed one"), "{shown}");
    assert!(after.contains("-      title “Shop”\n+      title “Bookstore”\n"), "{shown}");
    assert_eq!(after.lines().filter(|line| line.starts_with('-')).count(), 2, "{shown}");
}

#[test]
fn an_external_logto_without_credentials_exits_2_and_says_what_is_missing() {
    let output = command(&["run", "--logto", "http://localhost:3001"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("needs --logto-m2m ID:SECRET"), "{}", text(&output.stderr));
}

#[test]
fn a_logto_that_is_not_there_exits_3_and_names_step_and_address() {
    // Bound, so that no other process takes it, and refusing, since it does not listen.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = held.local_addr().unwrap().port();
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
    assert!(text(&output.stderr).contains("pass --expose"), "{}", text(&output.stderr));
}

/// The finding is named in every report.
#[test]
fn every_report_names_the_finding_of_a_failed_scenario() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("newline.yaml");
    let given = r#"given: { connector: { client_secret: "[HF_CLIENT_SECRET]\n" } }"#;
    let steps = "steps:\n  - visit: /sign-in\n  - continue_with: huggingface\n  - sign_in_as: ada\n";
    std::fs::write(&file, format!("description: x\n{given}\n{steps}")).unwrap();
    let run = |report: &str| text(&command(&["run", file.to_str().unwrap(), "--report", report]).stdout);

    let shown = run("text");
    assert!(shown.contains("\nfinding  connector/secret-has-trailing-whitespace (hop "), "{shown}");
    assert!(shown.contains("\n           fix (Logto console: Connectors"), "{shown}");

    let report: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    let first = &report["scenarios"][0]["findings"][0];
    assert_eq!(first["id"], "connector/secret-has-trailing-whitespace", "{report:#}");
    assert!(first["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()), "{report:#}");

    let xml = run("junit");
    assert!(xml.contains(r#"type="connector/secret-has-trailing-whitespace""#), "{xml}");
    assert!(xml.contains("journal of huggingface: secret differs"), "{xml}");
}
