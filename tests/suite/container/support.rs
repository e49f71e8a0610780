//! Helpers that the container tests share.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::Duration;

use kit::{Clock, Stopwatch};
use logto_testkit::container::{Container, DEFAULT_TAG};
use testcontainers::bollard::Docker;
use testcontainers::bollard::models::ContainerSummary;
use testcontainers::bollard::query_parameters::ListContainersOptionsBuilder;

use crate::support::{binary, root};

/// The Logto tag that the environment asks for; `None` when it does not ask for a container.
fn asked_for() -> Option<String> {
    let asked = std::env::var("LOGTO_TESTKIT_LOGTO").ok()?;
    match asked.split_once(':') {
        None if asked == "container" => Some(DEFAULT_TAG.to_owned()),
        Some(("container", tag)) => Some(tag.to_owned()),
        _ => None,
    }
}

/// The Logto that tests start, if it can be started without a download.
pub(super) async fn logto(test: &str) -> Option<Container> {
    let tag = asked_for();
    let container = Container::new(tag.as_deref().unwrap_or(DEFAULT_TAG));
    match (container.ready().await, tag) {
        (Ok(()), _) => Some(container),
        (Err(error), Some(_)) => panic!("LOGTO_TESTKIT_LOGTO asks for a container: {error}"),
        (Err(error), None) => {
            skipped(test, &error.to_string());
            None
        }
    }
}

/// For tests that would make `cargo test` slow.
pub(super) async fn logto_when_asked(test: &str) -> Option<Container> {
    match asked_for() {
        Some(_) => logto(test).await,
        None => {
            skipped(test, "LOGTO_TESTKIT_LOGTO=container runs it");
            None
        }
    }
}

/// Past the test runner, which would capture it.
fn skipped(test: &str, reason: &str) {
    // A note that cannot be written does not matter.
    drop(writeln!(std::io::stderr(), "skipped: {test}: {reason}"));
}

/// The arguments `--logto` and `--logto-image` for it.
pub(super) fn backend(container: &Container) -> String {
    let descriptor = container.descriptor();
    let (_, tag) = descriptor.rsplit_once(':').unwrap();
    format!("container:{tag}")
}

/// The command with its own folder for temporary files, so that its containers
/// can be told from those of other tests by their lock.
pub(super) struct Run {
    child: Child,
    stderr: BufReader<ChildStderr>,
    told: String,
    temporary: tempfile::TempDir,
}

impl Run {
    pub(super) fn start(arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), arguments)
    }

    pub(super) fn start_in(temporary: tempfile::TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .current_dir(root())
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr, told: String::new(), temporary }
    }

    /// Reads standard error until a line begins with this text.
    pub(super) fn until(&mut self, beginning: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it printed “{beginning}”:\n{}", self.told);
            self.told.push_str(&line);
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    /// `INT`, `TERM` or `KILL`.
    pub(super) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end; returns its exit status and all its output.
    pub(super) fn end(self) -> (ExitStatus, String, tempfile::TempDir) {
        let Self { child, mut stderr, mut told, temporary } = self;
        // The report is not read before that: it fits into a pipe, as one scenario is walked.
        std::io::Read::read_to_string(&mut stderr, &mut told).unwrap();
        let output = child.wait_with_output().unwrap();
        told.push_str(&String::from_utf8_lossy(&output.stdout));
        (output.status, told, temporary)
    }

    pub(super) fn temporary(&self) -> &Path {
        self.temporary.path()
    }
}

/// All containers, running or not, whose lock is in a folder.
pub(super) async fn containers_of(folder: &Path) -> Vec<ContainerSummary> {
    let mut found = containers("logto-testkit.lock").await;
    found.retain(|one| {
        let labels = one.labels.as_ref();
        let lock = labels.and_then(|labels| labels.get("logto-testkit.lock")).map(PathBuf::from);
        lock.is_some_and(|lock| lock.starts_with(folder))
    });
    found
}

/// All containers that have a label.
pub(super) async fn containers(label: &str) -> Vec<ContainerSummary> {
    let filters = HashMap::from([("label", vec![label])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    docker().list_containers(Some(options)).await.unwrap()
}

pub(super) fn docker() -> Docker {
    Docker::connect_with_defaults().unwrap()
}

/// Waits until no container with a lock in this folder is left, and no lock.
pub(super) async fn nothing_is_left(folder: &Path, limit: Duration) {
    let (clock, since) = (Clock::system(), Stopwatch::start());
    loop {
        let left = containers_of(folder).await;
        let locks = std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .filter(|file| file.path().extension().is_some_and(|ending| ending == "lock"))
            .count();
        if left.is_empty() && locks == 0 {
            return;
        }
        assert!(since.elapsed() < limit, "left after {limit:?}: {left:?}, {locks} lock(s)");
        clock.sleep(Duration::from_millis(200)).await;
    }
}
