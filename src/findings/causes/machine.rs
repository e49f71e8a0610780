//! Causes in the machine on which the walk ran.

use super::see;
use crate::findings::text::causes;

causes! {
    /// The machine on which the walk ran.
    "machine" Machine, place: Machine, see: see::TIME {
        ClockStepped "clock-stepped" {
            cause: "The clock of this machine stepped during the walk, so tokens, codes and cookies lived longer or shorter than their issuers meant: the walk says nothing about app, connector or Logto.",
            fix: "Walk again. If it happens often, let the clock be slewed instead of set (`chronyd` with `makestep` limited to the start), and do not suspend the machine during a run.",
        }
        TooSlow "too-slow" {
            cause: "A request was not answered within a minute, although nothing in this stack really waits: the walk says nothing about app, connector or Logto.",
            fix: "Walk again, with fewer walks at a time (`--jobs`). If it happens again, find out what hangs: the evidence names the request.",
        }
    }
}
