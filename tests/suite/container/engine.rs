//! A Docker Engine that is missing or unusable.

use std::os::unix::net::UnixListener;

use crate::support::{command_in, root};

fn run_with(docker_host: &str) -> (Option<i32>, String) {
    let arguments = ["run", "--logto", "container", "--filter", "sign-in/first-visit"];
    let output = command_in(&root(), &arguments, &[("DOCKER_HOST", docker_host)]);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn no_engine_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = format!("unix://{}", folder.path().join("docker.sock").display());
    for host in [nothing.as_str(), "tcp://127.0.0.1:9"] {
        let (code, told) = run_with(host);
        assert_eq!(code, Some(3), "{told}");
        assert!(told.contains(&format!("no Docker Engine found at {host}")), "{told}");
        assert!(told.contains("systemctl start docker") && told.contains("DOCKER_HOST"), "{told}");
    }
}

#[test]
fn an_engine_on_another_machine_is_refused() {
    let (code, told) = run_with("ssh://me@build");
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("is another machine") && told.contains("--logto URL"), "{told}");
}

#[test]
#[ignore = "slow: docs/reliability.md says how to run it"]
fn an_engine_that_never_answers_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let _listens = UnixListener::bind(&socket).unwrap();
    let (code, told) = run_with(&format!("unix://{}", socket.display()));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("did not answer within 10s (ping)") && told.contains("`docker info`"), "{told}");
}

#[test]
fn options_of_containers_say_so_when_there_is_none() {
    let output = command_in(&root(), &["run", "--fresh-logto"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("--fresh-logto requires --logto container"), "{told}");
}
