//! The command line: parse, run, exit code. The work is done in the library.

mod access;
mod arguments;
mod backend;
mod ca;
mod capsule;
mod check;
mod clean;
mod completions;
mod diagnose;
mod dispatch;
mod docker_host;
mod exit;
mod fidelity;
mod guard;
mod init;
mod live;
mod logto_version;
mod output;
mod own_app;
mod panics;
mod probe;
mod provision;
mod restore;
mod run;
mod running_stack;
mod secrets;
mod serve;
mod session;
mod style;
mod token;
mod up;
mod usage;

pub use dispatch::main;
