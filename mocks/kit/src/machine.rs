//! The machine's clocks, which are read only here.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// The two clocks of the machine: the wall clock, which can be set at any moment, and the monotonic
/// one, which only runs. On Linux and macOS the latter stands still while the machine is suspended.
///
/// A test uses [`Machine::movable`] and sets its wall clock as an administrator or NTP would.
///
/// ```
/// # use jiff::SignedDuration;
/// # use kit::{Clock, Machine};
/// let machine = Machine::movable();
/// let (anchored, system) = (Clock::skipping_on(&machine), Clock::system_on(&machine));
/// let before = (anchored.now(), system.now());
/// machine.step(SignedDuration::from_hours(1));
/// assert!(anchored.now().duration_since(before.0) < SignedDuration::from_mins(1));
/// assert!(system.now().duration_since(before.1) >= SignedDuration::from_hours(1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Machine(Option<Arc<Mutex<Moved>>>);

/// What a test has done to the clocks.
#[derive(Debug, Default)]
struct Moved {
    wall: SignedDuration,
    /// How far both have advanced beyond the machine's own.
    both: Duration,
    tick: Duration,
    /// What both showed when they were stopped.
    held: Option<(Timestamp, Duration)>,
}

/// When this process first read the clock. [`Machine::monotonic`] counts from here.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clocks")]
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Machine {
    /// The machine's own clocks.
    #[must_use]
    pub fn real() -> Self {
        Self(None)
    }

    /// Clocks that run with the machine's, until [`Machine::step`], [`Machine::set`],
    /// [`Machine::tick`] or [`Machine::hold`] changes that. For tests.
    #[must_use]
    pub fn movable() -> Self {
        Self(Some(Arc::default()))
    }

    fn moved(&self, change: impl FnOnce(&mut Moved)) {
        if let Some(moved) = &self.0 {
            change(&mut moved.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Sets the wall clock forward or back. Has no effect on [`Machine::real`].
    pub fn step(&self, by: SignedDuration) {
        self.moved(|moved| moved.wall = moved.wall.saturating_add(by));
    }

    /// Sets the wall clock to `at`. Has no effect on [`Machine::real`].
    pub fn set(&self, at: Timestamp) {
        let by = at.duration_since(self.wall());
        self.step(by);
    }

    /// Advances both clocks by `by` at every reading, so that no two readings show the same moment.
    pub fn tick(&self, by: Duration) {
        self.moved(|moved| moved.tick = by);
    }

    /// Stops both clocks: from now on only these methods move them, so that no test depends on how
    /// long it takes.
    pub fn hold(&self) {
        self.moved(|moved| moved.held = Some((real_wall(), START.elapsed())));
    }

    /// The time of the wall clock.
    pub(crate) fn wall(&self) -> Timestamp {
        let mut now = real_wall();
        self.moved(|moved| {
            now = moved.held.map_or(now, |(wall, _)| wall);
            let by = SignedDuration::try_from(moved.both).unwrap_or(SignedDuration::MAX);
            now = now.saturating_add(moved.wall.saturating_add(by)).unwrap_or(now);
        });
        now
    }

    /// How long the monotonic clock has run.
    pub(crate) fn monotonic(&self) -> Duration {
        let mut ran = START.elapsed();
        self.moved(|moved| {
            moved.both += moved.tick;
            ran = moved.held.map_or(ran, |(_, ran)| ran) + moved.both;
        });
        ran
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clocks")]
fn real_wall() -> Timestamp {
    Timestamp::now()
}

/// Measures how long something takes, by the monotonic clock, so that a step of the wall clock does
/// not distort it.
///
/// For reports. What a party does is timed by a [`crate::Clock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Starts the stopwatch.
    #[must_use]
    pub fn start() -> Self {
        Self(Machine::real().monotonic())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Machine::real().monotonic().saturating_sub(self.0)
    }

    /// The time from the start of `earlier` to the start of this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}
