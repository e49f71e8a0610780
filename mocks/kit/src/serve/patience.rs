//! Time limits for the other side of a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// Limits of a connection, counted in ticks. They are real time, but a process that was stopped, or
/// a machine that slept, sees only one tick: a client that could not be heard was not slow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) tick: Duration,
    /// For a request to arrive, from its first byte to its last; for a part of an answer to be
    /// read; for a TLS handshake.
    pub(super) message: u32,
    /// Between two requests. Clients keep idle connections for 90 s or less (Go, `reqwest`), and
    /// should be the ones to close them.
    pub(super) idle: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { tick: Duration::from_secs(5), message: 6, idle: 24 }
    }
}

impl Patience {
    /// Once a server shuts down: what makes progress may continue, everything else is dropped.
    pub(super) const AT_SHUTDOWN: Self = Self { tick: Duration::from_millis(50), message: 5, idle: 5 };

    /// Completes when a message should have arrived.
    pub(super) async fn message(self) {
        for _ in 0..self.message {
            tick(self.tick).await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the patience with a client is real time, whatever the stack's clock does"
)]
async fn tick(tick: Duration) {
    tokio::time::sleep(tick).await;
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between two requests.
    Idle,
    /// A request has begun and is not complete.
    Receiving,
    /// A handler is running, or its answer is being sent.
    Answering,
}

/// Progress of a connection; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    phase: AtomicU8,
    requests: AtomicU64,
    /// Number of bytes that the other side has accepted.
    sent: AtomicU64,
    /// Whether the other side currently accepts no more.
    blocked: AtomicBool,
}

impl Progress {
    pub(super) fn phase(&self) -> Phase {
        match self.0.phase.load(Ordering::Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Receiving,
            _ => Phase::Answering,
        }
    }

    pub(super) fn enter(&self, phase: Phase) {
        if phase == Phase::Receiving {
            self.0.requests.fetch_add(1, Ordering::Relaxed);
        }
        self.0.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Records that the request is complete. If the connection has moved on since, its phase stays.
    pub(super) fn received(&self) {
        let (from, to) = (Phase::Receiving as u8, Phase::Answering as u8);
        // It does not matter whether the phase was this one.
        let _ = self.0.phase.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn blocked(&self, blocked: bool) {
        self.0.blocked.store(blocked, Ordering::Relaxed);
    }

    /// Completes when the other side has exceeded its limit; returns the phase.
    pub(super) async fn overdue(&self, patience: Patience) -> Phase {
        let (mut seen, mut ticks) = (self.waits_for(), 0);
        loop {
            tick(patience.tick).await;
            let now = self.waits_for();
            ticks = if now == seen { ticks + 1 } else { 0 };
            seen = now;
            let (limit, phase) = match now {
                Waits::Nothing => continue,
                Waits::Request(_) => (patience.idle, Phase::Idle),
                Waits::Rest(_) => (patience.message, Phase::Receiving),
                Waits::Reader(_) => (patience.message, Phase::Answering),
            };
            if ticks >= limit {
                return phase;
            }
        }
    }

    fn waits_for(&self) -> Waits {
        let requests = self.0.requests.load(Ordering::Relaxed);
        match self.phase() {
            Phase::Receiving => Waits::Rest(requests),
            _ if self.0.blocked.load(Ordering::Relaxed) => Waits::Reader(self.0.sent.load(Ordering::Relaxed)),
            Phase::Answering => Waits::Nothing,
            Phase::Idle => Waits::Request(requests),
        }
    }
}

/// What a connection expects from the other side; the number changes with progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Request(u64),
    Rest(u64),
    Reader(u64),
    Nothing,
}
