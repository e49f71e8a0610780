//! How far a start is.

use std::sync::Arc;
use std::time::Duration;

use kit::Stopwatch;

use super::kept::Kept;

/// Told of every event.
pub(super) type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// One thing that happens between the first question to Docker and Logto's
/// first answer. Each has a deadline of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// An image is fetched.
    Pull,
    /// Postgres starts, and takes connections.
    Postgres,
    /// Logto's database is seeded.
    Seed,
    /// Logto starts, until `GET /api/status` answers.
    Boot,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pull => "pull",
            Self::Postgres => "postgres",
            Self::Seed => "seed",
            Self::Boot => "boot",
        })
    }
}

/// What a listener is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A phase begins.
    Begins {
        /// Which.
        phase: Phase,
        /// What it works on, e.g. the image.
        what: String,
    },
    /// So much of an image is here. Both are in bytes and grow while layers are found.
    Pulled {
        /// Here.
        done: u64,
        /// In all, as far as is known.
        total: u64,
    },
    /// A phase has ended well.
    Ended {
        /// Which.
        phase: Phase,
        /// How long it took.
        took: Duration,
    },
    /// The stack that it was started for is gone, and the containers stay.
    Kept(Box<Kept>),
}

/// Tells a listener, if there is one, and takes the time.
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

    /// A phase begins; [`Begun::ended`] tells how long it took.
    pub(super) fn begin(&self, phase: Phase, what: impl Into<String>) -> Begun<'_> {
        self.tell(&Event::Begins { phase, what: what.into() });
        Begun { progress: self, phase, since: Stopwatch::start() }
    }
}

/// A phase under way.
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
