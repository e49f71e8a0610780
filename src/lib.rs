//! Integration-test harness and mock identity stack for sign-in through
//! **Logto** with the **Hugging Face** connector.
//!
//! It brings up all three parties on one machine (a mock Hugging Face served as
//! `https://huggingface.co`, a Logto, and an app), walks through the sign-in as
//! a browser would, and records every hop:
//!
//! * [`Stack`] starts, provisions and probes the parties;
//! * [`Scenario`] is a file that tells the story;
//! * [`walk`] plays it on a stack, and gives a [`WalkReport`]: what was expected
//!   and did not come, and the [`transcript`] of the walk.
//!
//! ```
//! use logto_testkit::{Scenario, Stack, stack_for, walk};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let scenario = Scenario::load("scenarios/sign-in/first-visit.yaml".as_ref())?;
//! let stack: Stack = stack_for(&scenario)?.start().await?;
//! let report = walk(&stack, &scenario).await?;
//! assert!(report.passed(), "{}", report.transcript);
//! stack.stop().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The parts below are public for people who script a walk by hand:
//! [`walker`] is a browser that follows nothing by itself, [`signin_page`] does
//! what Logto's sign-in page does.

mod placeholder;
mod run;
pub mod scenario;
pub mod signin_page;
pub mod stack;
pub mod transcript;
pub mod walker;

pub use run::{
    ActionError, Failure, RunError, SnapshotResult, Visitor, WalkReport, compare_snapshot, snapshot_path,
    stack_for, update_snapshot, walk,
};
pub use scenario::{Scenario, ScenarioError};
pub use stack::Stack;
