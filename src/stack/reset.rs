//! Making a tenant of our own as if nobody had been in it, and proving it.
//!
//! Everything goes through the Management API, as a person would do it; what
//! cannot be reached that way (sessions, grants, the audit log) belongs to users
//! and applications that are deleted, and no scenario sees it.

mod inventory;
mod lockouts;
mod undo;

pub(super) use lockouts::forgive;
pub use undo::NotClean;
pub(super) use undo::as_untouched;
