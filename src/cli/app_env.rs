//! The file of `--app-env`: what an app needs, a `NAME=value` to the line.

use std::path::Path;

use kit::files::{self, Access};

use super::exit::CliError;

/// Writes the file.
///
/// # Errors
/// [`CliError::Io`].
pub(crate) fn write(file: &Path, variables: &[(&'static str, String)]) -> Result<(), CliError> {
    let lines: String = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    // Whoever waits for the file finds all of it; the app's secret is in it.
    files::replace(file, lines, Access::Secret)
        .map_err(|source| CliError::Io { what: "write the file of --app-env", source })
}
