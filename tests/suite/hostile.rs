//! Untrusted input: what it must not cause, whatever it is.

mod answers;
mod bombs;
mod properties;
mod smoke;
#[path = "../../fuzz/targets.rs"]
mod targets;
