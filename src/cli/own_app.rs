//! The arguments for an app of your own, for `run`, `up` and `diagnose`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use url::Url;

use super::exit::CliError;
use super::usage::{UsageError, address};
use crate::stack::{self, AppStart};

/// An app of your own instead of the sample app.
#[derive(Debug, Args)]
#[command(next_help_heading = "Your app itself, instead of the sample app")]
pub(crate) struct OwnApp {
    /// Its origin [default with --app-command: a free port of this machine]. `run` then accepts only one
    /// scenario; `up` prints the app's variables if neither --app-env nor --app-command is given.
    #[arg(long, value_name = "URL", value_parser = address)]
    app: Option<Url>,
    /// File to which LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET and APP_BASE_URL are written once the
    /// stack is up; start your app with them.
    #[arg(long, value_name = "FILE", requires = "app", conflicts_with = "app_command")]
    app_env: Option<PathBuf>,
    /// Command that starts it, with those variables (and PORT) in its environment; stopped at the end.
    #[arg(long, value_name = "COMMAND")]
    app_command: Option<String>,
    /// How many seconds it may take to answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    app_timeout: u64,
}

impl OwnApp {
    /// The option that replaces the sample app, if one is given.
    pub(super) fn option(&self) -> Option<&'static str> {
        match (&self.app_command, &self.app) {
            (Some(_), _) => Some("--app-command"),
            (None, Some(_)) => Some("--app"),
            (None, None) => None,
        }
    }

    /// The app that the arguments name. Removes the file that an earlier run wrote for it.
    pub(super) fn chosen(&self) -> Result<Option<stack::OwnApp>, CliError> {
        let origin = match (&self.app, &self.app_command) {
            (Some(origin), _) => origin.clone(),
            (None, Some(_)) => free_origin()?,
            (None, None) => return Ok(None),
        };
        let plain =
            matches!(origin.scheme(), "http" | "https") && origin.path() == "/" && origin.query().is_none();
        if !plain {
            return Err(UsageError::AppOrigin(origin).into());
        }
        let start = match (&self.app_command, &self.app_env) {
            (Some(command), _) => AppStart::Command(command.clone()),
            (None, Some(file)) => {
                // A script that waits for the file must not find the one from an earlier run.
                match std::fs::remove_file(file) {
                    Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                        return Err(CliError::Io { what: "replace the file of --app-env", source });
                    }
                    _ => AppStart::File(file.clone()),
                }
            }
            (None, None) => AppStart::ByHand,
        };
        Ok(Some(stack::OwnApp { origin, start, limit: Duration::from_secs(self.app_timeout), shared: false }))
    }

    /// Like [`OwnApp::chosen`], for commands that must pass the app its variables.
    pub(super) fn told(&self) -> Result<Option<stack::OwnApp>, CliError> {
        match self.chosen()? {
            Some(stack::OwnApp { start: AppStart::ByHand, .. }) => Err(UsageError::AppNeedsStart.into()),
            chosen => Ok(chosen),
        }
    }
}

/// An origin on this machine with a port that is free now.
fn free_origin() -> Result<Url, CliError> {
    let failed = |source| CliError::Io { what: "find a free port for the app", source };
    let port = kit::spare_port(&kit::Random::from_os()).map_err(failed)?;
    let text = format!("http://localhost:{port}");
    text.parse().map_err(|error| failed(std::io::Error::other(error)))
}
