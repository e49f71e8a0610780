//! The app of a diagnosis: the sample app, or the person's own.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use kit::files::{self, Access};
use tokio::process::{Child, Command};
use url::Url;

use super::error::DiagnoseError;
use crate::stack::Stack;

/// How long an app that is asked to end may take.
const GRACE: Duration = Duration::from_secs(3);

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

/// A command at work; ended with everything that it started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
}

impl OwnApp {
    /// Hands the stack's variables to the app, and waits until it answers.
    pub(super) async fn start(&self, stack: &Stack) -> Result<Option<Process>, DiagnoseError> {
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
        match (stack.app_is_up(self.limit).await, process) {
            (Ok(()), process) => Ok(process),
            (Err(error), None) => Err(error.into()),
            (Err(error), Some(process)) => {
                process.end().await;
                Err(error.into())
            }
        }
    }
}

fn spawn(command: &str, origin: &Url, stack: &Stack) -> Result<Process, DiagnoseError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).envs(stack.environment());
    if let Some(port) = origin.port_or_known_default() {
        shell.env("PORT", port.to_string());
    }
    // A group of its own: what the command starts ends with it. Its words go where errors go.
    #[cfg(unix)]
    shell.process_group(0);
    shell.stdin(Stdio::null()).stdout(Stdio::from(std::io::stderr())).kill_on_drop(true);
    let child =
        shell.spawn().map_err(|source| DiagnoseError::Command { command: command.to_owned(), source })?;
    Ok(Process { child })
}

impl Process {
    /// Asks it to end, then ends it.
    pub(super) async fn end(mut self) {
        let Some(id) = self.child.id() else { return };
        signal(id, "-TERM").await;
        let waited = kit::within("the end of the app", GRACE, self.child.wait()).await;
        // Children may outlive the shell; an empty group is no matter.
        signal(id, "-KILL").await;
        if waited.is_err() {
            let _ = self.child.wait().await;
        }
        tracing::debug!("the app has ended");
    }
}

/// To the whole group, through the one tool every system has.
async fn signal(group: u32, signal: &str) {
    let mut kill = Command::new("kill");
    kill.args([signal, "--", &format!("-{group}")]).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = kill.status().await;
}
