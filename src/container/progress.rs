//! Progress of a start.

use std::sync::Arc;
use std::time::Duration;

use kit::Stopwatch;

use super::kept::Kept;
use crate::named::named;

/// The callback for every event.
pub(super) type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

named! {
    /// One stage between the first request to Docker and Logto's first answer. Each stage has its own
    /// deadline.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Phase {
        /// An image is being pulled.
        Pull => "pull",
        /// Postgres starts, until it accepts connections.
        Postgres => "postgres",
        /// Logto's database is being seeded.
        Seed => "seed",
        /// Logto starts, until `GET /api/status` answers.
        Boot => "boot",
    }
}

/// An event that is reported to the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A phase begins.
    Begins {
        /// The phase that begins.
        phase: Phase,
        /// The subject of the phase, e.g. the image.
        what: String,
    },
    /// How much of an image has been pulled. Both numbers are in bytes and grow while layers are
    /// discovered.
    Pulled {
        /// Bytes pulled so far.
        done: u64,
        /// Total bytes, as far as known.
        total: u64,
    },
    /// A phase ended successfully.
    Ended {
        /// The phase that ended.
        phase: Phase,
        /// How long the phase took.
        took: Duration,
    },
    /// The stack that the containers were started for is gone, and the containers stay.
    Kept(Box<Kept>),
}

/// Notifies the listener, if there is one, and measures durations.
#[derive(Clone)]
pub(super) struct Progress {
    listener: Option<Listener>,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

impl Progress {
    pub(super) fn new(listener: Option<Listener>) -> Self {
        Self { listener }
    }

    pub(super) fn tell(&self, event: &Event) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// Begins a phase; [`Begun::ended`] reports how long it took.
    pub(super) fn begin(&self, phase: Phase, what: impl Into<String>) -> Begun<'_> {
        self.tell(&Event::Begins { phase, what: what.into() });
        Begun { progress: self, phase, since: Stopwatch::start() }
    }
}

/// A phase in progress.
pub(super) struct Begun<'a> {
    progress: &'a Progress,
    phase: Phase,
    since: Stopwatch,
}

impl Begun<'_> {
    pub(super) fn ended(self) -> Duration {
        let took = self.since.elapsed();
        self.progress.tell(&Event::Ended { phase: self.phase, took });
        took
    }
}
