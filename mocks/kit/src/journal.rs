//! What a party received and why it refused, and what it sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::Clock;

/// How many entries a journal keeps; the oldest go first, so that a stack that
/// stays up for days does not grow.
const CAPACITY: usize = 4096;

/// Who takes part in a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Party(pub &'static str);

impl Party {
    /// The walker, or a real browser.
    pub const BROWSER: Self = Self("browser");
    /// The app under test.
    pub const APP: Self = Self("app");
    /// Logto.
    pub const LOGTO: Self = Self("logto");
    /// The mock Hugging Face.
    pub const HUGGINGFACE: Self = Self("huggingface");
    /// A reverse proxy in front of app or Logto.
    pub const PROXY: Self = Self("proxy");
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.0)
    }
}

/// Whether the party received the request or sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The party was asked.
    Received,
    /// The party asked.
    Sent,
}

/// A request as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The method, upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Headers in order, names as received.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// A response as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl Request {
    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Response {
    /// The first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not ended yet.
    Pending,
    /// With a response.
    Response(Response),
    /// Without a response, and why.
    Fault(String),
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 1 in the order in which the exchanges began.
    pub number: u64,
    /// When it began, on the stack's clock.
    pub at: Timestamp,
    /// Whose entry it is.
    pub party: Party,
    /// Whether that party received or sent the request.
    pub direction: Direction,
    /// The request.
    pub request: Request,
    /// How it ended.
    pub outcome: Outcome,
    /// Reasons the party gave, above all why it refused. Never on the wire.
    pub notes: Vec<String>,
}

/// A journal; clones share the entries. One may serve all parties of a stack:
/// the numbers then tell the order across them.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Entries are whole whenever the lock is free, also after a panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a request that has just begun.
    #[must_use = "the entry stays `pending` until the response or the fault is given"]
    pub fn begin(&self, clock: &Clock, party: Party, direction: Direction, request: Request) -> Pending {
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        if inner.entries.len() == CAPACITY {
            inner.entries.pop_front();
        }
        let outcome = Outcome::Pending;
        inner.entries.push_back(Entry {
            number,
            at: clock.now(),
            party,
            direction,
            request,
            outcome,
            notes: vec![],
        });
        Pending { journal: Some(self.clone()), number }
    }

    /// All entries that are kept, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// The entries after `number`, oldest first.
    #[must_use]
    pub fn since(&self, number: u64) -> Vec<Entry> {
        let inner = self.lock();
        let start = inner.entries.partition_point(|entry| entry.number <= number);
        inner.entries.range(start..).cloned().collect()
    }

    /// The number of the newest entry, 0 when there was none yet.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.lock().last
    }

    /// Forgets the entries; the numbers go on.
    pub fn clear(&self) {
        self.lock().entries.clear();
    }

    fn end(&self, number: u64, outcome: Outcome, notes: Vec<String>) {
        let mut inner = self.lock();
        if let Ok(at) = inner.entries.binary_search_by_key(&number, |entry| entry.number) {
            inner.entries[at].outcome = outcome;
            inner.entries[at].notes.extend(notes);
        }
    }
}

/// An exchange that has begun. Dropped without an end, it is entered as cancelled.
#[derive(Debug)]
pub struct Pending {
    journal: Option<Journal>,
    number: u64,
}

impl Pending {
    /// The number of the entry.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Enters the response and the reasons for it.
    pub fn respond(mut self, response: Response, notes: Vec<String>) {
        if let Some(journal) = self.journal.take() {
            journal.end(self.number, Outcome::Response(response), notes);
        }
    }

    /// Enters that there was no response, and why.
    pub fn fail(mut self, fault: impl Into<String>) {
        if let Some(journal) = self.journal.take() {
            journal.end(self.number, Outcome::Fault(fault.into()), vec![]);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(journal) = self.journal.take() {
            journal.end(self.number, Outcome::Fault("cancelled".to_owned()), vec![]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(journal: &Journal) -> Pending {
        let request = Request {
            method: "GET".into(),
            url: "http://localhost/".into(),
            headers: vec![],
            body: "".into(),
        };
        journal.begin(&Clock::frozen(Timestamp::UNIX_EPOCH), Party::APP, Direction::Received, request)
    }

    #[test]
    fn numbers_entries_by_their_start() {
        let journal = Journal::new();
        let (first, second) = (begin(&journal), begin(&journal));
        second.fail("closed");
        first.respond(Response { status: 200, headers: vec![], body: "".into() }, vec!["fine".into()]);
        let numbers: Vec<u64> = journal.entries().iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(journal.since(1)[0].outcome, Outcome::Fault("closed".into()));
        assert_eq!(journal.entries()[0].notes, ["fine"]);
    }

    #[test]
    fn enters_a_dropped_exchange_as_cancelled() {
        let journal = Journal::new();
        drop(begin(&journal));
        assert_eq!(journal.entries()[0].outcome, Outcome::Fault("cancelled".into()));
    }

    #[test]
    fn keeps_a_bounded_number_of_entries() {
        let journal = Journal::new();
        for _ in 0..CAPACITY + 10 {
            drop(begin(&journal));
        }
        assert_eq!((journal.entries().len(), journal.entries()[0].number), (CAPACITY, 11));
        assert_eq!(journal.since(u64::try_from(CAPACITY).unwrap()).len(), 10);
    }
}
