//! Scenario files: a sign-in told as a tester would tell it.
//!
//! Typed and strict. An unknown key is refused with file, line, column and a
//! hint; a step has exactly one verb. The reference with examples is
//! `docs/scenarios.md`, the JSON Schema for editors [`schema`].
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

mod change;
mod error;
mod expand;
mod expect;
mod find;
mod given;
mod hint;
mod model;
mod node;
mod parameters;
mod parse;
mod raw;
mod schema;
mod secrets;
mod size;
mod surroundings;
mod typed;

#[cfg(test)]
mod tests;

pub use change::{AdminCall, AppRestart, HuggingFaceChange, KeyRotation};
pub use error::ScenarioError;
pub use expect::{Expect, ExpectedAnswer, ExpectedRefusal, Question, SessionExpectation};
pub use find::find;
pub use given::{
    Given, GivenApp, GivenApplication, GivenApplicationKind, GivenBrowser, GivenConnector,
    GivenConnectorFactory, GivenHuggingFace, GivenIdentity, GivenOauthApp, GivenSignInExperience, GivenUser,
    Identifier, PasswordLength, PasswordPolicy, PasswordRejects, SignIn, SignInMethod, SignInMode, SignUp,
    SocialSignIn,
};
pub(crate) use hint::nearest;
pub use model::{
    BackendKind, Capture, CaptureSource, Choice, LostStorage, Needs, PasswordAccount, Profile, Scenario,
    Step, Verb,
};
pub(crate) use parse::documents;
pub(crate) use schema::enumerated;
pub use schema::schema;
pub use surroundings::{GivenClocks, GivenLogto, GivenProxies, NetworkChange, Reach, clock_offset};
