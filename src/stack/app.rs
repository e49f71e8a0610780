//! The app that people sign in to: the sample app, or one of your own.
//!
//! An app of your own listens at the origin that you give. It learns its id and secret once Logto has issued
//! them: from you, from a file, or from the environment of a command that the stack starts and stops.

pub(super) mod command;
mod error;
pub(super) mod sample;
pub(super) mod url;

use std::path::PathBuf;
use std::time::Duration;

use ::url::Url;
use kit::Client;

pub use self::error::{AppError, CommandState};
use self::sample::AppServer;
use super::known::Known;
use crate::process;

/// An app of your own in place of the sample app.
#[derive(Debug, Clone)]
pub struct OwnApp {
    /// Its origin; it need not answer there yet.
    pub origin: Url,
    /// How it is started.
    pub start: AppStart,
    /// How long it may take to answer.
    pub limit: Duration,
    /// One process serves several stacks, one after another.
    pub shared: bool,
}

/// How an app of your own is started, and learns the [variables](super::Stack::environment) that it needs.
#[derive(Debug, Clone)]
pub enum AppStart {
    /// You start it, and pass it the variables.
    ByHand,
    /// You start it, with the variables from this file, one `NAME=value` per line.
    File(PathBuf),
    /// The stack runs this command in a shell, with the variables and `PORT` in its environment. When the
    /// stack ends, so do the command and every process that it started.
    Command(String),
}

/// The app of a stack that is up.
#[derive(Debug)]
pub(super) enum RunningApp {
    Sample(AppServer),
    /// With its process, if the stack has started it.
    Own(OwnApp, Option<process::App>),
}

impl RunningApp {
    pub(super) fn sample(&self) -> Option<&AppServer> {
        match self {
            Self::Sample(server) => Some(server),
            Self::Own(..) => None,
        }
    }

    pub(super) fn own(&self) -> Option<&OwnApp> {
        match self {
            Self::Sample(_) => None,
            Self::Own(app, _) => Some(app),
        }
    }

    /// Starts an app of your own with these variables, and waits until it answers at `address`.
    pub(super) async fn start(
        &mut self,
        variables: Vec<(&'static str, String)>,
        client: &Client,
        address: &Url,
    ) -> Result<(), AppError> {
        let Self::Own(OwnApp { origin, start, limit, .. }, process) = self else { return Ok(()) };
        let answers = url::is_up(client, address, *limit);
        match start {
            AppStart::ByHand => {}
            AppStart::File(file) => url::write(file, &variables)?,
            AppStart::Command(command) => {
                // Stored first: however the wait ends, the stack stops the process.
                let process = process.insert(command::start(command, origin, variables)?);
                return command::is_up(process, origin, answers).await;
            }
        }
        Ok(answers.await?)
    }

    /// Stops what the stack has started for it.
    pub(super) async fn end(self) {
        if let Self::Own(_, Some(process)) = self {
            process.end().await;
        }
    }
}

/// What an app needs, as environment variables.
pub(super) fn environment(app: &Url, logto: &Url, known: &Known) -> Vec<(&'static str, String)> {
    let origin = |url: &Url| url.origin().ascii_serialization();
    vec![
        ("APP_BASE_URL", origin(app)),
        ("LOGTO_ENDPOINT", origin(logto)),
        ("LOGTO_APP_ID", known.app_id.clone()),
        ("LOGTO_APP_SECRET", known.app_secret.clone()),
    ]
}
