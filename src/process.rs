//! Processes that this one starts, and how they end together with it.
//!
//! A kill runs no destructors. Therefore everything that must not outlive this process has a guard:
//! a separate process at the other end of a pipe to us. The operating system closes the pipe
//! however we end; then the guard does what we can no longer do.

mod app;
mod guard;

pub(crate) use app::{App, Output, lead};
#[cfg(feature = "container")]
pub(crate) use guard::{Guard, is_released};
