//! The stack's clock.

mod pace;

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use self::pace::Pace;
use crate::deadline::{DeadlineExceeded, TURN};
use crate::disturbance::{Disturbance, Watch};
use crate::machine::Machine;

/// A handle to the stack's time. Clones share how far the time was advanced.
///
/// Every lifetime, timeout and back-off of a mock runs on it, so that a scenario can move past
/// "code expired" without waiting a minute. There are three kinds:
///
/// | | its time | waiting | a party's time-out counts |
/// |---|---|---|---|
/// | [`Clock::skipping`] | read off the wall once, then as the monotonic clock runs, but never by more than 25 ms between two readings | advances it | advances only |
/// | [`Clock::system`] | the wall clock, at every reading | is real | real time and advances |
/// | [`Clock::frozen`] | stands still | until it is advanced | advances only |
///
/// A stack whose parties all live in this process uses the first kind: neither a step of the wall
/// clock nor a suspended or starved machine changes what they do, or how old anything appears to be
/// in a walk. As soon as others take part (a browser, a separate app or Logto), all must use the
/// same clock, which is the machine's; a step of it is detected, and reported by
/// [`Clock::disturbances`].
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
    /// The offset of this party's clock.
    off: SignedDuration,
}

#[derive(Debug)]
struct Shared {
    kind: Kind,
    machine: Machine,
    /// The reading of the monotonic clock at the start.
    started: Duration,
    /// How much of the monotonic clock counts on a skipping clock.
    pace: Mutex<Pace>,
    /// Nanoseconds added by [`Clock::advance`].
    ahead: AtomicI64,
    /// Wakes sleepers when `ahead` changes.
    moved: watch::Sender<()>,
    watch: Mutex<Watch>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    System,
    /// The time of the wall clock when the clock was created.
    Skipping(Timestamp),
    Frozen(Timestamp),
}

/// A stack that lives in this process has no outside observer of its clock, so a machine that does
/// not know the year (no battery, no network yet) does no harm: its stacks live between 2000 and
/// 2200. (In 1973 and before, seconds and milliseconds look alike; a calendar like `chrono`'s, in
/// which a client reads Logto's `updated_at` as seconds, ends in 2230.)
const PLAUSIBLE: [Timestamp; 2] =
    [Timestamp::constant(946_684_800, 0), Timestamp::constant(7_258_118_400, 0)];

/// Time limit, in real time, for one answer on a clock on which waiting is not real. Nothing takes
/// that long on a working machine; it keeps a walk from hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// Maximum distance between two readings of the monotonic clock for a wall clock reading between
/// them to belong to both.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Why [`Clock::timeout`] gave up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Elapsed {
    /// The party's own limit, on the stack's clock.
    #[error("timed out after {after:?}")]
    Limit {
        /// The limit that was given.
        after: Duration,
    },
    /// The harness's limit, in real time: on this clock waiting is not real.
    #[error("the harness {0}")]
    Harness(DeadlineExceeded),
}

impl Clock {
    /// Uses the machine's clock, like everything outside this process. Sleeping really waits,
    /// unless the time is advanced meanwhile.
    #[must_use]
    pub fn system() -> Self {
        Self::system_on(&Machine::real())
    }

    /// Like [`Clock::system`], on the given machine.
    #[must_use]
    pub fn system_on(machine: &Machine) -> Self {
        let clock = Self::new(Kind::System, machine);
        // Steps are detected from here on.
        clock.shared.wall();
        clock
    }

    /// Reads the machine's clock once, then runs by itself; [`Clock::sleep`] advances it instead of
    /// waiting. Real time without a reading hardly counts, however long it is: in a process that
    /// was stopped for an hour, nothing has expired.
    #[must_use]
    pub fn skipping() -> Self {
        Self::skipping_on(&Machine::real())
    }

    /// Like [`Clock::skipping`], on the given machine.
    #[must_use]
    pub fn skipping_on(machine: &Machine) -> Self {
        Self::new(Kind::Skipping(machine.wall().clamp(PLAUSIBLE[0], PLAUSIBLE[1])), machine)
    }

    /// Stands still at `at` and moves only by [`Clock::advance`].
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::new(Kind::Frozen(at), &Machine::real())
    }

    fn new(kind: Kind, machine: &Machine) -> Self {
        let started = machine.monotonic();
        Self {
            shared: Arc::new(Shared {
                kind,
                machine: machine.clone(),
                started,
                pace: Mutex::new(Pace::from(started)),
                ahead: AtomicI64::new(0),
                moved: watch::Sender::new(()),
                watch: Mutex::default(),
            }),
            off: SignedDuration::ZERO,
        }
    }

    /// The clock of a party that is set wrong: it runs and is advanced with this one, but shows a
    /// time that is `by` later (or, if negative, earlier).
    #[must_use]
    pub fn off_by(&self, by: SignedDuration) -> Self {
        Self { shared: self.shared.clone(), off: by }
    }

    /// The offset given to [`Clock::off_by`].
    #[must_use]
    pub fn off(&self) -> SignedDuration {
        self.off
    }

    /// The stack's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let base = match self.shared.kind {
            Kind::System => self.shared.wall(),
            Kind::Skipping(from) => later(from, self.shared.paced()),
            Kind::Frozen(at) => at,
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

    /// Number of disturbances by the machine so far.
    #[must_use]
    pub fn disturbance_count(&self) -> usize {
        self.shared.watch().count()
    }

    /// The machine's disturbances after the first `count`, in order. On [`Clock::system`], a step
    /// of the wall clock by more than two seconds is a disturbance: the remaining lifetime of
    /// tokens, cookies and codes is no longer what their issuer meant.
    #[must_use]
    pub fn disturbances(&self, count: usize) -> Vec<Disturbance> {
        self.shared.watch().since(count)
    }

    /// Advances the time and wakes the sleepers that are now due.
    pub fn advance(&self, by: Duration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        self.shared.ahead.fetch_add(nanos, Ordering::SeqCst);
        self.shared.moved.send_replace(());
    }

    /// Waits until `duration` has passed on this clock.
    ///
    /// A skipping clock does not wait but advances; other tasks get a turn, so that a timeout that
    /// is now due fires first.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits for real")]
    pub async fn sleep(&self, duration: Duration) {
        if let Kind::Skipping(_) = self.shared.kind {
            self.advance(duration);
            tokio::task::yield_now().await;
            return;
        }
        let mut moved = self.shared.moved.subscribe();
        let end = self.shared.passed().saturating_add(duration);
        loop {
            let left = end.saturating_sub(self.shared.passed());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left), if self.shared.is_real() => {}
                // The sender lives in `self`, so this ends only when the time is advanced.
                _ = moved.changed() => {}
            }
        }
    }

    /// Runs `future`, but for no longer than `limit` of this clock; `what` names what is waited
    /// for.
    ///
    /// Where waiting is not real, real time does not count: a busy or paused machine does not make
    /// a party give up. The harness's own limit of a minute still applies.
    ///
    /// # Errors
    /// [`Elapsed`] if a limit ran out first.
    pub async fn timeout<F: Future>(
        &self,
        what: &str,
        limit: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        self.limited(what, limit, PATIENCE, future).await
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits for real")]
    async fn limited<F: Future>(
        &self,
        what: &str,
        limit: Duration,
        patience: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let mut moved = self.shared.moved.subscribe();
        let (real, before) = (self.shared.is_real(), self.shared.advanced());
        let mut waited = Duration::ZERO;
        let mut future = std::pin::pin!(future);
        let mut length = if real { TURN.min(limit) } else { TURN };
        let mut turn = std::pin::pin!(tokio::time::sleep(length));
        loop {
            let advanced = self.shared.advanced().saturating_sub(before);
            let counted = if real { advanced.saturating_add(waited) } else { advanced };
            if counted >= limit {
                return Err(Elapsed::Limit { after: limit });
            }
            if !real && waited >= patience {
                let exceeded = DeadlineExceeded { what: what.to_owned(), limit: patience };
                let entered = self.shared.watch().enter(Disturbance::Stalled(exceeded.clone()));
                tracing::warn!("{entered}");
                return Err(Elapsed::Harness(exceeded));
            }
            tokio::select! {
                // Check for advances first: if the future itself advanced the clock past the limit,
                // the limit has run out.
                biased;
                _ = moved.changed() => {}
                output = &mut future => return Ok(output),
                () = &mut turn => {
                    waited += length;
                    if real {
                        length = TURN.min(limit.saturating_sub(counted + length));
                    }
                    turn.set(tokio::time::sleep(length));
                }
            }
        }
    }
}

impl Shared {
    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the wall clock and checks it for steps.
    fn wall(&self) -> Timestamp {
        let mut watch = self.watch();
        let before = self.machine.monotonic();
        let wall = self.machine.wall();
        let after = self.machine.monotonic();
        // If the process was paused in between, the two readings do not belong together.
        if after.saturating_sub(before) < AT_ONCE
            && let Some(disturbance) = watch.read(wall, before)
        {
            tracing::warn!("{disturbance}");
        }
        wall
    }

    /// How long the monotonic clock has run since the start.
    fn ran(&self) -> Duration {
        self.machine.monotonic().saturating_sub(self.started)
    }

    /// How much of that counts on a skipping clock.
    fn paced(&self) -> Duration {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that readings are in order of time.
        pace.read(self.machine.monotonic())
    }

    /// How far the clock was advanced.
    fn advanced(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.ahead.load(Ordering::SeqCst)).unwrap_or(0))
    }

    /// Whether waiting on this clock takes real time.
    fn is_real(&self) -> bool {
        self.kind == Kind::System
    }

    /// The time that has passed for sleepers.
    fn passed(&self) -> Duration {
        if self.is_real() { self.ran().saturating_add(self.advanced()) } else { self.advanced() }
    }
}

/// The time that much later, or the last possible one.
fn later(from: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| from.saturating_add(by).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
