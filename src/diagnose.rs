//! From a person's settings to what is wrong with them.
//!
//! A [`Case`] holds what somebody with a broken sign-in has: the connector as
//! Logto gives it, and as far as there is, the app's record, the sign-in
//! experience, the OAuth app at Hugging Face. [`diagnose()`] builds its twin on
//! the embedded stack, lets somebody sign in and out, and says what breaks first,
//! by a [finding](crate::findings). Then it repairs that in the twin and walks
//! again, until nothing breaks any more: so faults behind a fault are found, too.

mod addresses;
mod app;
mod capsule;
mod case;
mod checks;
mod diagnosis;
mod disguise;
mod engine;
mod error;
mod input;
mod levers;
mod stand_ins;
mod tenant;
mod text;
mod twin;
mod twin_parts;
mod words;
mod yaml;

pub use app::App;
pub(crate) use app::OwnApp;
pub(crate) use capsule::capsule_of_scenario;
pub use capsule::{Capsule, capsule};
pub use case::{AppCase, Case, ConnectorCase};
pub use checks::Stage;
pub use diagnosis::{Check, CheckResult, Diagnosis, Found};
pub use engine::diagnose;
#[doc(hidden)]
pub use error::InputError;
pub use error::TenantReadError;
pub use error::{CapsuleError, DiagnoseError};
