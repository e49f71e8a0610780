//! An app that somebody else starts: it is told its variables by a file, and waited for.

use std::path::Path;
use std::time::Duration;

use kit::Client;
use kit::files::{self, Access};
use url::Url;

use super::error::AppError;
use crate::stack::probe;
use crate::stack::steps::{StartError, StepError};

/// Writes the file of `--app-env`: what an app needs, a `NAME=value` to the line.
///
/// # Errors
/// [`AppError::Variables`].
pub(crate) fn write(file: &Path, variables: &[(&'static str, String)]) -> Result<(), AppError> {
    let lines: String = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    // Whoever waits for the file finds all of it; the app's secret is in it.
    files::replace(file, lines, Access::Secret)
        .map_err(|source| AppError::Variables { file: file.to_owned(), source })
}

/// Waits until the app answers, whatever it answers.
///
/// # Errors
/// [`StartError`] when it does not within `limit`.
pub(in crate::stack) async fn is_up(client: &Client, url: &Url, limit: Duration) -> Result<(), StartError> {
    let failed = |cause: StepError| StartError { step: "wait for the app", cause };
    let mut last = None;
    let answer = probe::answers(client, url, &mut last);
    match kit::within("the app's first answer", limit, answer).await {
        Ok(answered) => answered.map_err(|error| failed(error.into())),
        Err(_) => Err(failed(probe::no_app(client, url.clone(), limit, last).await.into())),
    }
}
