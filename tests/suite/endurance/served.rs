//! Commands that serve, as processes of their own: what they print, where they
//! listen, how they end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::binary;

/// How long a process may take to say where it listens.
const START: Duration = Duration::from_secs(20);

/// A serving process; it is killed when it is dropped.
pub(super) struct Served {
    child: Child,
    /// What it has printed so far.
    lines: Arc<Mutex<Vec<String>>>,
    /// What it has written to standard error so far.
    log: Arc<Mutex<String>>,
}

impl Served {
    /// Starts `logto-testkit` under these limits of the shell (`ulimit …;`, or nothing),
    /// and waits until a line begins with `last`.
    pub(super) fn start(limits: &str, arguments: &[&str], last: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limits} exec \"$0\" \"$@\""), binary()])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, log) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(String::new())));
        let (out, printed) = (BufReader::new(child.stdout.take().unwrap()), lines.clone());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                printed.lock().unwrap().push(line);
            }
        });
        let (mut err, written) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = err.read(&mut buffer) {
                written.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
        });
        let served = Self { child, lines, log };
        until(&format!("`{}` to say “{last}”", arguments.join(" ")), START, || {
            served.line(last).is_some() || !served.log().is_empty()
        });
        served
    }

    fn line(&self, label: &str) -> Option<String> {
        self.lines.lock().unwrap().iter().find(|line| line.starts_with(label)).cloned()
    }

    /// The address in the line that begins with `label`.
    pub(super) fn address(&self, label: &str) -> SocketAddr {
        let line = self.line(label).unwrap_or_else(|| panic!("no line “{label}”: {}", self.log()));
        let ports = line.split(':').rev().filter_map(|text| {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u16>().ok()
        });
        SocketAddr::from(([127, 0, 0, 1], ports.into_iter().next().unwrap()))
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Presses Ctrl-C and waits for the end: how it ended, and after how long.
    #[expect(clippy::disallowed_methods, reason = "measures another process")]
    pub(super) fn interrupt(&mut self, limit: Duration) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut status = None;
        until("the process to end after Ctrl-C", limit, || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        (status.unwrap(), began.elapsed())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for `met`, and panics when it is not met in time.
#[expect(clippy::disallowed_methods, reason = "polls another process, with a deadline")]
pub(super) fn until(what: &str, limit: Duration, mut met: impl FnMut() -> bool) {
    let began = Instant::now();
    while !met() {
        assert!(began.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A connection whose reads and writes have a deadline.
pub(super) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// The status of `GET path`, asked on a connection of its own.
pub(super) fn status_of(address: SocketAddr, path: &str) -> Option<u16> {
    use std::io::Write as _;
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}
