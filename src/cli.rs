//! The command line: parse, run, exit code. What it does is in the library.

mod arguments;
mod ca;
mod exit;
mod restore;
mod run;
mod up;

pub(crate) use exit::main;
