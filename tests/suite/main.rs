//! Every hand-written test of the harness, in one binary: each further binary
//! would cost its own link time.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(clippy::disallowed_macros, reason = "a test prints what it skips")]

mod app_files;
mod authorization_order;
mod back_channel;
mod back_channel_logout;
mod browser;
mod by_environment;
mod command;
mod compose;
#[cfg(unix)]
mod container;
mod control_api;
mod coverage;
mod diagnose;
mod diagnosis_corpus;
mod documentation;
#[cfg(target_os = "linux")]
mod documented;
mod endurance;
mod examples;
mod external;
mod fidelity;
mod findings;
mod generated;
mod golden_walk;
mod hostile;
mod init;
mod lifetimes;
mod misconfigurations;
mod operations;
mod other_suites;
mod own_app;
mod project;
mod serving;
mod sign_in_page;
mod standing;
mod stubs;
mod support;
mod versions;
