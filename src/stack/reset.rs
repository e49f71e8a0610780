//! Making a tenant of our own as if nobody had been in it, and proving it.
//!
//! Everything goes through the Management API, as a person would do it; what
//! cannot be reached that way (sessions, grants, the audit log) belongs to users
//! and applications that are deleted, and no scenario sees it.

mod inventory;
mod lockouts;
mod seeded;
mod undo;

pub(super) use inventory::{LISTS, SETTINGS, differing};
pub(super) use lockouts::forgive;
pub(crate) use seeded::empty;
#[cfg(feature = "cli")]
pub(crate) use seeded::not_seeded;
pub(crate) use undo::NotClean;
pub(super) use undo::{as_untouched, is_settings, put_settings_back};
