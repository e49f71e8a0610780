//! The app of a diagnosis: the sample app, or the person's own.

use std::path::PathBuf;
use std::time::Duration;

use kit::files::{self, Access};
use url::Url;

use super::error::DiagnoseError;
use crate::process;
use crate::stack::Stack;

/// Which app people sign in to.
#[derive(Debug, Clone, Default)]
pub enum App {
    /// The sample app of Logto's guide, as [`super::AppCase`] says.
    #[default]
    Sample,
    /// An app of one's own.
    Own(OwnApp),
}

/// An app of one's own.
#[derive(Debug, Clone)]
pub struct OwnApp {
    /// Its origin.
    pub origin: Url,
    /// How it learns whose app it is.
    pub start: OwnAppStart,
    /// How long it may take to answer then.
    pub limit: Duration,
    /// Path that begins a sign-in.
    pub sign_in_path: String,
    /// Path that ends it.
    pub sign_out_path: String,
}

/// How an app of one's own is started.
#[derive(Debug, Clone)]
pub enum OwnAppStart {
    /// By somebody else, with the variables of this file.
    File(PathBuf),
    /// By this command, with the variables in its environment; a shell reads it.
    Command(String),
}

impl OwnApp {
    /// Hands the stack's variables to the app, and waits until it answers.
    pub(super) async fn start(&self, stack: &Stack) -> Result<Option<process::App>, DiagnoseError> {
        let process = match &self.start {
            OwnAppStart::File(file) => {
                let lines: String =
                    stack.environment().iter().map(|(name, value)| format!("{name}={value}\n")).collect();
                // Whoever waits for the file finds all of it; the app's secret is in it.
                files::replace(file, lines, Access::Secret).map_err(|source| DiagnoseError::Environment {
                    file: file.display().to_string(),
                    source,
                })?;
                None
            }
            OwnAppStart::Command(command) => Some(spawn(command, &self.origin, stack)?),
        };
        let up = stack.app_is_up(self.limit).await;
        match (up, process) {
            (Ok(()), process) => Ok(process),
            (Err(error), None) => Err(error.into()),
            (Err(error), Some(process)) => {
                process.end().await;
                Err(error.into())
            }
        }
    }
}

fn spawn(command: &str, origin: &Url, stack: &Stack) -> Result<process::App, DiagnoseError> {
    let port = origin.port_or_known_default().map(|port| ("PORT", port.to_string()));
    process::App::start(command, stack.environment().into_iter().chain(port))
        .map_err(|source| DiagnoseError::Command { command: command.to_owned(), source })
}
