//! Replays recorded traffic of a real Logto.
//!
//! Stories are files in the format described in the README of `tests/golden/`. `replay` sets up a
//! Logto as a story says, sends the story's requests with this run's values in place of the
//! recorded ones, and compares every response and every call of Logto to the provider. It works
//! with our double or with a running Logto: see [`Target`].
//!
//! ```
//! use logto_testkit::golden::{Story, Target, replay};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let story = Story::load("tests/golden/social/first-sign-in.json".as_ref())?;
//! let differences = replay(&story, &Target::Double).await?;
//! assert!(differences.is_empty(), "{}", differences[0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod addresses;
mod answers;
mod build;
mod calls;
mod difference;
mod error;
mod fuzz;
mod id_tokens;
mod known;
mod learn;
mod places;
mod provider;
mod record;
mod replay;
mod story;
mod target;
mod tenant;
mod values;

pub use build::Build;
pub use difference::Difference;
pub use error::ReplayError;
pub use fuzz::{Area, Found, Fuzz, FuzzError, Kind};
pub use known::{
    FILE as KNOWN_DIFFERENCES_FILE, KnownDifference, KnownDifferences, KnownDifferencesError, KnownKind,
    Side as KnownOn,
};
pub use replay::{replay, replay_on};
pub use story::{
    Carry, Derived, Exchange, HuggingFace, MoreApplication, Request, Resource, Response, Setup, Side, Story,
    StoryError, stories,
};
pub use target::{RunningLogto, Target};
pub use tenant::Tenant;
