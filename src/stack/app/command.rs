//! An app that the stack starts with a command, and stops.

use url::Url;

use super::error::{AppError, CommandState};
use crate::process::App;
use crate::stack::probe::ProbeError;
use crate::stack::steps::{StartError, StepError};

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
/// [`AppError::Ended`] if the command has failed, [`AppError::Silent`] if nothing answers in time,
/// [`AppError::NoAnswer`] if the answer is not HTTP.
pub(in crate::stack) async fn is_up(
    app: &mut App,
    origin: &Url,
    answers: impl Future<Output = Result<(), StartError>>,
) -> Result<(), AppError> {
    tokio::select! {
        answered = answers => answered.map_err(|error| unanswered(error, app.runs())),
        status = app.failed() => Err(AppError::Ended { status, origin: origin.clone() }),
    }
}

/// Tells what became of the command instead of how an app is started by hand.
fn unanswered(error: StartError, command: Option<bool>) -> AppError {
    match error.cause {
        StepError::Probe(ProbeError::NoApp { app, limit, cause }) => {
            let command = match command {
                Some(true) => CommandState::Running,
                Some(false) => CommandState::Ended,
                None => CommandState::Unknown,
            };
            AppError::Silent { command, origin: app, limit, cause }
        }
        _ => AppError::NoAnswer(error),
    }
}
