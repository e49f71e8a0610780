//! The command as its own guard process (`src/process`).

use super::exit::CliError;
use crate::process;

/// Starts an app, and ends it when the command that started this process is gone.
pub(crate) async fn guard(command: &str) -> Result<(), CliError> {
    process::lead(command).await.map_err(|source| CliError::Io { what: "start the app", source })
}
