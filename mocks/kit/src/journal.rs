//! What a party received and why it refused, and what it sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::walks::{ClientEnd, Walks, Whose};
use crate::{Clock, Note, Stopwatch};

/// How many entries, and how many bytes of text in all, a journal keeps; the oldest are dropped
/// first, so that a stack that runs for days does not grow.
const CAPACITY: usize = 4096;
const BYTES: usize = 64 * 1024 * 1024;
/// Maximum bytes of one body to keep: no body in a sign-in is nearly as long, and
/// [`journaled`](crate::journaled) does not accept longer requests.
const BODY: usize = 1024 * 1024;

/// A participant of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Party(pub &'static str);

impl Party {
    /// The walker, or a real browser.
    pub const BROWSER: Self = Self("browser");
    /// The app under test.
    pub const APP: Self = Self("app");
    /// A real Logto, or our double.
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
    /// The party received the request.
    Received,
    /// The party sent the request.
    Sent,
}

/// A request as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The HTTP method, in upper case.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Names (as received) and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced. The journal keeps the first MiB,
    /// and notes at its end that the rest was cut.
    pub body: String,
}

/// A response as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are not UTF-8 are replaced. The journal keeps the first MiB,
    /// and notes at its end that the rest was cut.
    pub body: String,
}

impl Request {
    /// The value of the first header with that name, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Response {
    /// The value of the first header with that name, ignoring case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// How an exchange ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The exchange has not ended yet.
    Pending,
    /// It ended with a response.
    Response(Response),
    /// It ended without a response, and why.
    Fault(Note),
}

/// One exchange of a request and its response.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Number of the exchange, from 1, in the order in which exchanges began.
    pub number: u64,
    /// When it began, on the party's clock.
    pub at: Timestamp,
    /// How long it took by the machine's clock, once it has ended.
    #[serde(skip)]
    pub took: Option<Duration>,
    /// The party that made the entry.
    pub party: Party,
    /// Whether that party received or sent the request.
    pub direction: Direction,
    /// The request as it was on the wire.
    pub request: Request,
    /// How the exchange ended.
    pub outcome: Outcome,
    /// Reasons of the party, above all why it refused. Never on the wire.
    pub notes: Vec<Note>,
    /// What the journal knows of the walk that it belongs to. Never on the wire.
    #[doc(hidden)]
    #[serde(skip)]
    pub whose: Whose,
}

impl Entry {
    /// Approximate size in memory, in bytes.
    fn bytes(&self) -> usize {
        let headers = |headers: &[(String, String)]| -> usize {
            headers.iter().map(|(name, value)| name.len() + value.len() + 2 * size_of::<String>()).sum()
        };
        let Request { method, url, headers: sent, body } = &self.request;
        let outcome = match &self.outcome {
            Outcome::Pending => 0,
            Outcome::Response(response) => headers(&response.headers) + response.body.len(),
            Outcome::Fault(fault) => fault.bytes(),
        };
        let notes: usize = self.notes.iter().map(Note::bytes).sum();
        size_of::<Self>() + method.len() + url.len() + headers(sent) + body.len() + outcome + notes
    }
}

/// Truncates a body that is too long for a journal, and notes this in its place.
fn shortened(mut body: String) -> String {
    if body.len() > BODY {
        let all = body.len();
        let at = (0..=BODY).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
        body.truncate(at);
        body.push_str(&format!("… (the journal keeps the first {at} of {all} bytes)"));
        body.shrink_to_fit();
    }
    body
}

/// A journal; clones share the entries. One journal may serve all parties of a stack: the numbers
/// then show the order across them.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) entries: VecDeque<Entry>,
    /// Who asks at the moment.
    pub(crate) walks: Walks,
    last: u64,
    /// Total size of the entries, see [`Entry::bytes`].
    bytes: usize,
}

impl Inner {
    /// Drops the oldest entries until the rest fits; the newest always stays.
    fn forget(&mut self) {
        while self.entries.len() > CAPACITY || (self.bytes > BYTES && self.entries.len() > 1) {
            self.bytes -= self.entries.pop_front().map_or(self.bytes, |entry| entry.bytes());
        }
    }
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // Entries are consistent whenever the lock is free, even after a panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request that has just begun, at a server with the client's end of its connection.
    #[must_use = "the entry stays `pending` until the response or the fault is given"]
    pub fn begin(
        &self,
        clock: &Clock,
        party: Party,
        direction: Direction,
        request: Request,
        peer: Option<ClientEnd>,
    ) -> Pending {
        let began = Stopwatch::start();
        let mut inner = self.lock();
        inner.last += 1;
        let number = inner.last;
        let request = Request { body: shortened(request.body), ..request };
        let entry = Entry {
            number,
            at: clock.now(),
            took: None,
            party,
            direction,
            request,
            outcome: Outcome::Pending,
            notes: vec![],
            whose: Whose { peer, own: None, walks: inner.walks.clone() },
        };
        inner.bytes += entry.bytes();
        inner.entries.push_back(entry);
        inner.forget();
        Pending { journal: Some(self.clone()), number, began }
    }

    /// All kept entries, oldest first.
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

    /// The first entry after `number`: iterates over a large journal with a copy of only one entry
    /// at a time.
    #[must_use]
    pub fn next_after(&self, number: u64) -> Option<Entry> {
        let inner = self.lock();
        let at = inner.entries.partition_point(|entry| entry.number <= number);
        inner.entries.get(at).cloned()
    }

    /// The number of the newest entry; 0 if there has been none yet.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.lock().last
    }

    /// Drops the entries; the numbers continue.
    pub fn clear(&self) {
        let mut inner = self.lock();
        (inner.entries, inner.bytes) = (VecDeque::new(), 0);
    }

    fn end(&self, pending: &Pending, outcome: Outcome, notes: Vec<Note>) {
        let mut inner = self.lock();
        let found = inner.entries.binary_search_by_key(&pending.number, |entry| entry.number);
        let Ok(at) = found else { return };
        let entry = &mut inner.entries[at];
        entry.took = Some(pending.began.elapsed());
        let before = entry.bytes();
        entry.outcome = match outcome {
            Outcome::Response(response) => {
                Outcome::Response(Response { body: shortened(response.body), ..response })
            }
            other => other,
        };
        entry.notes.extend(notes);
        inner.bytes = inner.bytes - before + inner.entries[at].bytes();
        inner.forget();
    }
}

/// An exchange that has begun. If dropped without an end, it is recorded as canceled.
#[derive(Debug)]
pub struct Pending {
    journal: Option<Journal>,
    number: u64,
    began: Stopwatch,
}

impl Pending {
    /// The number of the entry.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Records the response and the reasons for it.
    pub fn respond(mut self, response: Response, notes: Vec<Note>) {
        if let Some(journal) = self.journal.take() {
            journal.end(&self, Outcome::Response(response), notes);
        }
    }

    /// Records that there was no response, and why.
    pub fn fail(mut self, fault: impl Into<Note>) {
        if let Some(journal) = self.journal.take() {
            journal.end(&self, Outcome::Fault(fault.into()), vec![]);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(journal) = self.journal.take() {
            journal.end(self, Outcome::Fault(Note::new("kit/cancelled", "cancelled")), vec![]);
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
        journal.begin(&Clock::frozen(Timestamp::UNIX_EPOCH), Party::APP, Direction::Received, request, None)
    }

    #[test]
    fn numbers_entries_by_their_start() {
        let journal = Journal::new();
        let (first, second) = (begin(&journal), begin(&journal));
        second.fail(Note::new("kit/closed", "closed"));
        first.respond(
            Response { status: 200, headers: vec![], body: "".into() },
            vec![Note::new("kit/fine", "fine")],
        );
        let numbers: Vec<u64> = journal.entries().iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert!(matches!(&journal.since(1)[0].outcome, Outcome::Fault(fault) if fault.code == "kit/closed"));
        assert_eq!(journal.entries()[0].notes[0].code, "kit/fine");
    }

    #[test]
    fn enters_a_dropped_exchange_as_cancelled() {
        let journal = Journal::new();
        drop(begin(&journal));
        assert!(
            matches!(&journal.entries()[0].outcome, Outcome::Fault(fault) if fault.code == "kit/cancelled")
        );
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

    fn begin_with(journal: &Journal, body: String) -> Pending {
        let request =
            Request { method: "POST".into(), url: "http://localhost/".into(), headers: vec![], body };
        journal.begin(&Clock::frozen(Timestamp::UNIX_EPOCH), Party::APP, Direction::Received, request, None)
    }

    #[test]
    fn keeps_a_bounded_number_of_bytes() {
        let journal = Journal::new();
        let large = "x".repeat(BODY);
        for _ in 0..100 {
            let response = Response { status: 200, headers: vec![], body: large.clone() };
            begin_with(&journal, large.clone()).respond(response, vec![]);
        }
        let inner = journal.lock();
        let kept: usize = inner.entries.iter().map(Entry::bytes).sum();
        assert_eq!(inner.bytes, kept, "what is counted is what is there");
        assert!((BYTES - 2 * large.len()..=BYTES).contains(&kept), "{kept}");
        assert_eq!(inner.entries.back().unwrap().number, 100, "the newest stay");
        drop(inner);
        journal.clear();
        assert_eq!(journal.lock().bytes, 0);
    }

    #[test]
    fn a_body_that_is_too_long_is_cut_and_says_so() {
        let journal = Journal::new();
        // Two bytes per letter, and the limit falls into the middle of one.
        begin_with(&journal, format!("x{}", "ä".repeat(BODY))).fail(Note::new("kit/closed", "closed"));
        let kept = journal.next_after(0).unwrap().request.body;
        let told = format!("… (the journal keeps the first {} of {} bytes)", BODY - 1, 2 * BODY + 1);
        assert!(kept.ends_with(&told), "{}", &kept[kept.len() - 80..]);
        let whole = "x".repeat(BODY);
        begin_with(&journal, whole.clone()).fail(Note::new("kit/closed", "closed"));
        assert_eq!(journal.next_after(1).unwrap().request.body, whole);
        assert!(journal.next_after(2).is_none());
    }
}
