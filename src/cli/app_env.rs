//! The file of `--app-env`: what an app needs, a `NAME=value` to the line.

use std::path::Path;

use super::exit::CliError;

/// Writes the file.
///
/// # Errors
/// [`CliError::Io`].
pub(crate) fn write(file: &Path, variables: &[(&'static str, String)]) -> Result<(), CliError> {
    let lines: String = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    // Beside it first, so that whoever waits for the file finds all of it.
    let beside = file.with_extension("new");
    std::fs::write(&beside, lines)
        .and_then(|()| std::fs::rename(&beside, file))
        .map_err(|source| CliError::Io { what: "write the file of --app-env", source })
}
