//! Scenario files: a sign-in described as a tester would describe it.
//!
//! Typed and strict. An unknown key is refused with file, line, column and a hint; a step has
//! exactly one verb. For the reference with examples see `docs/scenarios.md`, for the JSON Schema
//! for editors `schema`.
//!
//! ```
//! use logto_testkit::Scenario;
//!
//! let text = r#"
//! description: The home page greets a stranger.
//! steps:
//!   - visit: /
//!     expect: { status: 200, text: "You are not logged in to this website. :(" }
//! "#;
//! let scenario = Scenario::parse(text, "stranger.yaml".as_ref())?;
//! assert_eq!(scenario.steps.len(), 1);
//! # Ok::<(), logto_testkit::ScenarioError>(())
//! ```

mod capture;
mod case;
mod change;
mod error;
mod expand;
mod expect;
mod find;
mod model;
mod parameters;
mod parse;
mod permissions;
mod raw;
#[cfg(feature = "schema")]
mod schema;
mod secrets;
mod size;
mod syntax;
mod verb;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use capture::{Capture, CaptureSource};
pub(crate) use case::position;
pub(crate) use change::{AdminCall, HuggingFaceChange, KeyRotation};
pub use error::ScenarioError;
pub(crate) use expect::{Expect, ExpectedRefusal, Question, SessionExpectation, ToAuthorize};
#[doc(hidden)]
pub use find::find;
#[doc(hidden)]
pub use model::BackendKind;
pub use model::Scenario;
pub(crate) use model::Step;
pub(crate) use parse::documents;
#[cfg(feature = "schema")]
#[doc(hidden)]
pub use schema::schema;
pub use verb::Choice;
#[doc(hidden)]
pub use verb::Verb;
pub(crate) use verb::{LostStorage, PasswordAccount, Profile, Reloaded};
pub(crate) use words::enumerated;
