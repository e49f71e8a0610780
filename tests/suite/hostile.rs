//! Text of others: what it must not do to us, whatever it is.

mod answers;
mod bombs;
mod properties;
mod smoke;
#[path = "../../fuzz/targets.rs"]
mod targets;
