//! Deadlines of the harness itself, in real time.

use std::future::Future;
use std::time::Duration;

/// The harness waited too long for something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited {limit:?} for {what}")]
pub struct DeadlineExceeded {
    /// What the harness waited for.
    pub what: String,
    /// The time limit.
    pub limit: Duration,
}

/// Deadlines are counted in turns of this length. A turn that took longer, because the process was
/// stopped or starved, counts as one.
pub(crate) const TURN: Duration = Duration::from_millis(250);

/// Runs `future` under a deadline in real time during which this process runs: a pause of any
/// length counts as a quarter of a second. For the harness's own waits; a party's timeouts run on
/// the stack's [`crate::Clock`].
///
/// # Errors
/// [`DeadlineExceeded`] names what was waited for.
#[expect(clippy::disallowed_methods, reason = "the harness's deadlines are real time by purpose")]
pub async fn within<F: Future>(
    what: impl Into<String>,
    limit: Duration,
    future: F,
) -> Result<F::Output, DeadlineExceeded> {
    let mut future = std::pin::pin!(future);
    let mut left = limit;
    loop {
        let turn = left.min(TURN);
        if let Ok(output) = tokio::time::timeout(turn, &mut future).await {
            return Ok(output);
        }
        left -= turn;
        if left.is_zero() {
            return Err(DeadlineExceeded { what: what.into(), limit });
        }
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn says_what_it_waited_for() {
        let error =
            super::within("an answer", std::time::Duration::from_millis(1), std::future::pending::<()>())
                .await
                .unwrap_err();
        assert_eq!(error.to_string(), "waited 1ms for an answer");
    }

    /// When a stopped process continues, all its timers have run out, and everything else it waits
    /// for is still pending.
    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "what blocks the only thread stops the process")]
    async fn a_pause_is_not_a_wait() {
        let answer = async {
            std::thread::sleep(std::time::Duration::from_millis(1500));
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            "answer"
        };
        assert_eq!(super::within("an answer", std::time::Duration::from_secs(1), answer).await, Ok("answer"));
    }
}
