//! The command as a process: its output and its exit codes.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-huggingface"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command that is expected to exit immediately.
fn ended(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command(arguments).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// A directory that is removed when dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("mock-huggingface-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running command, and the lines that it printed up to the first app.
struct Mock {
    child: Child,
    lines: Vec<String>,
}

impl Mock {
    fn start(arguments: &[&str]) -> Mock {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.starts_with("app:");
            lines.push(line);
            if last {
                break;
            }
        }
        Mock { child, lines }
    }

    #[track_caller]
    fn line(&self, name: &str) -> &str {
        let found = self.lines.iter().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_else(|| panic!("no {name} in {:#?}", self.lines)).trim()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn prints_addresses_users_and_apps() {
    let directory = Directory::new("apps");
    let file = directory.file("hf.yaml", "apps: [{ name: Shop, client_id: shop, secret: s3cret }]\n");
    let mock = Mock::start(&["--config", &file]);
    assert!(mock.line("site:").starts_with("http://localhost:"));
    assert!(mock.line("control:").starts_with("http://127.0.0.1:"));
    assert_eq!(mock.line("users:"), "ada, grace");
    // A secret that was given to it is not shown.
    assert_eq!(mock.line("app:"), "Shop · client id shop · secret [SECRET]");
}

#[cfg(unix)]
#[test]
fn exits_cleanly_on_ctrl_c() {
    for signal in ["-INT", "-TERM"] {
        let mut mock = Mock::start(&[]);
        assert!(
            Command::new("kill").args([signal, &mock.child.id().to_string()]).status().unwrap().success()
        );
        assert_eq!(mock.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn is_huggingface_co_with_a_ca_in_the_given_directory() {
    let directory = Directory::new("ca");
    let ca = directory.0.join("ca");
    let arguments = ["--tls", "--ca", ca.to_str().unwrap()];
    let mock = Mock::start(&arguments);
    assert!(mock.line("site:").starts_with("https://huggingface.co "));
    assert!(mock.line("CA:").ends_with("ca.pem (created now)"), "{}", mock.line("CA:"));
    assert!(Mock::start(&arguments).line("CA:").ends_with("ca.pem (existing)"));
    let in_memory = Mock::start(&["--tls"]);
    assert!(in_memory.lines.iter().any(|line| line == "-----BEGIN CERTIFICATE-----"));
}

#[test]
fn exit_code_2_means_bad_arguments() {
    for (arguments, part) in [
        (&["--listen", "nowhere"][..], "--listen"),
        (&["--ca", "dir"], "--tls"),
        (&["--origin", "http://localhost/path"], "has a path"),
        (&["--origin", "localhost"], "is not an absolute URL"),
        (&["--tls", "--origin", "http://huggingface.co"], "is not an https URL"),
    ] {
        let (code, message) = ended(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn an_invalid_configuration_is_exit_code_2_with_its_place() {
    let directory = Directory::new("bad");
    let file = directory.file("hf.yaml", "users:\n  - username: ada\n    emial: x\n");
    let (code, message) = ended(&["--config", &file]);
    assert_eq!(code, Some(2));
    assert!(message.contains(&format!("{file}:3:5: ")), "{message}");
    assert_eq!(ended(&["--config", "/does/not/exist.yaml"]).0, Some(2));
}

#[test]
fn a_listener_that_fails_or_is_refused_is_exit_code_3() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, message) = ended(&["--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(code, Some(3), "{message}");
    for arguments in [["--listen", "0.0.0.0:0"], ["--control", "[::]:0"]] {
        let (code, message) = ended(&arguments);
        assert_eq!(code, Some(3));
        assert!(message.contains("--expose"), "{message}");
    }
}

#[test]
fn an_unusable_ca_is_exit_code_3() {
    let directory = Directory::new("no-ca");
    directory.file("ca.pem", "nonsense");
    directory.file("ca.key", "nonsense");
    let (code, message) = ended(&["--tls", "--ca", directory.0.to_str().unwrap()]);
    assert_eq!(code, Some(3), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_its_output_is_reported() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in
        [["--help", "--help"].as_slice(), &["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]]
    {
        let output = command(arguments).stdout(full()).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(70), "{told}");
        assert!(told.contains("cannot write to standard output: No space left on device"), "{told}");
        let silent = command(arguments).stdout(full()).stderr(full()).status().unwrap();
        assert_eq!(silent.code(), Some(70));
    }
}
