//! No containers are left, however a run ends.

use std::time::Duration;

use super::support::{Run, backend, containers_of, docker, logto, logto_when_asked, nothing_is_left};

const SCENARIO: &str = "scenarios/sign-in/first-visit.yaml";
/// How long the helper may take after a kill: Docker removes containers in about a second.
const REAPED: Duration = Duration::from_secs(30);

/// Kills a run once it has printed a given line.
async fn killed_at(backend: &str, line: &str) {
    let mut run = Run::start(&["run", "--logto", backend, SCENARIO]);
    run.until(line);
    assert!(!containers_of(run.temporary()).await.is_empty(), "{line}");
    run.signal("KILL");
    let (status, told, folder) = run.end();
    assert_eq!(status.code(), None, "{told}");
    nothing_is_left(folder.path(), REAPED).await;
}

/// Stops a run once it has printed a given line: when it ends, it has removed everything.
async fn stopped_at(backend: &str, line: &str, signal: &str) {
    let mut run = Run::start(&["run", "--logto", backend, SCENARIO]);
    run.until(line);
    run.signal(signal);
    let (status, told, folder) = run.end();
    assert_eq!(status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted: restoring everything"), "{told}");
    nothing_is_left(folder.path(), Duration::ZERO).await;
}

#[tokio::test]
async fn a_kill_leaves_nothing() {
    let Some(logto) = logto("a_kill_leaves_nothing").await else { return };
    killed_at(&backend(&logto), "seed:").await;
}

#[tokio::test]
async fn a_kill_at_any_time_leaves_nothing() {
    let Some(logto) = logto_when_asked("a_kill_at_any_time_leaves_nothing").await else { return };
    for line in ["boot:", "mock Hugging Face at "] {
        killed_at(&backend(&logto), line).await;
    }
}

#[tokio::test]
async fn a_signal_leaves_nothing() {
    let Some(logto) = logto_when_asked("a_signal_leaves_nothing").await else { return };
    for (line, signal) in [("seed:", "INT"), ("boot:", "TERM"), ("mock Hugging Face at ", "INT")] {
        stopped_at(&backend(&logto), line, signal).await;
    }
}

#[tokio::test]
async fn nobody_else_gets_at_the_ports_and_no_secret_is_in_a_label() {
    let name = "nobody_else_gets_at_the_ports_and_no_secret_is_in_a_label";
    let Some(logto) = logto_when_asked(name).await else { return };
    let mut run = Run::start(&["run", "--logto", &backend(&logto), "--keep", SCENARIO]);
    let kept = run.until("kept for inspection (run ");
    let id = kept["kept for inspection (run ".len()..].split(')').next().unwrap().to_owned();
    let secret = run.until("  API  ");
    let secret = secret.trim().rsplit_once(':').unwrap().1.to_owned();
    let (status, told, folder) = run.end();
    assert_eq!(status.code(), Some(0), "{told}");
    let kept = containers_of(folder.path()).await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    for one in &kept {
        let inspected = docker().inspect_container(one.id.as_deref().unwrap(), None).await.unwrap();
        let host = inspected.host_config.unwrap();
        for binding in host.port_bindings.unwrap_or_default().values().flatten().flatten() {
            assert_eq!(binding.host_ip.as_deref(), Some("127.0.0.1"));
        }
        let mounts = inspected.mounts.unwrap_or_default();
        assert!(mounts.iter().all(|mount| mount.name.is_none()), "no volume: {mounts:?}");
        let config = inspected.config.unwrap();
        let labels = config.labels.unwrap();
        let words = config.cmd.unwrap_or_default();
        let password = config
            .env
            .unwrap()
            .iter()
            .find_map(|pair| pair.strip_prefix("POSTGRES_PASSWORD=").map(ToOwned::to_owned));
        for hidden in password.iter().chain([&secret]) {
            assert!(!labels.values().any(|value| value.contains(hidden.as_str())), "{labels:?}");
            assert!(!words.iter().any(|word| word.contains(hidden.as_str())), "{words:?}");
        }
    }
    // Not all leftovers: another user of this machine may need them.
    let (status, told, folder) = Run::start_in(folder, &["clean", &id]).end();
    assert_eq!(status.code(), Some(0), "{told}");
    assert!(told.contains("kept for inspection"), "{told}");
    nothing_is_left(folder.path(), Duration::ZERO).await;
}

#[tokio::test]
async fn a_logto_kept_for_reuse_is_used_again() {
    let Some(logto) = logto_when_asked("a_logto_kept_for_reuse_is_used_again").await else { return };
    let (mut folder, mut id) = (tempfile::tempdir().unwrap(), String::new());
    for found in [false, true] {
        let arguments = ["run", "--logto", &backend(&logto), "--reuse", SCENARIO];
        let (status, told, same) = Run::start_in(folder, &arguments).end();
        folder = same;
        assert_eq!(status.code(), Some(0), "{told}");
        assert_eq!(told.contains("reused from an earlier run"), found, "{told}");
        assert_eq!(containers_of(folder.path()).await.len(), 2);
        let (_, kept) = told.split_once("kept for the next run with --reuse (run ").unwrap();
        id = kept.split(')').next().unwrap().to_owned();
    }
    let (status, told, folder) = Run::start_in(folder, &["clean", &id]).end();
    assert_eq!(status.code(), Some(0), "{told}");
    assert!(told.contains("kept for reuse"), "{told}");
    nothing_is_left(folder.path(), Duration::ZERO).await;
}

#[tokio::test]
async fn two_runs_at_a_time_do_not_meet() {
    let Some(logto) = logto_when_asked("two_runs_at_a_time_do_not_meet").await else { return };
    let arguments =
        ["run", "--logto", &backend(&logto), "--fresh-logto", "--jobs", "2", "--filter", "sign-in/first"];
    let runs = [Run::start(&arguments), Run::start(&arguments)];
    for run in runs {
        let (status, told, folder) = run.end();
        assert_eq!(status.code(), Some(0), "{told}");
        assert!(told.contains("first hop "), "{told}");
        nothing_is_left(folder.path(), Duration::ZERO).await;
    }
}
