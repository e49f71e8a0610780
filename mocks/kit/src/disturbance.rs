//! What the machine does to the parties of a stack, without any party being at fault.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::DeadlineExceeded;

/// Something that the machine did, and not a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disturbance {
    /// The wall clock moved differently than time: it was set, or the machine was suspended.
    ClockStepped {
        /// The size of the step; negative if the clock was set back.
        by: SignedDuration,
    },
    /// An answer exceeded the harness's deadline, on a clock where waiting is not real.
    Stalled(DeadlineExceeded),
}

impl std::fmt::Display for Disturbance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ClockStepped { by } => {
                let (way, by) = if by.is_negative() { ("back", by.abs()) } else { ("forward", *by) };
                write!(
                    f,
                    "the clock of this machine stepped {way} by {:.1} s: it was set, or the machine was suspended",
                    by.as_secs_f64()
                )
            }
            Self::Stalled(deadline) => write!(
                f,
                "{deadline}, and no party waits that long by itself: this machine is overloaded or was \
                 paused, or the server hangs"
            ),
        }
    }
}

/// Number of disturbances to keep; older ones are dropped.
const KEPT: usize = 16;

/// The last readings of both clocks, and the disturbances found.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    last: Option<(Timestamp, Duration)>,
    kept: VecDeque<Disturbance>,
    count: usize,
}

impl Watch {
    /// Takes a pair of readings, and returns a disturbance if the wall clock advanced differently
    /// than the monotonic one since the last pair.
    pub(crate) fn read(&mut self, wall: Timestamp, monotonic: Duration) -> Option<Disturbance> {
        let (last_wall, last_monotonic) = self.last.replace((wall, monotonic))?;
        let ran = monotonic.saturating_sub(last_monotonic);
        let by = wall.duration_since(last_wall).saturating_sub(signed(ran));
        (by.abs() > signed(tolerated(ran))).then(|| self.enter(Disturbance::ClockStepped { by }))
    }

    pub(crate) fn enter(&mut self, disturbance: Disturbance) -> Disturbance {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(disturbance.clone());
        self.count += 1;
        disturbance
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The disturbances after the first `count`.
    pub(crate) fn since(&self, count: usize) -> Vec<Disturbance> {
        let new = self.count.saturating_sub(count).min(self.kept.len());
        self.kept.iter().skip(self.kept.len() - new).cloned().collect()
    }
}

/// Maximum difference between both clocks after such a time: two seconds, plus what a slewed clock
/// (`adjtime`) gains or loses meanwhile. Linux slews both alike, others only the wall clock.
fn tolerated(ran: Duration) -> Duration {
    Duration::from_secs(2) + ran / 200
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(i64, u64)]) -> Vec<i64> {
        let mut watch = Watch::default();
        let read = |(wall, ran): &(i64, u64)| {
            let wall = Timestamp::from_millisecond(1_795_421_828_000 + wall).unwrap();
            watch.read(wall, Duration::from_millis(*ran))
        };
        let by = |found: Disturbance| match found {
            Disturbance::ClockStepped { by } => i64::try_from(by.as_millis()).unwrap(),
            Disturbance::Stalled(_) => panic!("{found}"),
        };
        pairs.iter().filter_map(read).map(by).collect()
    }

    #[test]
    fn a_step_of_more_than_two_seconds_is_one_and_less_is_none() {
        assert_eq!(read(&[(0, 0), (1_000, 1_000), (1_999 + 1_000, 1_000)]), [0; 0]);
        assert_eq!(read(&[(0, 0), (3_101, 1_000)]), [2_101]);
        assert_eq!(read(&[(0, 0), (-299_000, 1_000)]), [-300_000]);
        // The next pair is compared with this one.
        assert_eq!(
            read(&[(0, 0), (86_400_000, 0), (86_401_000, 1_000), (1_500, 1_500)]),
            [86_400_000, -86_400_000]
        );
    }

    #[test]
    fn a_clock_that_is_slewed_for_a_night_has_not_stepped() {
        // 500 ppm, the maximum slew rate of Linux and macOS: 14 s in eight hours.
        assert_eq!(read(&[(0, 0), (28_814_400, 28_800_000)]), [0; 0]);
    }

    #[test]
    fn the_latest_are_kept_and_all_are_counted() {
        let mut watch = Watch::default();
        for seconds in 1..=40 {
            watch.enter(Disturbance::ClockStepped { by: SignedDuration::from_secs(seconds) });
        }
        assert_eq!((watch.count(), watch.since(0).len(), watch.since(38).len()), (40, KEPT, 2));
        assert_eq!(watch.since(40), []);
        assert!(watch.since(39)[0].to_string().contains("forward by 40.0 s"), "{:?}", watch.since(39));
    }
}
