//! Control characters in every text from outside that is shown: from apps, pages,
//! users, file names. None reaches a terminal, and none begins a line.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Html;
use axum::routing::get;

use super::known_app;
use crate::support::{binary, command_in};

/// Clears the screen, changes the color, rings the bell, reverses the writing direction, returns to the
/// beginning of the line.
const HOSTILE: &str = "T\u{1b}[31m\u{1b}]0;x\u{7}\u{9b}2J\u{7f}\u{202e}\u{2066}\rE";

/// Characters that must not be in a text that is shown, except line ends.
fn obeyed(text: &str) -> String {
    let bidi = [
        '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
        '\u{2069}',
    ];
    text.chars().filter(|c| *c != '\n' && (c.is_control() || bidi.contains(c))).collect()
}

/// An app whose pages, links, headers and addresses are hostile.
async fn app() -> kit::Running {
    let page = format!(
        "<title>{HOSTILE}\npassed  forged</title><h1>{HOSTILE}</h1><a href=\"/&#27;[2J&#10;x\">Sign {HOSTILE} In</a>\
         <form action=\"/{HOSTILE}\"><input name=\"{HOSTILE}\"><button>{HOSTILE}</button></form>"
    );
    let away = || async {
        // Header values may contain bytes of Latin-1, including C1, but not C0.
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
        (
            StatusCode::FOUND,
            [
                (LOCATION, value(b"/?a=%1b[2J&b=%0Ac")),
                (CONTENT_TYPE, value(b"text/html; \x9b2J\t")),
                (CACHE_CONTROL, value(b"no-store\x9b2J")),
                (SET_COOKIE, value(b"a\x9b=b\x9b2J; path=/")),
            ],
        )
    };
    let router =
        Router::new().route("/", get(move || async move { Html(page) })).route("/away", get(away)).route(
            "/json",
            get(|| async {
                ([(CONTENT_TYPE, "application/json")], format!("{{\"error\":\"{}\"}}", "\u{9b}2J\u{202e}"))
            }),
        );
    kit::Bound::loopback().await.unwrap().serve(router)
}

fn write_scenario(directory: &Path, name: &str) {
    let text = format!(
        "description: \"An app \\e[31m that is hostile.\"\nsteps:\n  - visit: /away\n  - visit: /json\n  - visit: /\n    \
         expect: {{ status: 404, text: \"nothing \\e[2J\" }}\n  - click: \"none {}\"\n",
        "\\u202e\\e[2J"
    );
    std::fs::write(directory.join(name), text).unwrap();
}

/// In its own thread, because the test's thread serves the app.
async fn run(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let directory = directory.to_owned();
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let output = tokio::task::spawn_blocking(move || {
        command_in(&directory, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), &[])
    });
    let output = output.await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_hostile_app_is_shown_and_not_obeyed_in_every_report() {
    let app = app().await;
    let origin = format!("http://localhost:{}", app.addr().port());
    let directory = tempfile::tempdir().unwrap();
    let name = "mine \u{1b}[2J\u{202e}\nFAILED forged.yaml";
    write_scenario(directory.path(), name);
    let reviewed = directory.path().join(name).with_extension("snap");
    std::fs::write(reviewed, "---\nsource: x\n---\n  1 \u{1b}[2J\u{202e}\n").unwrap();
    let known = known_app();
    for report in ["text", "json", "junit"] {
        let arguments =
            [&["run", name, "--app", &origin, "--report", report][..], &known.each_ref().map(String::as_str)]
                .concat();
        let (code, shown, told) = run(directory.path(), &arguments).await;
        assert_eq!(code, 1, "{shown}{told}");
        assert_eq!(obeyed(&shown), "", "{report}: {shown:?}");
        assert_eq!(obeyed(&told), "", "{report}: {told:?}");
        // It is there to be seen.
        assert!(shown.contains("u{1b}[31m") || shown.contains("u001b[31m"), "{report}: {shown}");
        let forged = |line: &str| line.starts_with("FAILED forged") || line.starts_with("passed");
        assert!(!shown.lines().chain(told.lines()).any(forged), "{report}: {shown}{told}");
        if report == "json" {
            let report: serde_json::Value = serde_json::from_str(&shown).unwrap();
            assert!(report.to_string().contains("\u{202e}"), "the document has what was sent");
        }
    }
    app.shutdown().await.unwrap();
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn on_a_terminal_nothing_but_our_own_colors_is_obeyed() {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: output on a terminal: `script` of util-linux is not installed");
        return;
    }
    let app = app().await;
    let origin = format!("http://localhost:{}", app.addr().port());
    let directory = tempfile::tempdir().unwrap();
    write_scenario(directory.path(), "mine.yaml");
    write_scenario(directory.path(), "other.yaml");
    let line = format!("{} run mine.yaml --app {origin} {}", binary(), known_app().join(" "));
    let folder = directory.path().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(folder)
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    });
    let shown = String::from_utf8_lossy(&output.await.unwrap().stdout).replace("\r\n", "\n");
    assert!(shown.contains("\u{1b}[1;31mFAILED\u{1b}[0m"), "{shown:?}");
    let mut rest = shown.clone();
    for color in ["\u{1b}[0m", "\u{1b}[32m", "\u{1b}[1;31m", "\u{1b}[33m", "\u{1b}[2m"] {
        rest = rest.replace(color, "");
    }
    assert_eq!(obeyed(&rest), "", "{rest:?}");
    app.shutdown().await.unwrap();
}

/// D13: what people send to a mock is one line of its log.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_username_cannot_write_on_the_terminal_of_a_mock() {
    let port = kit::spare_port(&kit::Random::from_os()).unwrap();
    let listen = format!("127.0.0.1:{port}");
    let mut child = Command::new(binary())
        .args(["serve", "huggingface", "--listen", &listen, "--control", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut connection = (0..600)
        .find_map(|_| {
            std::thread::park_timeout(std::time::Duration::from_millis(25));
            std::net::TcpStream::connect(&listen).ok()
        })
        .unwrap();
    let body = "username=%1b%5b2J%0a9999++GET+%2FFAKE++200%c2%9b%e2%80%ae";
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    child.wait().unwrap();
    assert_eq!(obeyed(&log), "", "{log:?}");
    assert_eq!(log.lines().count(), 1, "{log:?}");
    assert!(log.contains("\\u{1b}[2J\\n9999"), "{log:?}");
}

/// File names may come from the author of an archive.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn names_of_files_and_arguments_are_shown_and_not_obeyed() {
    let directory = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[2J\nerror: forged\u{202e}.yaml";
    std::fs::write(directory.path().join(name), "description: x\nstpes: []\n").unwrap();
    std::fs::write(directory.path().join("good.yaml"), "description: x\nsteps:\n  - visit: /\n").unwrap();
    let connector = format!("{name}.json");
    std::fs::write(directory.path().join(&connector), "{ \"clientId\": 1").unwrap();
    let option = format!("--{name}");
    for arguments in [
        vec!["check", "."],
        vec!["check", name],
        vec!["run", "."],
        vec!["diagnose", "--connector", &connector],
        vec!["run", "good.yaml", "--filter", name],
        vec!["run", &option],
        vec!["restore", name],
    ] {
        let output = command_in(directory.path(), &arguments, &[]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!([2, 4].contains(&output.status.code().unwrap()), "{arguments:?}: {told}");
        assert_eq!(obeyed(&told), "", "{arguments:?}: {told:?}");
        // clap itself removes escape sequences from what it quotes.
        assert!(told.contains("\\u{1b}[2J") || arguments == ["run", &option], "{arguments:?}: {told:?}");
        assert!(!told.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {told:?}");
    }
}
