//! The command as its own guard process (`src/process`).

use super::exit::CliError;
use crate::process;

/// Starts an app, and ends it when the command that started this process is gone.
pub(crate) async fn guard(command: &str) -> Result<(), CliError> {
    match process::lead(command).await {
        Ok(None) => Ok(()),
        Ok(Some(code)) => std::process::exit(code),
        Err(source) => Err(CliError::Io { what: "start the app", source }),
    }
}
