//! A container's log: followed during the start, saved in full on failure.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{Stream, StreamExt as _};
use kit::files::{self, Access};
use testcontainers::bollard::container::LogOutput;
use testcontainers::bollard::errors::Error as Bollard;
use testcontainers::bollard::query_parameters::LogsOptionsBuilder;
use tokio::sync::mpsc;

use super::engine::Engine;
use super::error::LogTail;

/// Number of lines that an error shows.
const SHOWN: usize = 20;
/// Time limit for reading a log.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);
/// Prefix of the lines that our scripts write for the harness.
const MARK: &str = "[logto-testkit] ";

/// A container's log, line by line, as it is written. It ends when the container does.
pub(super) struct Follow {
    lines: mpsc::UnboundedReceiver<String>,
    words: LastWords,
}

/// The last lines that a container logged, available even after it is removed with its log.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<VecDeque<String>>>);

impl LastWords {
    fn note(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if line.trim().is_empty() {
            return;
        }
        if lines.len() == SHOWN {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    pub(super) fn told(&self) -> LogTail {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        LogTail { lines: lines.iter().cloned().collect(), file: None }
    }
}

/// What the boot script reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Version(String),
    Seed,
    Boot,
    MockReached,
    /// The forwarder, or the connection to the mock, does not work.
    Unreachable(String),
}

impl Mark {
    fn read(line: &str) -> Option<Self> {
        let told = line.strip_prefix(MARK)?;
        let (word, rest) = told.split_once(' ').unwrap_or((told, ""));
        Some(match (word, rest) {
            ("version", version) => Self::Version(version.to_owned()),
            ("seed", _) => Self::Seed,
            ("boot", _) => Self::Boot,
            ("mock", "reached") => Self::MockReached,
            ("mock", told) => Self::Unreachable(told.strip_prefix("unreachable ").unwrap_or(told).to_owned()),
            ("forwarder", told) => Self::Unreachable(format!("its forwarder cannot listen on {told}")),
            _ => return None,
        })
    }
}

impl Follow {
    pub(super) fn start(engine: &Engine, container: &str) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut output = stream(engine, container, true);
        let words = LastWords::default();
        let noted = words.clone();
        tokio::spawn(async move {
            let mut lines = Lines::default();
            while let Some(Ok(part)) = output.next().await {
                for line in lines.take(&part.into_bytes()) {
                    noted.note(&line);
                    // After the start, the lines are not read any more; only the last ones are
                    // kept.
                    drop(sender.send(line));
                }
            }
        });
        Self { lines: receiver, words }
    }

    /// The last lines, updated while the container runs.
    pub(super) fn words(&self) -> LastWords {
        self.words.clone()
    }

    /// The next report of the boot script; `None` if the container has ended.
    pub(super) async fn next(&mut self) -> Option<Mark> {
        loop {
            let line = self.lines.recv().await?;
            tracing::debug!(%line, "Logto's container");
            if let Some(mark) = Mark::read(&line) {
                return Some(mark);
            }
        }
    }
}

/// Splits a stream of chunks into lines.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        self.0.extend_from_slice(bytes);
        let mut lines = Vec::new();
        while let Some(end) = self.0.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.0.drain(..=end).collect();
            lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        lines
    }
}

/// The end of a container's log, and a file with all of it. Failures are ignored, because another
/// error is being reported.
pub(super) async fn tail(engine: &Engine, container: &str, folder: &Path, name: &str) -> LogTail {
    let whole = whole(engine, container).await;
    let file = folder.join(name);
    LogTail { lines: last_lines(&whole), file: write(&file, &whole).then_some(file) }
}

/// The last line of a container's log; empty if it logged nothing.
pub(super) async fn last_line(engine: &Engine, container: &str) -> String {
    last_lines(&whole(engine, container).await).pop().unwrap_or_default()
}

async fn whole(engine: &Engine, container: &str) -> Vec<u8> {
    let mut whole = Vec::new();
    let mut output = stream(engine, container, false);
    let read = async {
        while let Some(Ok(part)) = output.next().await {
            whole.extend_from_slice(&part.into_bytes());
        }
    };
    drop(kit::within("a container's log", LIMIT, read).await);
    whole
}

fn last_lines(whole: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(whole);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(SHOWN)..].iter().map(|line| (*line).to_owned()).collect()
}

fn write(file: &Path, whole: &[u8]) -> bool {
    // Logto logs what people send, so the file may contain secrets.
    !whole.is_empty() && files::replace(file, whole, Access::Secret).is_ok()
}

fn stream(
    engine: &Engine,
    container: &str,
    follow: bool,
) -> impl Stream<Item = Result<LogOutput, Bollard>> + Unpin + use<> {
    let options = LogsOptionsBuilder::new().follow(follow).stdout(true).stderr(true).tail("all").build();
    Box::pin(engine.docker().logs(container, Some(options)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_scripts_tell() {
        let read = |told: &str| Mark::read(&format!("[logto-testkit] {told}"));
        assert_eq!(read("version 1.42.0"), Some(Mark::Version("1.42.0".to_owned())));
        assert_eq!((read("seed"), read("boot")), (Some(Mark::Seed), Some(Mark::Boot)));
        assert_eq!(read("mock reached"), Some(Mark::MockReached));
        let refused = "connect ECONNREFUSED 172.17.0.1:4123";
        assert_eq!(read(&format!("mock unreachable {refused}")), Some(Mark::Unreachable(refused.to_owned())));
        assert_eq!(read("forward 443 read ECONNRESET"), None, "one failed connection does not end the start");
        assert_eq!(Mark::read("info ✔ Seed data"), None);
    }

    #[test]
    fn the_last_words_are_bounded() {
        let words = LastWords::default();
        for line in 0..100 {
            words.note(&format!("line {line}"));
            words.note("  ");
        }
        let told = words.told().lines;
        assert_eq!((told.len(), told[0].as_str(), told[19].as_str()), (20, "line 80", "line 99"));
    }

    #[test]
    fn lines_come_whole_whatever_the_pieces() {
        let mut lines = Lines::default();
        assert_eq!(lines.take("[logto-testkit] se".as_bytes()), Vec::<String>::new());
        assert_eq!(lines.take("ed\r\n✔ two\nthr".as_bytes()), ["[logto-testkit] seed", "✔ two"]);
        assert_eq!(lines.take(b"ee\n"), ["three"]);
    }
}
