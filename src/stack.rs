//! Brings the parties of a sign-in up and down.
//!
//! Start-up order: bind all listeners → compute [`Endpoints`] → build each
//! configuration → serve → provision → probe → hand over. Each step has a name
//! and a deadline. Everything is configured through the interfaces a real user
//! has: Logto through its Management API, Hugging Face through an OAuth app.

mod ahead;
mod app;
mod assembly;
mod base;
mod broker;
mod builder;
mod control;
mod endpoints;
mod known;
mod management;
mod names;
mod permissions;
mod plan;
mod planned;
mod probe;
mod reset;
mod restore;
mod running;
mod saved;
mod second_app;
mod standing;
mod steps;
#[cfg(feature = "stubs")]
mod stubs;
#[cfg(not(feature = "stubs"))]
#[path = "stack/stubs/absent.rs"]
mod stubs;
mod surroundings;
mod survey;
mod tenant;
mod tenant_error;
mod time;
pub(crate) mod version;

pub(crate) use app::own::{last_lines, write_variables};
pub use app::{AppError, CommandState, SharedApp};
pub use builder::{External, Logto, StackBuilder};
pub use endpoints::Endpoints;
#[doc(hidden)]
pub use endpoints::HUGGINGFACE_HOST;
pub(crate) use endpoints::localhost;
#[doc(hidden)]
pub use known::Known;
#[doc(hidden)]
pub use management::Answer;
pub use management::{Credentials, Management, ManagementError};
pub(crate) use names::UnknownName;
#[cfg(feature = "cli")]
pub(crate) use reset::{empty, not_seeded};
#[doc(hidden)]
pub use restore::Restored;
#[doc(hidden)]
pub use running::Stack;
pub use running::StopError;
#[doc(hidden)]
pub use saved::SavedState;
pub(crate) use saved::SavedStateError;
pub use saved::StateFile;
#[doc(hidden)]
pub use standing::Standing;
pub use steps::{StartError, StepError};
pub use tenant_error::TenantError;
