//! How real time counts on clocks where waiting is not real.

use std::time::Duration;

/// Maximum time that counts between two readings. A walk reads the clock some hundred times, so it
/// ages by seconds at most, however long the machine was stopped or busy in between, and no age in
/// its transcript depends on that.
const STRIDE: Duration = Duration::from_millis(25);

/// The monotonic clock, with each interval between readings limited.
#[derive(Debug)]
pub(super) struct Pace {
    last: Duration,
    ran: Duration,
}

impl Pace {
    /// Starts counting at this reading of the monotonic clock.
    pub(super) fn from(started: Duration) -> Self {
        Self { last: started, ran: Duration::ZERO }
    }

    /// The time that counts up to this reading.
    pub(super) fn read(&mut self, monotonic: Duration) -> Duration {
        self.ran += monotonic.saturating_sub(self.last).min(STRIDE);
        self.last = monotonic;
        self.ran
    }
}
