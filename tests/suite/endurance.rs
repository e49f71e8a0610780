//! What the product must survive: too few descriptors, full disks, clocks that
//! step, a machine that pauses, hostile input, kills at any moment.
//!
//! All of it takes its time, and is ignored unless it is asked for; some of it has a long form, too
//! (`docs/reliability.md`).

#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod input;
mod kills;
#[cfg(unix)]
mod output;
mod processes;
mod races;
mod raw_headers;
mod seconds;
mod soak;
#[cfg(unix)]
mod terminal;
mod time;

mod access;
mod answers;
#[cfg(target_os = "linux")]
mod bounded;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod malformed;
mod markers;
#[cfg(unix)]
mod served;
#[cfg(unix)]
mod shapes;
