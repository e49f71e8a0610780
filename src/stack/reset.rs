//! Resets a tenant of our own to its unused state, and proves that it is reset.
//!
//! Everything goes through the Management API. What cannot be reached that way
//! (sessions, grants, the audit log) belongs to deleted users and applications, and
//! no scenario sees it.

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
