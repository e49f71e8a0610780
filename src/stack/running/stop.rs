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
    /// A shared tenant is not as it was.
    #[error(transparent)]
    NotRestored(#[from] SavedStateError),
    /// Failed attempts are still counted, and may lock somebody out.
    #[error("failed attempts to sign in are not forgiven: {0}")]
    NotForgiven(#[from] ManagementError),
    /// A stub of Hugging Face was called more or less often than it expects.
    #[error(transparent)]
    Stub(#[from] StubError),
}

impl Stack {
    /// Ends an app that the stack has started, puts a shared tenant back, shuts the servers down, and verifies the stubs.
    ///
    /// # Errors
    /// [`StopError`] when a mock panicked, a tenant is not as it was, or a stub was
    /// not called as it expects.
    pub async fn stop(self) -> Result<Restored, StopError> {
        // While the parties still answer it.
        self.app.end().await;
        // The tenant first, while a failure can still be told; the servers in any case.
        let forgiven = match self.containers.as_ref().and_then(InContainers::shared) {
            Some(_) => {
                let tried = self.tried.into_inner().unwrap_or_else(PoisonError::into_inner);
                reset::forgive(self.tenant.management(), &Vec::from_iter(tried)).await
            }
            None => Ok(()),
        };
        let restored = self.tenant.restore().await;
        drop(self.browser);
        // All at once: each waits for what it is answering.
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
        // A tenant that is not as it was is the worst of these.
        let restored = restored?;
        forgiven?;
        stopped?;
        stubbed?;
        Ok(restored)
    }
}
