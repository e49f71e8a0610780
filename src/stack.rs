//! Brings the parties of a sign-in up and down.
//!
//! Start-up order: bind all listeners → compute [`Endpoints`] → build each
//! configuration → serve → provision → probe → hand over. Each step has a name
//! and a deadline. Everything is configured through the interfaces a real user
//! has: Logto through its Management API, Hugging Face through an OAuth app.

mod ahead;
mod app_server;
mod builder;
mod control;
mod endpoints;
mod known;
mod management;
mod names;
mod parts;
mod plan;
mod probe;
mod reset;
mod restore;
mod running;
mod saved;
mod settings;
mod standing;
mod steps;
mod stubs;
mod surroundings;
mod survey;
mod tenant;
mod tenant_error;
mod time;

pub use builder::{External, Logto, StackBuilder};
pub use control::ControlError;
pub use endpoints::{Endpoints, HUGGINGFACE_HOST, OtherName};
pub use known::Known;
pub use management::{Answer, Credentials, Management, ManagementError};
pub use names::UnknownName;
pub use probe::ProbeError;
pub use reset::NotClean;
#[cfg(feature = "cli")]
pub(crate) use reset::{empty, not_seeded};
pub use restore::Restored;
pub use running::{Stack, StopError};
pub use saved::{BorrowedConnector, Creation, SavedState, SavedStateError, StateFile};
pub use settings::{
    AppChange, AppCredentials, ApplicationSettings, ConnectorFactory, ConnectorSettings, IdentitySettings,
    OauthAppSettings, TenantSettings,
};
pub use standing::Standing;
pub use steps::{BindError, StartError, StepError};
pub use stubs::StubError;
pub use surroundings::{Clocks, Deployment, Proxies, Way};
pub use tenant_error::TenantError;
