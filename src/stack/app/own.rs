//! An app of your own: its files are written, its command is started, and it is awaited.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use kit::files::{self, Access};
use kit::{Client, Secrets, SendError, Stopwatch};
use tokio::sync::Mutex;
use url::Url;

use super::error::{AppError, CommandState};
use super::replaced::Replaced;
use crate::process::{App, Output};
use crate::setup::OwnApp;
use crate::stack::endpoints::localhost;
use crate::stack::names::Names;
use crate::stack::probe;

/// Statuses of a server that is still starting, or of a proxy in front of one (RFC 9110 §15.6).
const NOT_YET: [u16; 3] = [502, 503, 504];
/// How long another server at the app's address may take to answer.
const FOREIGN_ANSWER: Duration = Duration::from_secs(2);
/// Interval between two requests to an app that is starting.
const PAUSE: Duration = Duration::from_millis(50);
/// How many of its last lines an error about the app quotes.
const LAST_LINES: usize = 20;
/// How many characters of each.
const LINE_LENGTH: usize = 500;

/// Writes variables to a file, one `NAME=value` per line. It is replaced as a whole, so that a script waiting for it
/// never reads half of it, and only the owner can read it, since it contains the app's secret.
///
/// # Errors
/// [`AppError::Variables`].
pub(crate) fn write_variables(file: &Path, variables: &[(String, String)]) -> Result<(), AppError> {
    files::replace(file, lines(variables)?, Access::Secret)
        .map_err(|source| AppError::Variables { file: file.to_owned(), source })
}

fn lines(variables: &[(String, String)]) -> Result<String, AppError> {
    match variables.iter().find(|(_, value)| value.contains(['\n', '\r'])) {
        Some((name, _)) => Err(AppError::LineBreak { name: name.clone() }),
        None => Ok(variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect()),
    }
}

/// An app of your own, in a stack that is up.
#[derive(Debug)]
pub(in crate::stack) struct Own {
    pub(in crate::stack) app: OwnApp,
    /// Where it listens, behind any proxy.
    pub(in crate::stack) origin: Url,
    process: Mutex<Option<AppProcess>>,
    files: std::sync::Mutex<ReplacedFiles>,
}

/// The files of the user's project that the app reads, replaced as long as it runs.
#[derive(Debug, Default)]
pub(in crate::stack) struct ReplacedFiles {
    variables: Option<Replaced>,
    filled: Option<Replaced>,
}

/// An app that a stack has started, for the next stack to use, with what it was told. Dropping it ends the app.
#[derive(Debug)]
pub struct SharedApp {
    pub(in crate::stack) origin: Url,
    pub(in crate::stack) logto_port: u16,
    pub(in crate::stack) logto_admin_port: u16,
    pub(in crate::stack) fixed: mock_logto::Fixed,
    pub(in crate::stack) process: AppProcess,
    pub(in crate::stack) files: ReplacedFiles,
}

/// The process of an app.
#[derive(Debug)]
pub(in crate::stack) struct AppProcess {
    app: App,
    /// Length of its output when the current stack began to use it.
    seen: u64,
    /// What it was told and must not show.
    secrets: Secrets,
}

impl Own {
    /// The app at its place, with its files put aside, which it must not read before they are written.
    pub(in crate::stack) fn new(app: OwnApp, random: &kit::Random) -> Result<Self, AppError> {
        let origin = match &app.url {
            Some(url) => url.clone(),
            None => localhost(kit::spare_port(random).map_err(AppError::NoPort)?),
        };
        let claim = |file: Option<&std::path::PathBuf>| file.map(|file| Replaced::claim(file)).transpose();
        let files = ReplacedFiles {
            variables: claim(app.env_file.as_ref())?,
            filled: claim(app.template.as_ref().map(|template| &template.to))?,
        };
        Ok(Self { app, origin, process: Mutex::default(), files: std::sync::Mutex::new(files) })
    }

    /// Writes the files that the app reads, starts its command, and waits until it is ready.
    pub(in crate::stack) async fn start(
        &self,
        variables: Vec<(String, String)>,
        names: &Names,
        client: &Client,
    ) -> Result<(), AppError> {
        if self.is_started_here() {
            self.check_free(client).await?;
        }
        let variables = self.variables(variables, names)?;
        self.write_files(&variables, names)?;
        let mut process = self.process.lock().await;
        *process = self.command(variables, names)?;
        self.wait(process.as_mut(), client).await
    }

    /// Writes the files that the app reads; starting it is left to others.
    pub(in crate::stack) fn tell(
        &self,
        variables: Vec<(String, String)>,
        names: &Names,
    ) -> Result<(), AppError> {
        self.write_files(&self.variables(variables, names)?, names)
    }

    /// Uses the process that an earlier stack has started.
    pub(in crate::stack) async fn adopt(
        &self,
        (mut process, files): (AppProcess, ReplacedFiles),
        client: &Client,
    ) -> Result<(), AppError> {
        *self.files() = files;
        process.seen = process.app.output_length();
        let mut own = self.process.lock().await;
        let process = own.insert(process);
        self.wait(Some(process), client).await
    }

    /// Hands over the process with its files, for the next stack.
    pub(in crate::stack) async fn release(&self) -> Option<(AppProcess, ReplacedFiles)> {
        let process = self.process.lock().await.take()?;
        Some((process, std::mem::take(&mut *self.files())))
    }

    /// Stops the command and starts it again. What it kept in memory is lost.
    pub(in crate::stack) async fn restart(
        &self,
        variables: Vec<(String, String)>,
        names: &Names,
        client: &Client,
    ) -> Result<(), AppError> {
        if self.app.command.is_none() {
            return Err(AppError::NotOurs);
        }
        if let Some(process) = self.process.lock().await.take() {
            process.app.end().await;
        }
        self.start(variables, names, client).await
    }

    /// What the app has written to standard output and standard error since this stack uses it.
    pub(in crate::stack) async fn output(&self) -> Option<String> {
        let process = self.process.lock().await;
        process.as_ref().and_then(AppProcess::output)
    }

    pub(in crate::stack) async fn runs(&self) -> Option<bool> {
        self.process.lock().await.as_ref()?.app.runs()
    }

    pub(in crate::stack) async fn end(self) {
        if let Some(process) = self.process.into_inner() {
            process.app.end().await;
        }
    }

    /// Whether it is started after its variables are known, by the stack or by a script that waits for them.
    fn is_started_here(&self) -> bool {
        self.app.command.is_some() || self.app.env_file.is_some()
    }

    /// An app that answers already has not been told this stack's variables.
    async fn check_free(&self, client: &Client) -> Result<(), AppError> {
        let answers = self.ask(client, &self.origin);
        let is_free = match kit::within("an answer of another app", FOREIGN_ANSWER, answers).await {
            // A proxy that is up before what is behind it.
            Ok(Ok(status)) => NOT_YET.contains(&status),
            Ok(Err(SendError::Connect { .. })) => true,
            Ok(Err(_)) | Err(_) => false,
        };
        if is_free {
            return Ok(());
        }
        let port = self.origin.port_or_known_default().unwrap_or_default();
        Err(AppError::Occupied { origin: self.origin.clone(), holder: kit::port_holder(port) })
    }

    fn files(&self) -> std::sync::MutexGuard<'_, ReplacedFiles> {
        self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The variables of the stack, and those that `env` adds or overrides.
    pub(in crate::stack) fn variables(
        &self,
        mut variables: Vec<(String, String)>,
        names: &Names,
    ) -> Result<Vec<(String, String)>, AppError> {
        if let Some(port) = self.origin.port_or_known_default().filter(|_| self.app.command.is_some()) {
            variables.push(("PORT".to_owned(), port.to_string()));
        }
        for (name, text) in &self.app.env {
            variables.retain(|(known, _)| known != name);
            variables.push((name.clone(), names.fill(text)?));
        }
        Ok(variables)
    }

    fn write_files(&self, variables: &[(String, String)], names: &Names) -> Result<(), AppError> {
        let replaced = self.files();
        if let Some(file) = &replaced.variables {
            file.write(&lines(variables)?)?;
        }
        if let (Some(file), Some(template)) = (&replaced.filled, &self.app.template) {
            let from = &template.from;
            let text = files::read_text(from, files::SETTINGS_LIMIT)
                .map_err(|source| AppError::Template { file: from.clone(), source })?;
            let filled = names.fill_template(&text).map_err(|(line, cause)| AppError::Unfilled {
                file: from.clone(),
                line,
                cause,
            })?;
            file.write(&filled)?;
        }
        Ok(())
    }

    fn command(
        &self,
        variables: Vec<(String, String)>,
        names: &Names,
    ) -> Result<Option<AppProcess>, AppError> {
        let Some(command) = &self.app.command else { return Ok(None) };
        let command = names.fill(command)?;
        let output = if self.app.shows_output { Output::Shown } else { Output::Kept };
        let secrets = ["APP_SECRET", "HF_CLIENT_SECRET"].into_iter().filter_map(|name| names.get(name));
        let secrets: Secrets = secrets.map(ToOwned::to_owned).collect();
        let app = App::start(&command, &self.app.directory, variables, output).map_err(|source| {
            let command = secrets.hide(&command).into_owned();
            AppError::Command { command, directory: self.app.directory.clone(), source }
        })?;
        Ok(Some(AppProcess { app, seen: 0, secrets }))
    }

    /// Waits until the app is ready, or its command has failed.
    async fn wait(&self, process: Option<&mut AppProcess>, client: &Client) -> Result<(), AppError> {
        let limit = self.app.ready.timeout.0;
        let Some(process) = process else { return self.is_ready(client, limit).await };
        let waited = tokio::select! {
            ready = self.is_ready(client, limit) => ready,
            status = process.app.failed() => {
                Err(AppError::Ended { status, origin: self.origin.clone(), said: process.last_lines() })
            }
        };
        waited.map_err(|error| match error {
            AppError::Silent { origin, limit, cause, .. } => {
                let command = match process.app.runs() {
                    Some(true) => CommandState::Running,
                    Some(false) => CommandState::Ended,
                    None => CommandState::Unknown,
                };
                AppError::Silent { command, origin, limit, cause, said: process.last_lines() }
            }
            AppError::NotReady { url, limit, status, expected, .. } => {
                AppError::NotReady { url, limit, status, expected, said: process.last_lines() }
            }
            AppError::Hangs { url, limit, .. } => AppError::Hangs { url, limit, said: process.last_lines() },
            AppError::NotHttp { origin, limit, cause, begin } => {
                let begin = process.secrets.hide(&begin).into_owned();
                AppError::NotHttp { origin, limit, cause, begin }
            }
            other => other,
        })
    }

    pub(in crate::stack) async fn is_ready(&self, client: &Client, limit: Duration) -> Result<(), AppError> {
        let ready = &self.app.ready;
        let url = self.origin.join(&ready.path).unwrap_or_else(|_| self.origin.clone());
        // The last answer, or why there was none.
        let mut last: Option<Result<u16, SendError>> = None;
        let mut pending = None;
        let waiting = async {
            loop {
                pending = Some(Stopwatch::start());
                let answer = self.ask(client, &url).await;
                pending = None;
                if let Ok(status) = answer
                    && ready.status.map_or(!NOT_YET.contains(&status), |expected| expected == status)
                {
                    return;
                }
                last = Some(answer);
                kit::Clock::system().sleep(PAUSE).await;
            }
        };
        if kit::within("the app's first answer", limit, waiting).await.is_ok() {
            return Ok(());
        }
        let (expected, said) = (ready.status, String::new());
        // A refused connection is refused at once.
        if pending.is_some_and(|asked| asked.elapsed() >= FOREIGN_ANSWER.min(limit / 2)) {
            return Err(AppError::Hangs { url, limit, said });
        }
        Err(match last {
            Some(Ok(status)) => AppError::NotReady { url, limit, status, expected, said },
            Some(Err(SendError::Incomplete { cause, .. }))
                if client.first_bytes(&self.origin).await.is_some() =>
            {
                let begin = client.first_bytes(&self.origin).await.unwrap_or_default();
                let begin = begin.escape_ascii().to_string();
                AppError::NotHttp { origin: self.origin.clone(), limit, cause, begin }
            }
            Some(Err(cause)) => self.silent(limit, Some(cause)),
            None => self.silent(limit, None),
        })
    }

    fn silent(&self, limit: Duration, cause: Option<SendError>) -> AppError {
        let (command, said) = (CommandState::ByHand, String::new());
        AppError::Silent { command, origin: self.origin.clone(), limit, cause, said }
    }

    /// The status that a URL is answered with.
    async fn ask(&self, client: &Client, url: &Url) -> Result<u16, SendError> {
        match probe::get(client, url).await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(SendError::BodyTooLarge { .. }) => Ok(200),
            Err(error) => Err(error),
        }
    }

    /// The time by the app's clock: from the member that `clock` names, or from its `Date` header (RFC 9110 §6.6.1).
    pub(in crate::stack) async fn time(&self, client: &Client) -> Option<jiff::Timestamp> {
        let path = self.app.clock.as_ref().map_or(&self.app.ready.path, |clock| &clock.path);
        let url = self.origin.join(path).ok()?;
        let response: http::Response<Bytes> = probe::get(client, &url).await.ok()?;
        let Some(clock) = &self.app.clock else {
            let date = response.headers().get(http::header::DATE)?.to_str().ok()?;
            return Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp());
        };
        let answer: serde_json::Value = serde_json::from_slice(response.body()).ok()?;
        let value = clock.member.split('.').try_fold(&answer, |value, name| value.get(name))?;
        match (value.as_i64(), value.as_str()) {
            // Seconds since 1970 have ten digits until the year 2286.
            (Some(number), _) if number > 99_999_999_999 => jiff::Timestamp::from_millisecond(number).ok(),
            (Some(number), _) => jiff::Timestamp::from_second(number).ok(),
            (None, text) => text?.parse().ok(),
        }
    }
}

impl AppProcess {
    /// What it has written since the current stack uses it.
    fn output(&self) -> Option<String> {
        Some(self.secrets.hide(&self.app.output_from(self.seen)?).into_owned())
    }

    /// The last lines of its output, for an error about it.
    fn last_lines(&self) -> String {
        last_lines(&self.output().unwrap_or_default())
    }
}

/// The last lines of an app's output, each cut at a length that people read.
pub(crate) fn last_lines(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    let cut = |line: &&str| match line.char_indices().nth(LINE_LENGTH) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => (*line).to_owned(),
    };
    last.iter().map(cut).collect::<Vec<_>>().join("\n")
}
