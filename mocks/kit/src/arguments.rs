//! Parsing a command's arguments, and reporting errors in them.

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::output::{self, Form};
use crate::secret;

/// Parses the arguments of the process. Help, version and errors are printed here, without the
/// secrets in the arguments.
///
/// # Errors
/// The exit code with which to end: success after requested help, 70 if the output could not be
/// written.
pub fn parse<A: Parser>() -> Result<A, ExitCode> {
    let command = A::command();
    secret::learn_arguments(&command, texts());
    A::try_parse().map_err(|error| {
        secret::learn_what_follows_secrets(&command, texts());
        let text = error.render().to_string();
        // An argument may be a file name that another person chose.
        let printed = if output::escaped(&text, Form::Text) == text {
            error.print()
        } else {
            output::complain(&text);
            Ok(())
        };
        match printed {
            _ if error.use_stderr() => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
            Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
                output::complain(&format!("error: cannot write to standard output: {failed}"));
                ExitCode::from(70)
            }
            _ => ExitCode::SUCCESS,
        }
    })
}

/// The arguments of the process that are valid text.
fn texts() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}
