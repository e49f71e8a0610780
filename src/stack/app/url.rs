//! An app that you start: the stack writes its variables to a file and waits for it.

use std::path::Path;
use std::time::Duration;

use kit::Client;
use kit::files::{self, Access};
use url::Url;

use super::error::AppError;
use crate::stack::probe;
use crate::stack::steps::{StartError, StepError};

/// Writes the file for `--app-env`: what an app needs, one `NAME=value` per line.
///
/// # Errors
/// [`AppError::Variables`].
pub(crate) fn write(file: &Path, variables: &[(&'static str, String)]) -> Result<(), AppError> {
    let lines: String = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    // Written at once, so that a script waiting for the file never reads half of it; it holds the app's
    // secret.
    files::replace(file, lines, Access::Secret)
        .map_err(|source| AppError::Variables { file: file.to_owned(), source })
}

/// Waits until the app answers, with any status.
///
/// # Errors
/// [`StartError`] if it does not within `limit`.
pub(in crate::stack) async fn is_up(client: &Client, url: &Url, limit: Duration) -> Result<(), StartError> {
    let failed = |cause: StepError| StartError { step: "wait for the app", cause };
    let mut last = None;
    let answer = probe::answers(client, url, &mut last);
    match kit::within("the app's first answer", limit, answer).await {
        Ok(answered) => answered.map_err(|error| failed(error.into())),
        Err(_) => Err(failed(probe::no_app(client, url.clone(), limit, last).await.into())),
    }
}
