//! `logto-testkit.toml`, and an app that the command starts as it says. The sample app in a process of its own plays the
//! user's app: it is in another process, and knows only its environment.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use logto_testkit::project::{Project, schema};
use logto_testkit::{Scenario, Stack, stack_for, walk};
use tempfile::TempDir;

use crate::support::{binary, root, run_in as run};

const SIGNS_IN: &str = r#"
description: Ada signs in to an app of its own, and out.
steps:
  - visit: /sign-in
  - continue_with: huggingface
  - sign_in_as: ada
    expect: { signed_in: true, text: "You are logged in to this website! :)" }
  - click: Sign Out
    expect: { signed_in: false, status: 200 }
"#;

/// The app serves, and leaves a line with its process id and each variable that it was told.
fn toml(more: &str) -> String {
    format!(
        r#"
[app]
command = "echo $$ $ISSUER $CLIENT $PORT >> started; exec {} serve app --listen 127.0.0.1:[APP_PORT]"
{more}

[app.env]
ISSUER = "[LOGTO]/oidc"
CLIENT = "[APP_ID]"

[signed_in]
path = "/api/session"
member = "authenticated"
"#,
        binary()
    )
}

/// A project with three scenarios.
fn project(toml: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("logto-testkit.toml"), toml).unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    for name in ["a", "b", "c"] {
        std::fs::write(folder.path().join(format!("scenarios/{name}.yaml")), SIGNS_IN).unwrap();
    }
    folder
}

fn started(folder: &Path) -> Vec<Vec<String>> {
    let lines = std::fs::read_to_string(folder.join("started")).unwrap_or_default();
    lines.lines().map(|line| line.split(' ').map(ToOwned::to_owned).collect()).collect()
}

#[test]
fn every_scenario_has_a_fresh_app_and_they_run_side_by_side() {
    let folder = project(&toml(""));
    let (code, shown) = run(folder.path(), &["--jobs", "3"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("3 passed, 0 failed"), "{shown}");
    let started = started(folder.path());
    for column in 0..4 {
        let all: BTreeSet<&String> = started.iter().map(|line| &line[column]).collect();
        assert_eq!(all.len(), 3, "process, Logto, id and port are each one's own: {started:?}");
    }
    assert!(started.iter().all(|line| line[1].ends_with("/oidc")), "{started:?}");
    let alive = |pid: &str| Path::new(&format!("/proc/{pid}")).exists();
    assert!(!started.iter().any(|line| alive(&line[0])), "an app outlives the run");
}

#[test]
fn a_shared_app_is_started_once_and_walks_one_scenario_after_another() {
    let folder = project(&toml("shared = true"));
    let (code, shown) = run(folder.path(), &["--update"]);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(started(folder.path()).len(), 1, "{shown}");
    // In another order, the app has fetched Logto's keys for another scenario.
    let (code, shown) = run(folder.path(), &["scenarios/c.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = run(folder.path(), &["scenarios/b.yaml", "scenarios/c.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn a_fixed_id_secret_and_port_are_what_an_app_finds() {
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();
    let toml = toml("")
        + &format!(
            "[application]\nid = \"the-id-in-the-code\"\nsecret = \"the-secret-in-the-code\"\n[logto]\nport = {port}\n"
        );
    let folder = project(&toml);
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
    let started = started(folder.path());
    assert_eq!(started[0][1], format!("http://localhost:{port}/oidc"));
    assert_eq!(started[0][2], "the-id-in-the-code");
    assert!(!shown.contains("the-secret-in-the-code"), "{shown}");
}

#[test]
fn a_file_that_the_app_reads_is_written_from_a_template_and_put_back() {
    let more = "template = { from = \"app.template\", to = \"app.conf\" }";
    let toml = toml(more).replace("started; exec", "started; cp app.conf seen; exec");
    let folder = project(&toml);
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("app.template"), "issuer: [LOGTO]/oidc\nclient: [APP_ID]\nlist: [a, b]\n").unwrap();
    std::fs::write(path("app.conf"), "my own").unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
    let started = started(folder.path());
    let [_, issuer, client, _] = &started[0][..] else { panic!("{started:?}") };
    let seen = std::fs::read_to_string(path("seen")).unwrap();
    assert_eq!(seen, format!("issuer: {issuer}\nclient: {client}\nlist: [a, b]\n"));
    assert_eq!(std::fs::read_to_string(path("app.conf")).unwrap(), "my own");
}

#[test]
fn another_server_at_the_address_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("url = \"http://localhost:{}\"", taken.local_addr().unwrap().port());
    let server = std::thread::spawn(move || {
        use std::io::Write as _;
        while let Ok((mut connection, _)) = taken.accept() {
            let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let folder = project(&toml(&url));
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(3), "{shown}");
    let told = "before the app is started: suite-";
    assert!(shown.contains(told) && shown.contains(&format!("(process {})", std::process::id())), "{shown}");
    assert!(started(folder.path()).is_empty());
    // The app of an earlier run, where a script starts it with the variables of a file.
    let (address, file) = (url.replace("url = ", "").replace('"', ""), "app.env");
    let arguments = ["scenarios/a.yaml", "--app", &address, "--app-env", file, "--signed-in-text", "x"];
    let (code, shown) = run(project("").path(), &arguments);
    assert!(code == Some(3) && shown.contains(told), "{shown}");
    drop(server);
}

#[test]
fn an_app_that_is_not_ready_is_waited_for_and_its_last_lines_are_quoted() {
    let folder = project(&toml("ready = { path = \"/no-such-page\", status = 200, timeout = \"2s\" }"));
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(3), "{shown}");
    assert!(
        shown.contains("the app is not ready after 2s") && shown.contains("answers 404, expected 200"),
        "{shown}"
    );
    let failing = project(&toml("").replace("started; exec", "started; echo out of memory; exit 3; exec"));
    let (code, shown) = run(failing.path(), &[]);
    assert_eq!(code, Some(3), "{shown}");
    assert_eq!(shown.matches("| out of memory").count(), 3, "each scenario's app, at once: {shown}");
}

#[test]
fn the_output_of_the_app_is_evidence_of_a_failed_walk() {
    let folder = project(
        &toml("").replace("started; exec", "started; echo the app says hello $LOGTO_APP_SECRET; exec"),
    );
    let scenario = SIGNS_IN.replace("signed_in: false", "signed_in: true");
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario).unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains(
            "expected the person to be signed in, but /api/session answers 200, with false at `authenticated`"
        ),
        "{shown}"
    );
    let kept = std::fs::read_to_string(folder.path().join("logto-testkit-failed/a.txt")).unwrap();
    assert!(kept.contains("the app says hello [SECRET]\n"), "{kept}");
}

#[test]
fn what_does_not_reach_an_app_of_your_own_is_refused_before_the_walk() {
    for (from, to, told) in [
        ("steps:", "given: { app: { scopes: [email] } }\nsteps:", "`given.app` configures the sample app"),
        (
            "steps:",
            "given: { clocks: { app: -5m } }\nsteps:",
            "`given.clocks.app` moves the clock of the sample app",
        ),
        ("steps:", "given: { network: { app_to_logto: refused } }\nsteps:", "`given.network.app_to_logto`"),
        (
            "  - click",
            "  - network: { app_to_logto: refused }\n  - click",
            "a.yaml:8: `network: { app_to_logto }`",
        ),
        ("signed_in: true", "session: { name: Ada }", "a.yaml:6: `session` with claims"),
    ] {
        let folder = project(&toml(""));
        std::fs::write(folder.path().join("scenarios/a.yaml"), SIGNS_IN.replacen(from, to, 1)).unwrap();
        let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.contains(told), "{told}: {shown}");
        assert!(started(folder.path()).is_empty(), "refused before the walk");
    }
}

#[test]
fn an_app_is_restarted_with_another_secret() {
    let folder = project(&toml(""));
    let restarted =
        "  - restart_app: { app_secret: not-the-secret }\n  - visit: /sign-in\n  - click: Sign Out";
    let scenario = SIGNS_IN.replace("  - click: Sign Out", restarted);
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario).unwrap();
    let (_, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(started(folder.path()).len(), 2, "{shown}");
    // Logto still knows Ada, so she comes straight back with a code that the app cannot exchange.
    assert!(shown.contains("invalid_client"), "{shown}");
}

#[test]
fn an_app_whose_clock_does_not_move_is_not_walked_on() {
    let folder = project(&toml(""));
    let scenario = SIGNS_IN.replace("  - click: Sign Out", "  - wait: 2h\n  - click: Sign Out");
    let needs = "needs: { backends: [embedded], because: it waits }\nsteps:";
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario.replacen("steps:", needs, 1)).unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("while the stack's clock and the browser's moved to"), "{shown}");
}

#[test]
fn a_run_that_walks_nothing_does_not_succeed() {
    let folder = project(&toml(""));
    let needs = "needs: { backends: [external], because: it is about a real one }\nsteps:";
    std::fs::write(folder.path().join("scenarios/a.yaml"), SIGNS_IN.replacen("steps:", needs, 1)).unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("no scenario was walked: 1 skipped"), "{shown}");
}

#[test]
fn options_say_the_same_as_the_file() {
    let folder = project("");
    let command = format!(
        "echo $$ $ISSUER $CLIENT $PORT >> started; exec {} serve app --listen 127.0.0.1:[APP_PORT]",
        binary()
    );
    let port = kit::spare_port(&kit::Random::from_os()).unwrap().to_string();
    let arguments = [
        "--app-command",
        &command,
        "--app-variable",
        "ISSUER=[LOGTO]/oidc",
        "--app-variable",
        "CLIENT=[APP_ID]",
        "--signed-in-path",
        "/api/session",
        "--signed-in-member",
        "authenticated",
        "--application-id",
        "fixed",
        "--application-secret",
        "a-fixed-secret",
        "--logto-port",
        &port,
        "scenarios/a.yaml",
    ];
    let (code, shown) = run(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(
        started(folder.path())[0][1..3],
        [format!("http://localhost:{port}/oidc"), "fixed".to_owned()]
    );
}

#[tokio::test]
async fn the_library_reads_the_file_too() {
    let folder = project(&toml(""));
    let project = Project::load(&folder.path().join("logto-testkit.toml")).unwrap();
    let scenario = Scenario::parse(SIGNS_IN, Path::new("a.yaml")).unwrap();
    let stack = stack_for(&scenario).project(&project).start().await.unwrap();
    stack.start_app().await.unwrap();
    let report = walk(&stack, &scenario).await;
    assert!(report.passed(), "{:?}\n{}", report.failures, report.transcript);
    let other = Stack::builder().project(&project).start().await.unwrap();
    assert!(other.app_output().await.is_none(), "it is not started");
    other.stop().await.unwrap();
    stack.stop().await.unwrap();
}

#[test]
fn a_file_with_a_mistake_is_refused_with_its_place() {
    let path = Path::new("logto-testkit.toml");
    for (text, told) in [
        (
            "[app]\ncomand = \"x\"\n",
            "logto-testkit.toml:2:1: unknown key `comand`\n  hint: did you mean `command`?",
        ),
        ("[app]\ncommand = 3\n", "logto-testkit.toml:2:11: expected text, found the number 3"),
        (
            "[app]\ncommand = \"x\"\n\n[app.env]\nA = \"[LOGTOO]\"\n",
            "logto-testkit.toml:5:6: [LOGTOO] is not defined here\n  hint: did you mean `LOGTO`?",
        ),
        (
            "[app]\nurl = \"http://localhost:3000/shop\"\n",
            "logto-testkit.toml:2:8: `http://localhost:3000/shop` is not the origin of an app",
        ),
        (
            "[app]\ncommand = \"x\"\nready = { timeout = \"soon\" }\n",
            "logto-testkit.toml:3:22: `soon` is not a duration such as `90s` or `2m`",
        ),
        ("[app]\n", "logto-testkit.toml:1:1: the app has neither `command` nor `url`"),
        ("[signed_in]\ntext = \"x\"\n", "`[signed_in]` requires `[app]`"),
        (
            "[app]\ncommand = \"x\"\n[signed_in]\ntext = \"x\"\nstatus = 200\n",
            "exactly one of `text`, `status` and `member`",
        ),
        ("[application]\nsecret = \"x\"\n", "logto-testkit.toml:2:11: `secret` requires `id`"),
        ("[[mask]]\nfield = \"x\"\n", "logto-testkit.toml:1:1: a mask needs a `reason`"),
        ("[[mask]]\nfield = \"x\"\ncookie = \"y\"\nreason = \"z\"\n", "this one names `field` and `cookie`"),
        ("[[mask]]\nfeild = \"x\"\nreason = \"z\"\n", "did you mean `field`?"),
        ("[logto]\nport = 65535\n", "logto-testkit.toml:2:8: no port is left for Logto's admin tenant"),
        ("[app]\ncommand = \"x\"\n[signed_in]\ntext = \"\"\n", "toml:4:8: an empty `text` says nothing"),
        ("[app]\ncommand = \"x\"\n[signed_in]\nmember = \"\"\n", "an empty `member` says nothing"),
        ("[app]\ncommand = \"x\"\n[signed_in]\nstatus = 0\n", "a number from 100 to 599"),
        ("[app]\ncommand = \"x\"\nready = { status = 999 }\n", "a number from 100 to 599"),
        (
            "[app]\ncommand = \"x\"\nready = { status = nan }\n",
            "toml:3:20: `inf` and `nan` are not supported",
        ),
        ("[logto]\nport = inf\n", "toml:2:8: `inf` and `nan` are not supported"),
        ("[app]\ncommand = \"x\"\nready = { path = \"//example.com/x\" }\n", "is not a path of the app"),
        (
            "[app]\ncommand = \"x\"\n[sign_in]\npath = \"http://example.com/\"\n",
            "toml:4:9: `http://example.com/` is not",
        ),
        ("[app]\ncommand = \"x\"\n[sign_out]\npath = \"/\\\\example.com\"\n", "is not a path of the app"),
        ("[app]\ncommand = \"x\"\nclock = { path = \"\", member = \"x\" }\n", "`` is not a path of the app"),
        ("[app\n", "logto-testkit.toml:1:"),
        ("[app]\ncommand = \"a\"\ncommand = \"b\"\n", "logto-testkit.toml:3:"),
    ] {
        let error = Project::parse(text, path).unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

/// `UPDATE_DOCS=1` writes it.
#[test]
fn the_schema_for_editors_is_that_of_the_types() {
    let file = root().join("docs/logto-testkit.schema.json");
    let current = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &current).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), current, "run with UPDATE_DOCS=1");
}

#[test]
fn every_project_file_in_the_docs_is_valid() {
    let mut seen = 0;
    for page in ["README.md", "docs/testing-your-app.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            Project::parse(block, Path::new(page)).unwrap_or_else(|error| panic!("{error}\n{block}"));
            seen += 1;
        }
    }
    assert!(seen > 0, "the docs show a project file");
}

#[test]
fn check_looks_at_the_project_file_and_at_what_its_app_allows() {
    let check = |folder: &Path| {
        let output = Command::new(binary()).arg("check").current_dir(folder).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let folder = project(&toml(""));
    assert_eq!(check(folder.path()), (Some(0), "3 files with 3 scenarios: all valid\n".to_owned()));
    let scenario = SIGNS_IN.replacen("steps:", "given: { app: { scopes: [email] } }\nsteps:", 1);
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario).unwrap();
    let (code, told) = check(folder.path());
    assert!(
        code == Some(2) && told.contains("scenarios/a.yaml: `given.app` configures the sample app"),
        "{told}"
    );
    let wrong = project("[app]\ncomand = \"x\"\n");
    let (code, told) = check(wrong.path());
    assert!(code == Some(2) && told.contains("logto-testkit.toml:2:1: unknown key `comand`"), "{told}");
}

/// An app in Python's standard library, which trusts what `SSL_CERT_FILE` names.
#[test]
fn an_app_of_your_own_stands_behind_proxies_with_tls() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is needed for the app");
        return;
    }
    let app = root().join("tests/clients/own-app/app.py");
    let folder = project(&format!(
        "[app]\ncommand = \"exec python3 {} # [APP_PORT]\"\n[app.env]\nSSL_CERT_FILE = \"[CA_FILE]\"\n",
        app.display()
    ));
    let scenario = r#"
description: Ada signs in to an app behind proxies.
given: { proxies: { app: {}, logto: {} } }
steps:
  - visit: /
  - click: Log in
  - continue_with: huggingface
  - sign_in_as: ada
    expect: { at: "[APP]/", text: "Welcome, Ada Lovelace" }
"#;
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario).unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml", "--report", "json"]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("redirect_uri=[APP]%2Fcallback"), "{shown}");
}

/// libfaketime moves the clock of an app that asks the C library for the time.
#[test]
fn an_app_under_a_clock_that_the_stack_moves_is_walked_on() {
    let libraries = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"];
    let library =
        libraries.iter().map(|folder| Path::new(folder).join("libfaketime.so.1")).find(|file| file.exists());
    let (Some(library), Ok(_)) = (library, Command::new("python3").arg("--version").output()) else {
        eprintln!("skipped: python3 and libfaketime (Debian package `faketime`) are needed for the app");
        return;
    };
    let app = root().join("tests/clients/own-app/app.py");
    let toml = format!(
        "[app]\ncommand = \"exec python3 {} # [APP_PORT]\"\n[app.env]\nLD_PRELOAD = \"{}\"\n\
         FAKETIME_TIMESTAMP_FILE = \"[CLOCK_FILE]\"\nFAKETIME_NO_CACHE = \"1\"\n",
        app.display(),
        library.display()
    );
    let folder = project(&toml);
    let scenario = "description: x\nneeds: { backends: [embedded], because: it waits }\nsteps:\n  - visit: /\n  - wait: 2h\n  \
                    - visit: /\n    expect: { status: 200 }\n";
    std::fs::write(folder.path().join("scenarios/a.yaml"), scenario).unwrap();
    let (code, shown) = run(folder.path(), &["scenarios/a.yaml"]);
    assert_eq!(code, Some(0), "{shown}");
}
