//! Input files: pipes, devices, encodings, duplicate keys, and files of the wrong
//! kind.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};

use super::known_app;
use crate::support::{binary, command, command_in};

const CONNECTOR: &str = r#"{ "clientId": "abc", "clientSecret": "12345678-1234-4234-8234-123456789abc", "scope": "openid profile" }"#;

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("connector.json", CONNECTOR);
        files.write("good.yaml", "description: x\nsteps:\n  - visit: /\n");
        files
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), contents).unwrap();
    }

    /// Exit code and standard error.
    fn told(&self, arguments: &[&str]) -> (i32, String) {
        told(&command_in(self.path(), arguments, &[]))
    }
}

fn told(output: &Output) -> (i32, String) {
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Every argument that names a file to be read; `FILE` stands for it.
const READERS: [&str; 13] = [
    "check FILE",
    "run FILE",
    "up FILE",
    "diagnose --connector FILE",
    "diagnose --connector connector.json --application FILE",
    "diagnose --connector connector.json --sign-in-experience FILE",
    "diagnose --connector connector.json --huggingface FILE",
    "capsule - --scenario FILE",
    "capsule - --connector FILE",
    "restore FILE",
    "run --logto http://localhost:1 --logto-m2m-file FILE good.yaml",
    "serve huggingface --config FILE",
    "serve app --env-file FILE",
];

/// Runs the command with each of these arguments at once, with this file.
fn all_with(files: &Files, file: &str) -> Vec<(String, i32, String)> {
    let started: Vec<_> = READERS
        .into_iter()
        .map(|reader| {
            let arguments = reader.replace("FILE", file);
            let child = Command::new(binary())
                .args(arguments.split(' '))
                .current_dir(files.path())
                .env_remove("RUST_BACKTRACE")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            (arguments, child)
        })
        .collect();
    let wait = |(arguments, child): (String, std::process::Child)| {
        let (code, told) = told(&child.wait_with_output().unwrap());
        (arguments, code, told)
    };
    started.into_iter().map(wait).collect()
}

/// Every command's message about a file.
fn every_reader_says(file: &str, files: &Files, wanted: &str) {
    let complaints: Vec<String> = all_with(files, file)
        .into_iter()
        .filter(|(_, code, told)| ![2, 3, 4].contains(code) || !told.contains(wanted) || !told.contains(file))
        .map(|(arguments, code, told)| format!("`{arguments}` ({code}): {told}"))
        .collect();
    assert!(complaints.is_empty(), "not `{wanted}`:\n{}", complaints.join("\n"));
}

/// D22: the command gives up on a pipe without a writer, with a message.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_pipe_that_nothing_comes_through_is_given_up() {
    let files = Files::new();
    assert!(Command::new("mkfifo").arg(files.path().join("pipe")).status().unwrap().success());
    every_reader_says("pipe", &files, "it is a pipe, and no program has opened its other end within 3s");
    // In a folder, the command does not even wait for it.
    std::fs::create_dir(files.path().join("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(files.path().join("folder/f.yaml")).status().unwrap().success());
    let (code, told) = files.told(&["check", "folder"]);
    assert_eq!(code, 2);
    assert!(
        told.contains(
            "folder/f.yaml: it is not a regular file; to read from a pipe, name it in the arguments"
        ),
        "{told}"
    );
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn devices_folders_and_sockets_are_refused_and_nothing_is_read_without_end() {
    let files = Files::new();
    every_reader_says("/dev/zero", &files, "/dev/zero: it is a device, not a file or a pipe");
    let _socket = std::os::unix::net::UnixListener::bind(files.path().join("socket")).unwrap();
    every_reader_says("socket", &files, "socket: it is a socket, not a file or a pipe");
    files.write("large", "x".repeat(65 * 1024 * 1024));
    every_reader_says("large", &files, "it is larger than ");
    // `check` and `run` take a folder as a folder of scenarios.
    std::fs::create_dir(files.path().join("folder")).unwrap();
    let (code, shown) = files.told(&["diagnose", "--connector", "folder"]);
    assert_eq!((code, shown.as_str()), (2, "error: folder: it is a folder, not a file or a pipe\n"));
    let endless = Command::new(binary())
        .args(["diagnose", "--connector", "-"])
        .stdin(std::fs::File::open("/dev/zero").unwrap())
        .output()
        .unwrap();
    let (code, told) = told(&endless);
    assert!(code == 2 && told.contains("standard input: it is larger than 1 MiB"), "{told}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn pipes_that_deliver_are_read() {
    let files = Files::new();
    let script = |script: &str| {
        let output =
            Command::new("bash").args(["-c", script, binary()]).current_dir(files.path()).output().unwrap();
        let (code, told) = told(&output);
        assert_eq!(code, 0, "{script}: {told}{}", String::from_utf8_lossy(&output.stdout));
    };
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: process substitution: bash is not installed");
        return;
    }
    script("\"$0\" diagnose --connector <(cat connector.json)");
    // In pieces, with pauses.
    script("\"$0\" check <(printf 'description: x\\nst'; sleep 0.2; printf 'eps:\\n  - visit: /\\n')");
    script("cat connector.json | \"$0\" diagnose --connector /dev/stdin");
    script("(sleep 0.2; cat connector.json) | \"$0\" diagnose --connector -");
    script("\"$0\" diagnose --connector - < connector.json");
    script("mkfifo late && { (sleep 0.3; cat good.yaml > late) & \"$0\" check late; }");
    // Output to a pipe goes through the pipe; it is not replaced by a file.
    script("\"$0\" capsule --force /dev/stdout --connector connector.json | grep -q '^steps:'");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn other_encodings_are_named() {
    let files = Files::new();
    let text = "\u{feff}description: Zoë signs in.\nsteps:\n  - visit: /\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().skip(1).flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = text.chars().skip(1).map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (name, bytes, wanted) in [
        ("little", &little[..], "it is text in UTF-16LE, not in UTF-8"),
        ("big", &big, "it is text in UTF-16BE, not in UTF-8"),
        ("latin", &latin, "line 1, column 16 has the byte 0xEB, which is `ë` in Windows-1252 (Latin-1)"),
        ("nul", b"description: a\0b\n", "it is not text: line 1, column 15 has the byte 0x00"),
    ] {
        files.write(name, bytes);
        every_reader_says(name, &files, wanted);
    }
    files.write("utf-8.yaml", text);
    assert_eq!(files.told(&["check", "utf-8.yaml"]), (0, String::new()));
    files.write("utf-8.json", format!("\u{feff}{CONNECTOR}"));
    assert_eq!(files.told(&["diagnose", "--connector", "utf-8.json"]).0, 0);
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn a_key_that_stands_twice_is_an_error_with_its_place() {
    let files = Files::new();
    let twice = "{\n  \"clientId\": \"a\",\n  \"clientSecret\": \"b\",\n  \"clientId\": \"c\"\n}";
    files.write("twice", twice);
    for (arguments, wanted) in [
        ("diagnose --connector twice", "twice:4:12: `clientId` appears here twice; keep only one of the two"),
        (
            "diagnose --connector connector.json --application twice",
            "twice:4:12: `clientId` appears here twice",
        ),
        (
            "diagnose --connector connector.json --sign-in-experience twice",
            "twice:4:12: `clientId` appears here twice",
        ),
        (
            "diagnose --connector connector.json --huggingface twice",
            "twice:4:12: `clientId` appears here twice",
        ),
        (
            "restore twice",
            "twice:4:12: this is not a saved state of logto-testkit: `clientId` appears here twice",
        ),
        ("check twice", "twice:4:3: `clientId` appears here twice"),
        ("serve huggingface --config twice", "twice:"),
    ] {
        let (code, told) = files.told(&arguments.split(' ').collect::<Vec<_>>());
        assert!([2, 4].contains(&code) && told.contains(wanted), "`{arguments}` ({code}): {told}");
    }
    // YAML, too, and deep inside.
    files.write("twice.yaml", "client_id: a\nredirect_uris: []\nclient_id: b\n");
    let (code, told) =
        files.told(&["diagnose", "--connector", "connector.json", "--huggingface", "twice.yaml"]);
    assert!(code == 2 && told.contains("twice.yaml:3:1: `client_id` appears here twice"), "{told}");
    files.write(
        "deep.json",
        r#"{ "id": "x", "connectorId": "oauth2", "config": { "customConfig": { "a": 1, "a": 2 } } }"#,
    );
    let (code, told) = files.told(&["diagnose", "--connector", "deep.json"]);
    assert!(code == 2 && told.contains("`a` appears here twice"), "{told}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn yaml_that_is_none_is_told_in_a_sentence_and_with_its_place() {
    let files = Files::new();
    let huggingface = |text: &str| {
        files.write("h.yaml", text);
        files.told(&["diagnose", "--connector", "connector.json", "--huggingface", "h.yaml"])
    };
    let (code, told) = huggingface("client_id: a\nscopes:\n  - openid\n---\n\nclient_id: b\n");
    assert!(
        code == 2 && told.contains("h.yaml:4:1: ") && told.contains("a second document starts here"),
        "{told}"
    );
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        writeln!(laughs, "a{level}: &a{level} [{before}]").unwrap();
    }
    let (code, told) = huggingface(&laughs);
    assert!(code == 2 && told.contains("this is larger, or nested deeper, than the limits allow"), "{told}");
    assert!(!told.contains("Budget") && !told.contains('{'), "{told}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn the_front_matter_of_a_space_says_what_its_app_is() {
    let files = Files::new();
    files.write(
        "README.md",
        "---\ntitle: Books\nsdk: docker\nhf_oauth: true\nhf_oauth_scopes:\n  - email\nhf_oauth_authorized_org: acme\n---\n# Books\n",
    );
    let output = command_in(
        files.path(),
        &["diagnose", "--connector", "connector.json", "--huggingface", "README.md"],
        &[],
    );
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", told(&output).1);
    assert!(
        shown.contains("Whether the person belongs to the organization acme, whose members alone can"),
        "{shown}"
    );
    assert!(!shown.contains("Which scopes are ticked"), "{shown}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn targets_that_are_ids_are_told_as_the_file_has_them() {
    let files = Files::new();
    let connector =
        format!(r#"{{ "id": "c0nn3ct0r", "connectorId": "huggingface-universal", "config": {CONNECTOR} }}"#);
    files.write("full.json", connector);
    for (target, hint) in [
        ("c0nn3ct0r", "and `c0nn3ct0r` is the connector's id, not its target"),
        ("huggingface-universal", "and `huggingface-universal` is the connector's factory, not its target"),
    ] {
        files.write("experience.json", format!(r#"{{ "socialSignInConnectorTargets": ["{target}"] }}"#));
        let arguments = [
            "diagnose",
            "--connector",
            "full.json",
            "--sign-in-experience",
            "experience.json",
            "--report",
            "json",
        ];
        let output = command_in(files.path(), &arguments, &[]);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{shown}");
        let report: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let evidence = report["findings"][0]["evidence"].to_string();
        assert!(
            evidence.contains(&format!(r#"[\"{target}\"]; Logto drops"#)) && evidence.contains(hint),
            "{evidence}"
        );
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_answer_that_is_an_error_says_what_to_do_about_that_error() {
    let files = Files::new();
    for (code, hint) in [
        ("entity.not_found", "Logto does not know that ID: take it from the list"),
        ("entity.not_exists_with_id", "Logto does not know that ID: take it from the list"),
        ("auth.unauthorized", "repeat the request with a token that may read this"),
        ("guard.invalid_input", "fix that, and repeat the request"),
    ] {
        files.write("error.json", format!(r#"{{ "code": "{code}", "message": "No." }}"#));
        let (status, told) = files.told(&["diagnose", "--connector", "error.json"]);
        assert!(status == 2 && told.contains(hint), "{code}: {told}");
    }
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_address_without_a_scheme_is_told_with_one() {
    for (arguments, wanted) in [
        ("diagnose --from-logto auth.example.com", "it has no scheme: write https://auth.example.com"),
        ("diagnose --from-logto localhost:3001", "it has no scheme: write http://localhost:3001"),
        ("diagnose --connector - --app-url shop.example.com/x", "write https://shop.example.com/x"),
        ("probe localhost:3001/api/status", "write http://localhost:3001/api/status"),
        ("diagnose --from-logto ftp://auth.example.com", "it begins with `ftp:`, not with http or https"),
    ] {
        let (code, told) = told(&command(&arguments.split(' ').collect::<Vec<_>>()));
        assert!(code == 2 && told.contains(wanted), "`{arguments}` ({code}): {told}");
    }
}

/// Another Logto, which answers read requests with this.
async fn logto(status: StatusCode, body: &'static str) -> kit::Running {
    let router = Router::new()
        .route("/oidc/token", post(|| async { r#"{ "access_token": "a" }"# }))
        .route("/api/{*path}", get(move || async move { (status, body) }));
    kit::Bound::loopback().await.unwrap().serve(router)
}

async fn from_logto(server: &kit::Running) -> (i32, String) {
    let url = format!("http://localhost:{}", server.addr().port());
    let arguments = ["diagnose", "--from-logto", &url, "--logto-admin", &url, "--logto-m2m", "a:b"]
        .map(ToOwned::to_owned)
        .to_vec();
    let output = tokio::task::spawn_blocking(move || {
        command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    });
    told(&output.await.unwrap())
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn an_answer_that_ends_in_the_middle_is_not_taken_for_null() {
    let server = logto(StatusCode::OK, r#"[{ "id": "c0nn3ct0r", "conn"#).await;
    let (code, told) = from_logto(&server).await;
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("the answer to GET connectors is not JSON: EOF while parsing")
            && told.contains(r#"it begins with `[{ "id": "c0nn3ct0r", "conn`"#),
        "{told}"
    );
    server.shutdown().await.unwrap();
}

/// A Logto's text can neither control the terminal nor look like a line of the command.
#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn an_error_of_a_logto_is_shown_and_not_obeyed() {
    let server = logto(StatusCode::FORBIDDEN, "\u{1b}[2J\u{9b}1m\nerror: forged\r\u{202e}").await;
    let (code, told) = from_logto(&server).await;
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("\\u{1b}[2J\\u{9b}1m\n  error: forged\\r\\u{202e}"), "{told}");
    server.shutdown().await.unwrap();
}

/// D20: the command prints the ports on which it listens.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn ports_that_the_system_chooses_are_the_ones_that_are_told() {
    use std::io::{BufRead as _, BufReader};
    let mut child = Command::new(binary())
        .args(["up", "--plain", "--app-port", "0", "--logto-port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ports = std::collections::BTreeSet::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
        for word in line.split_whitespace().filter(|word| word.starts_with("http://localhost:")) {
            let port = word.trim_end_matches('/').rsplit(':').next().unwrap().parse::<u16>().unwrap();
            assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{line}");
            ports.insert(port);
        }
        if line.ends_with("Press Ctrl-C to stop.") {
            break;
        }
    }
    assert_eq!(ports.len(), 4, "app, Logto, its admin tenant, Hugging Face: {ports:?}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));

    for (arguments, wanted) in [
        (["--app-port", "0", "--logto-port", "65535"], "65535 leaves no port for Logto's admin tenant"),
        (["--app-port", "3002", "--logto-port", "3001"], "--app-port 3002 is used by Logto"),
    ] {
        let (code, told) = told(&command(&[["up", "--plain"].as_slice(), &arguments].concat()));
        assert!(code == 2 && told.contains(wanted), "{told}");
    }
}

/// D23: an app whose answer is not HTTP.
#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_app_that_answers_something_else_than_http_is_told_with_what_it_sends() {
    let files = Files::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let app = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().map_while(Result::ok) {
            drop(connection.write_all(b"\x1b[31mSSH-2.0-Other\r\n"));
            drop(connection.shutdown(std::net::Shutdown::Write));
            // Until the other side has closed: a reset would discard the answer.
            drop(std::io::copy(&mut connection, &mut std::io::sink()));
        }
    });
    let output = command_in(
        files.path(),
        &[
            &["run", "good.yaml", "--app", &app, "--app-timeout", "1"][..],
            &known_app().each_ref().map(String::as_str),
        ]
        .concat(),
        &[],
    );
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &told(&output).1;
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("has not sent a readable HTTP response for 1s"), "{shown}");
    assert!(shown.contains(r"the answer begins with `\x1b[31mSSH-2.0-Other\r\n`"), "{shown}");
}
