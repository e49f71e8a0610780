//! Processes that this one starts, and what ends them with it.
//!
//! A kill runs no destructor. So whatever must not outlive this process has a
//! guard: a process of its own at the other end of a pipe to us. The
//! system closes the pipe however we end; then the guard does what we cannot do any more.

mod app;
mod guard;

pub(crate) use app::{App, lead};
#[cfg(feature = "container")]
pub(crate) use guard::{Guard, is_released};
