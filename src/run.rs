//! Runs scenarios: the only module that uses scenario, walker and stack together.

mod action;
mod check;
mod ending;
mod kept;
mod meanwhile;
mod observe;
mod own_app;
mod person;
mod sign_in;
mod snapshot;
mod token;
mod variant;
mod verbs;
mod visitor;
mod walk;

pub use action::ActionError;
pub use check::Failure;
pub use kept::keep_wire;
pub use own_app::unreachable_by;
pub(crate) use person::shows;
pub(crate) use sign_in::{Session, SignInError, session};
pub use snapshot::{
    SnapshotResult, compare_snapshot, compare_walk, has_variant, snapshot_path, update_snapshot,
};
pub(crate) use token::{TokenError, TokenRequest, token};
pub use visitor::Visitor;
pub(crate) use walk::{ObservedWalk, observed_walk};
pub use walk::{WalkReport, diagnosed_walk, stack_for, walk};
