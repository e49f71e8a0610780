//! Counts wrong passwords and locks identifiers out (contract §2.2, §14 "Lockout").

use kit::Bounded;
use serde_json::{Map, Value};

use super::CAPACITY;

/// Failures are counted for an hour.
const WINDOW_MILLIS: i64 = 3600 * 1000;
const MINUTE_MILLIS: i64 = 60 * 1000;

/// `sentinelPolicy` of the sign-in experience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Policy {
    attempts: f64,
    /// Minutes.
    lockout: f64,
}

impl Policy {
    pub(crate) fn of(sign_in_experience: &Map<String, Value>) -> Self {
        let policy = sign_in_experience.get("sentinelPolicy");
        let number = |name: &str, default| {
            policy.and_then(|policy| policy.get(name)).and_then(Value::as_f64).unwrap_or(default)
        };
        Self { attempts: number("maxAttempts", 100.0), lockout: number("lockoutDuration", 60.0) }
    }
}

/// Attempts by identifier.
#[derive(Debug)]
pub(crate) struct Sentinel {
    tried: Bounded<Tried>,
}

#[derive(Debug, Default)]
struct Tried {
    /// Times of failures in milliseconds since the epoch, except those during a lockout.
    failures: Vec<i64>,
    locked_until: i64,
}

impl Sentinel {
    pub(crate) fn new() -> Self {
        Self { tried: Bounded::with_capacity(CAPACITY) }
    }

    /// Records an attempt at `now` (milliseconds since the epoch). Returns the end of the lockout,
    /// if there is one; a correct password neither ends it nor resets the failures before.
    pub(crate) fn report(&mut self, identifier: &str, failed: bool, now: i64, policy: Policy) -> Option<i64> {
        let tried = self.tried.or_insert_with(identifier, Tried::default);
        if tried.locked_until > now {
            return Some(tried.locked_until);
        }
        tried.failures.retain(|at| *at > now - WINDOW_MILLIS);
        let failures = tried.failures.len() + usize::from(failed);
        #[expect(clippy::cast_precision_loss, reason = "a handful of attempts")]
        if failures as f64 >= policy.attempts {
            #[expect(clippy::cast_possible_truncation, reason = "minutes of a policy")]
            let lockout = (policy.lockout * MINUTE_MILLIS as f64) as i64;
            tried.locked_until = now + lockout;
            return Some(tried.locked_until);
        }
        if failed {
            tried.failures.push(now);
        }
        None
    }
}
