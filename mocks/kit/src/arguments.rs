//! The arguments of a command, and what is said of them.

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::output::{self, Form};
use crate::secret;

/// Parses the arguments of the process. Help, version and what is wrong with them are printed here,
/// without the secrets that are among them.
///
/// # Errors
/// The exit code with which to end: success after help that was asked for, 70
/// when that could not be written.
pub fn parse<A: Parser>() -> Result<A, ExitCode> {
    let command = A::command();
    secret::learn_arguments(&command, texts());
    A::try_parse().map_err(|error| {
        secret::learn_what_follows_secrets(&command, texts());
        let text = error.render().to_string();
        // An argument may be the name of a file that somebody else chose.
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

/// The arguments of the process, as far as they are text.
fn texts() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}
