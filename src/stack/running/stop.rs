//! The end of a stack.

use std::sync::PoisonError;

use kit::Running;

use super::super::broker::InContainers;
use super::super::management::ManagementError;
use super::super::reset;
use super::super::restore::Restored;
use super::super::saved::SavedStateError;
use super::super::stubs::StubError;
use super::Stack;

/// A stack did not stop cleanly.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// A mock's handler panicked.
    #[error(transparent)]
    Serve(#[from] kit::ServeError),
    /// A shared tenant was not restored completely.
    #[error(transparent)]
    NotRestored(#[from] SavedStateError),
    /// Logto still counts failed attempts, and may lock an identifier.
    #[error("failed sign-in attempts could not be cleared: {0}")]
    NotForgiven(#[from] ManagementError),
    /// A stub of Hugging Face was called more or less often than it expects.
    #[error(transparent)]
    Stub(#[from] StubError),
}

impl Stack {
    /// Stops an app that the stack has started, restores a shared tenant, shuts the servers down, and
    /// verifies the stubs.
    ///
    /// # Errors
    /// [`StopError`] if a mock panicked, a tenant was not restored, or a stub was not called
    /// as it expects.
    pub async fn stop(self) -> Result<Restored, StopError> {
        // Stopped while the parties still answer it.
        self.app.end().await;
        // The tenant first, so that its failure is reported; the servers in any case.
        let forgiven = match self.containers.as_ref().and_then(InContainers::shared) {
            Some(_) => {
                let tried = self.tried.into_inner().unwrap_or_else(PoisonError::into_inner);
                reset::forgive(self.tenant.management(), &Vec::from_iter(tried)).await
            }
            None => Ok(()),
        };
        let restored = self.tenant.restore().await;
        drop(self.browser);
        // Concurrently: each waits for the requests that it is answering.
        let ended = futures_util::future::join_all(self.servers.into_iter().map(Running::shutdown)).await;
        let stopped = ended.into_iter().collect::<Result<Vec<()>, _>>();
        let stubbed = match self.stubs {
            Some(stubs) => stubs.verify().await,
            None => Ok(()),
        };
        drop(self.turn);
        if let Some(containers) = self.containers {
            containers.stop().await;
        }
        // A tenant that was not restored is the most serious failure.
        let restored = restored?;
        forgiven?;
        stopped?;
        stubbed?;
        Ok(restored)
    }
}
