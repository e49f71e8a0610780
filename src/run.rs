//! The only place where scenario, walker and stack meet.

mod check;
mod given;
mod person;
mod snapshot;
mod walk;

pub use check::Failure;
pub use given::stack_for;
pub use snapshot::{SnapshotResult, compare_snapshot, snapshot_path, update_snapshot};
pub use walk::{RunError, WalkReport, walk};
