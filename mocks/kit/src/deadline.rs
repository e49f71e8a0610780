//! Deadlines of the harness itself, in real time.

use std::future::Future;
use std::time::Duration;

/// A wait of the harness took too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited {limit:?} for {what}")]
pub struct DeadlineExceeded {
    /// What was waited for.
    pub what: String,
    /// How long.
    pub limit: Duration,
}

/// Runs `future` under a deadline in real time. For the harness's own waits;
/// a party's time-outs run on the stack's [`crate::Clock`].
///
/// # Errors
/// [`DeadlineExceeded`] says what was waited for.
#[expect(clippy::disallowed_methods, reason = "the harness's deadlines are real time by purpose")]
pub async fn within<F: Future>(
    what: impl Into<String>,
    limit: Duration,
    future: F,
) -> Result<F::Output, DeadlineExceeded> {
    tokio::time::timeout(limit, future).await.map_err(|_| DeadlineExceeded { what: what.into(), limit })
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
}
