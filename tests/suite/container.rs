//! The real Logto in containers.
//!
//! With Docker and both images available, `cargo test` checks what matters most:
//! walks give the same transcripts, the tenant is reset, and nothing is left after a
//! kill. `LOGTO_TESTKIT_LOGTO=container[:TAG]` adds the other tests, and makes a
//! missing Docker a failure. A skipped test says why.

mod engine;
mod images;
mod lifetimes;
mod reset;
mod support;
