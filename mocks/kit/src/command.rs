//! The command of a party that serves until Ctrl-C.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::{arguments, output};

/// Runs a command with the arguments of the process: reports its error under its name, and ends
/// with the code of the error. `no_runtime` is the error if the async runtime does not start.
pub fn run<A: Parser, E: Display>(
    name: &str,
    no_runtime: fn(io::Error) -> E,
    code: fn(&E) -> u8,
    serve: impl AsyncFnOnce(A) -> Result<(), E>,
) -> ExitCode {
    let arguments = match arguments::parse() {
        Ok(arguments) => arguments,
        Err(told) => return told,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(no_runtime).and_then(|runtime| runtime.block_on(serve(arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{name}: {error}"));
            ExitCode::from(code(&error))
        }
    }
}
