//! Scenario files: a sign-in told as a tester would tell it.
//!
//! Typed and strict. An unknown key is refused with file, line, column and a
//! hint; a step has exactly one verb.
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

mod hint;
mod model;
mod parse;

pub use model::{
    Expect, Given, GivenApp, GivenConnector, GivenHuggingFace, Scenario, SessionExpectation, Step, Verb,
};
pub use parse::{ScenarioError, find};
