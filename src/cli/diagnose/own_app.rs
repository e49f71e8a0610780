//! The app that the arguments name.

use std::time::Duration;

use url::Url;

use super::arguments::OwnApp as Arguments;
use crate::cli::exit::CliError;
use crate::cli::usage::UsageError;
use crate::diagnose::{App, OwnApp, OwnAppStart};

pub(super) async fn app(arguments: &Arguments) -> Result<App, CliError> {
    let start = match (&arguments.app_command, &arguments.app_env, &arguments.app) {
        (None, None, None) => return Ok(App::Sample),
        (Some(command), _, _) => OwnAppStart::Command(command.clone()),
        (None, Some(file), _) => {
            // Whoever waits for the file must not find that of an earlier run.
            match std::fs::remove_file(file) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(CliError::Io { what: "replace the file of --app-env", source });
                }
                _ => {}
            }
            OwnAppStart::File(file.clone())
        }
        (None, None, Some(_)) => return Err(UsageError::AppNeedsStart.into()),
    };
    let origin = match &arguments.app {
        Some(origin) => origin.clone(),
        None => free_origin()?,
    };
    let plain =
        matches!(origin.scheme(), "http" | "https") && origin.path() == "/" && origin.query().is_none();
    if !plain {
        return Err(UsageError::AppOrigin(origin).into());
    }
    Ok(App::Own(OwnApp {
        origin,
        start,
        limit: Duration::from_secs(arguments.app_timeout),
        sign_in_path: arguments.sign_in_path.clone(),
        sign_out_path: arguments.sign_out_path.clone(),
    }))
}

/// A port of this machine that nobody listens on now.
fn free_origin() -> Result<Url, CliError> {
    let failed = |source| CliError::Io { what: "find a free port for the app", source };
    let port = kit::spare_port(&kit::Random::from_os()).map_err(failed)?;
    let text = format!("http://localhost:{port}");
    text.parse().map_err(|error| failed(std::io::Error::other(error)))
}
