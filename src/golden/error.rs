//! Why a story cannot be replayed.

use crate::stack::{ManagementError, SavedStateError};

/// A story could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A listener could not be bound.
    #[error(transparent)]
    Bind(#[from] kit::BindError),
    /// The provider has no certificate.
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    /// No HTTP client.
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// The Management API refused a step of the set-up.
    #[error("set-up: {0}")]
    Management(#[from] ManagementError),
    /// A request of the recording got no answer.
    #[error("exchange {exchange}: {source}")]
    Send {
        /// Number of the exchange.
        exchange: u64,
        /// Why.
        source: kit::SendError,
    },
    /// A request of the recording got no answer in time.
    #[error("exchange {exchange}: {source}")]
    Deadline {
        /// Number of the exchange.
        exchange: u64,
        /// What was waited for.
        source: kit::DeadlineExceeded,
    },
    /// A request of the recording cannot be sent.
    #[error("exchange {exchange}: {source}")]
    Request {
        /// Number of the exchange.
        exchange: u64,
        /// What is wrong with it.
        source: http::Error,
    },
    /// A server ended with a panic, or did not end.
    #[error(transparent)]
    Serve(#[from] kit::ServeError),
    /// The tenant is not one for stories.
    #[error(
        "this tenant has {found}; stories delete what they find, so give them a Logto of its own, freshly seeded, \
         or delete those first"
    )]
    InUse {
        /// What it has.
        found: String,
    },
    /// The tenant's state could not be saved or put back.
    #[error(transparent)]
    SavedState(#[from] SavedStateError),
}
