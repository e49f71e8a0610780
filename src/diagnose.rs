//! From a person's settings to what is wrong with them.
//!
//! A [`Case`] contains what the owner of a broken sign-in has: the connector as Logto returns it
//! and, where available, the app's record, the sign-in experience, and the OAuth app at Hugging
//! Face. [`diagnose()`] builds its twin on the embedded stack, lets a person sign in and out, and
//! reports what breaks first, as a [finding](crate::findings). Then it repairs that in the twin and
//! walks again, until nothing breaks any more: this way it also finds faults behind a fault.

mod addresses;
mod app;
mod capsule;
mod case;
mod checks;
mod diagnosis;
mod disguise;
mod engine;
mod error;
mod experience;
mod input;
mod members;
mod permissions;
mod places;
mod relocated;
mod repairs;
mod secrets;
mod sent;
mod stand_ins;
mod tenant;
mod text;
mod twin;
mod twin_parts;
mod warnings;
mod words;
mod yaml;

pub use app::App;
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
