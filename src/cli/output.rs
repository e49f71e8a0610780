//! Standard output: silent if its reader is gone, an error if it is full.

use kit::output::{self, Form};

use super::exit::CliError;
use super::style::Style;

/// Prints lines for people, with the colors that a [`Style`] set in them.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let style = Style::of_stdout();
    output::print_painted(text, |c| style.sequence(c)).map_err(failed)
}

/// Prints JSON, or a part of it.
pub(crate) fn print_json(text: &str) -> Result<(), CliError> {
    output::print(text, Form::Json).map_err(failed)
}

/// Prints what the command exists to hand out, secrets and all.
pub(crate) fn hand_out(text: &str, is_json: bool) -> Result<(), CliError> {
    output::hand_out(text, if is_json { Form::Json } else { Form::Text }).map_err(failed)
}

/// The error for a standard output that cannot be written.
pub(crate) fn failed(source: std::io::Error) -> CliError {
    CliError::Io { what: "cannot write to standard output", source }
}
