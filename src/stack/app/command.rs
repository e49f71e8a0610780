//! An app that the stack starts with a command, and stops.

use url::Url;

use super::error::AppError;
use crate::process::App;
use crate::stack::steps::StartError;

/// Starts the app at its origin, with these variables and `PORT`.
///
/// # Errors
/// [`AppError::Command`].
pub(in crate::stack) fn start(
    command: &str,
    origin: &Url,
    variables: Vec<(&'static str, String)>,
) -> Result<App, AppError> {
    let port = origin.port_or_known_default().map(|port| ("PORT", port.to_string()));
    App::start(command, variables.into_iter().chain(port))
        .map_err(|source| AppError::Command { command: command.to_owned(), source })
}

/// Waits until the app answers or its command has failed.
///
/// # Errors
/// [`AppError::Ended`] if the command has failed, [`AppError::NoAnswer`] if the app takes too long.
pub(in crate::stack) async fn is_up(
    app: &mut App,
    origin: &Url,
    answers: impl Future<Output = Result<(), StartError>>,
) -> Result<(), AppError> {
    tokio::select! {
        answered = answers => Ok(answered?),
        status = app.failed() => Err(AppError::Ended { status, origin: origin.clone() }),
    }
}
