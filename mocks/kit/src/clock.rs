//! The stack's clock.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A handle on the stack's time. Clones share how far the time was advanced.
///
/// Every lifetime, time-out and back-off of a mock runs on it, so that a
/// scenario can move past "code expired" without waiting a minute.
///
/// ```
/// # use std::time::Duration;
/// let clock = kit::Clock::frozen("2026-11-23T12:00:00Z".parse().unwrap());
/// clock.advance(Duration::from_secs(61));
/// assert_eq!(clock.now().to_string(), "2026-11-23T12:01:01Z");
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    shared: Arc<Shared>,
    /// By how much the clock of this party is off.
    off: SignedDuration,
}

#[derive(Debug)]
struct Shared {
    mode: Mode,
    /// Nanoseconds that were added by [`Clock::advance`].
    ahead: AtomicI64,
    /// Wakes sleepers when `ahead` changes.
    moved: watch::Sender<()>,
    /// Sleepers compare against this, not the wall clock, which may be set back.
    started: std::time::Instant,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    System,
    Skipping,
    Frozen(Timestamp),
}

/// A time-out on the stack's clock ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("timed out after {after:?}")]
pub struct Elapsed {
    /// The limit that was given.
    pub after: Duration,
}

impl Clock {
    /// Runs with the machine's clock; sleeping waits, unless the time is advanced meanwhile.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Mode::System)
    }

    /// Runs with the machine's clock, but [`Clock::sleep`] advances it instead of waiting.
    #[must_use]
    pub fn skipping() -> Self {
        Self::new(Mode::Skipping)
    }

    /// Stands still at `at` and moves only by [`Clock::advance`].
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::new(Mode::Frozen(at))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn new(mode: Mode) -> Self {
        Self {
            shared: Arc::new(Shared {
                mode,
                ahead: AtomicI64::new(0),
                moved: watch::Sender::new(()),
                started: std::time::Instant::now(),
            }),
            off: SignedDuration::ZERO,
        }
    }

    /// The clock of a party that is set wrong: it goes with this one and is moved
    /// with it, but shows a time that is `by` later (or, negative, earlier).
    #[must_use]
    pub fn off_by(&self, by: SignedDuration) -> Self {
        Self { shared: self.shared.clone(), off: by }
    }

    /// By how much [`Clock::off_by`] set it wrong.
    #[must_use]
    pub fn off(&self) -> SignedDuration {
        self.off
    }

    /// The stack's time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let base = match self.shared.mode {
            Mode::System | Mode::Skipping => Timestamp::now(),
            Mode::Frozen(at) => at,
        };
        let ahead = SignedDuration::from_nanos(self.shared.ahead.load(Ordering::SeqCst));
        base.saturating_add(ahead.saturating_add(self.off)).unwrap_or(base)
    }

    /// Whole seconds since the Unix epoch, as in `iat` and `exp` (RFC 7519 §2, `NumericDate`).
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Moves the time forward and wakes whoever sleeps past the new time.
    pub fn advance(&self, by: Duration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        self.shared.ahead.fetch_add(nanos, Ordering::SeqCst);
        self.shared.moved.send_replace(());
    }

    /// Waits until `duration` has passed on this clock.
    ///
    /// A skipping clock does not wait but moves; other tasks get a turn, so
    /// that a time-out that is now due fires first.
    pub async fn sleep(&self, duration: Duration) {
        if self.shared.mode == Mode::Skipping {
            self.advance(duration);
            tokio::task::yield_now().await;
            return;
        }
        self.until(self.elapsed().saturating_add(duration)).await;
    }

    /// Runs `future`, but for no longer than `limit` of this clock.
    ///
    /// # Errors
    /// [`Elapsed`] when the limit ran out first.
    pub async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, Elapsed> {
        let end = self.elapsed().saturating_add(limit);
        tokio::select! {
            // The time-out is asked first: where the future itself moved the
            // clock past the limit, the limit has run out.
            biased;
            () = self.until(end) => Err(Elapsed { after: limit }),
            output = future => Ok(output),
        }
    }

    /// How long the clock has been running, advances included.
    fn elapsed(&self) -> Duration {
        let ahead = u64::try_from(self.shared.ahead.load(Ordering::SeqCst)).unwrap_or(0);
        let ran = match self.shared.mode {
            Mode::System | Mode::Skipping => self.shared.started.elapsed(),
            Mode::Frozen(_) => Duration::ZERO,
        };
        ran.saturating_add(Duration::from_nanos(ahead))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits for real")]
    async fn until(&self, end: Duration) {
        let mut moved = self.shared.moved.subscribe();
        loop {
            let left = end.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            let waits = !matches!(self.shared.mode, Mode::Frozen(_));
            tokio::select! {
                () = tokio::time::sleep(left), if waits => {}
                // The sender lives in `self`, so this ends only by a move.
                _ = moved.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn advancing_wakes_a_sleeper() {
        let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(3600));
        crate::within("the sleeper", Duration::from_secs(5), sleeper).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_skipping_clock_passes_a_delay_without_waiting() {
        let clock = Clock::skipping();
        let before = clock.now();
        crate::within("a skipped hour", Duration::from_secs(5), clock.sleep(Duration::from_secs(3600)))
            .await
            .unwrap();
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1));
    }

    #[test]
    fn a_clock_that_is_off_moves_with_the_others() {
        let clock = Clock::frozen(Timestamp::UNIX_EPOCH);
        let slow = clock.off_by(SignedDuration::from_secs(-90));
        assert_eq!(slow.seconds(), -90);
        slow.advance(Duration::from_secs(100));
        assert_eq!((clock.seconds(), slow.seconds()), (100, 10));
    }

    #[tokio::test]
    async fn a_delay_longer_than_the_time_out_times_out_on_a_skipping_clock() {
        let clock = Clock::skipping();
        let answer = clock.timeout(Duration::from_secs(10), clock.sleep(Duration::from_secs(11))).await;
        assert_eq!(answer, Err(Elapsed { after: Duration::from_secs(10) }));
        let answer = clock.timeout(Duration::from_secs(10), clock.sleep(Duration::from_secs(9))).await;
        assert_eq!(answer, Ok(()));
    }
}
