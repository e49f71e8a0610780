//! Text of others: what it must not do to us, whatever it is.

mod bombs;
mod smoke;
#[path = "../../fuzz/targets.rs"]
mod targets;
