//! The command: exit codes and messages are part of its interface.

use std::net::TcpListener;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sample-app"));
    for name in ["LOGTO_ENDPOINT", "LOGTO_APP_ID", "LOGTO_APP_SECRET"] {
        command.env_remove(name);
    }
    command.args(arguments).output().expect("the command starts")
}

fn with_logto(endpoint: &str, listen: &str) -> Output {
    let logto = ["--logto-endpoint", endpoint, "--app-id", "bookstore", "--app-secret", "s+e%2F r?:t"];
    run(&[&logto[..], &["--listen", listen]].concat())
}

#[track_caller]
fn ended(output: &Output, code: i32, because: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains(because), "{text}");
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(!text.contains("s+e%2F"), "the secret is not shown: {text}");
}

#[test]
fn names_what_is_missing() {
    let missing = "missing: --logto-endpoint (LOGTO_ENDPOINT), --app-secret (LOGTO_APP_SECRET)";
    ended(&run(&["--app-id", "bookstore"]), 2, missing);
}

#[test]
fn refuses_an_endpoint_with_a_path() {
    ended(&with_logto("http://localhost:3001/oidc", "127.0.0.1:0"), 2, "leave `/oidc` out");
}

#[test]
fn refuses_an_address_that_other_machines_reach() {
    ended(&with_logto("http://localhost:3001", "0.0.0.0:0"), 3, "--expose");
}

#[test]
fn names_the_process_that_holds_the_port() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = held.local_addr().unwrap().to_string();
    // Only on Linux can the command determine the owner of a socket.
    let process = format!("(process {})", std::process::id());
    let because = if cfg!(target_os = "linux") { process.as_str() } else { addr.as_str() };
    ended(&with_logto("http://localhost:3001", &addr), 3, because);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_its_output_is_reported() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has /dev/full");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sample-app"));
    let output = command.arg("--help").stdout(full).output().expect("the command starts");
    ended(&output, 70, "cannot write to standard output: No space left on device");
}
