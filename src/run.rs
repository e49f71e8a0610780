//! Runs scenarios: the only module that uses scenario, walker and stack together.

mod action;
mod check;
mod kept;
mod meanwhile;
mod observe;
mod person;
mod snapshot;
mod verbs;
mod visitor;
mod walk;

pub use action::ActionError;
pub use check::Failure;
pub use kept::keep_wire;
pub use snapshot::{SnapshotResult, compare_snapshot, compare_so_far, snapshot_path, update_snapshot};
pub use visitor::Visitor;
pub(crate) use walk::{ObservedWalk, observed_walk};
pub use walk::{WalkReport, diagnosed_walk, stack_for, walk};
