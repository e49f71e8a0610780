//! Why a story could not be replayed.

use crate::stack::{ManagementError, SavedStateError};

/// A story could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A listener could not be bound.
    #[error(transparent)]
    Bind(#[from] kit::BindError),
    /// The provider's certificate could not be created.
    #[error(transparent)]
    Ca(#[from] kit::CaError),
    /// The HTTP client could not be created.
    #[error(transparent)]
    Client(#[from] kit::ClientError),
    /// The Management API refused a step of the set-up.
    #[error("set-up: {0}")]
    Management(#[from] ManagementError),
    /// A request of the recording was not answered.
    #[error("exchange {exchange}: {source}")]
    Send {
        /// Number of the exchange in the recording.
        exchange: u64,
        /// The client's error.
        source: kit::SendError,
    },
    /// A request of the recording was not answered in time.
    #[error("exchange {exchange}: {source}")]
    Deadline {
        /// Number of the exchange in the recording.
        exchange: u64,
        /// The deadline that passed.
        source: kit::DeadlineExceeded,
    },
    /// A request of the recording cannot be sent.
    #[error("exchange {exchange}: {source}")]
    Request {
        /// Number of the exchange in the recording.
        exchange: u64,
        /// Why the request is invalid.
        source: http::Error,
    },
    /// A request of the recording is for an address that does not belong to it.
    #[error(
        "exchange {exchange}: {url} is neither an address of the recorded Logto ({logto}) nor of \
         https://huggingface.co, and nothing else is called", logto = logto.join(", ")
    )]
    Outside {
        /// Number of the exchange in the recording.
        exchange: u64,
        /// The recorded URL.
        url: String,
        /// Where the recorded Logto was.
        logto: Vec<String>,
    },
    /// A server panicked, or did not stop.
    #[error(transparent)]
    Serve(#[from] kit::ServeError),
    /// The tenant is in use, so stories must not run in it.
    #[error(
        "this tenant has {found}; stories delete everything in it, so use a separate, freshly seeded Logto, \
         or delete these first"
    )]
    InUse {
        /// What the tenant contains, e.g. `2 users`.
        found: String,
    },
    /// The tenant's state could not be saved or restored.
    #[error(transparent)]
    SavedState(#[from] SavedStateError),
}
