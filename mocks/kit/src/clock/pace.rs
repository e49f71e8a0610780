//! How real time counts where waiting is not real.

use std::time::Duration;

/// So much is between two readings at most. A walk reads the clock some hundred times, so that it
/// grows older by seconds at most, however long the machine was stopped or busy in between, and no
/// age in its transcript depends on that.
const STRIDE: Duration = Duration::from_millis(25);

/// The monotonic clock, in strides.
#[derive(Debug)]
pub(super) struct Pace {
    last: Duration,
    ran: Duration,
}

impl Pace {
    /// Counts from this reading of the monotonic clock.
    pub(super) fn from(started: Duration) -> Self {
        Self { last: started, ran: Duration::ZERO }
    }

    /// What counts up to this reading.
    pub(super) fn read(&mut self, monotonic: Duration) -> Duration {
        self.ran += monotonic.saturating_sub(self.last).min(STRIDE);
        self.last = monotonic;
        self.ran
    }
}
