//! The real Logto in containers.
//!
//! With Docker and both images here, `cargo test` shows what matters most: walks
//! with the same transcripts, a tenant that is reset, and nothing left after a kill.
//! `LOGTO_TESTKIT_LOGTO=container[:TAG]` adds all the rest, and makes a missing
//! Docker a failure. What is skipped says why.

mod engine;
mod images;
mod lifetimes;
mod reset;
mod support;
