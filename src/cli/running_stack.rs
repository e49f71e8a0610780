//! A stack that another command runs, reached through its control API.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::header::CONTENT_TYPE;
use kit::{Client, files};
use serde_json::Value;
use url::Url;

use super::exit::CliError;
use super::usage::UsageError;

/// How long a sign-in through all parties may take; each of its requests has a shorter deadline.
const LIMIT: Duration = Duration::from_secs(120);

/// Which running stack is meant.
#[derive(Debug, Args)]
pub(crate) struct RunningStack {
    /// The running stack: its control API (`up` and `serve stack` print it), or a file with the line of `serve stack --json`.
    #[arg(long, value_name = "URL|FILE", env = "LOGTO_TESTKIT_STACK")]
    stack: String,
}

impl RunningStack {
    /// Its control API.
    pub(crate) fn control(&self) -> Result<ControlApi, CliError> {
        let text = &self.stack;
        let url = if text.starts_with("http://") || text.starts_with("https://") {
            text.clone()
        } else {
            control_in(Path::new(text))?
        };
        let url = Url::parse(&url).map_err(|_| UsageError::ControlAddress(url))?;
        let client = Client::builder().allow(url.host_str().unwrap_or_default()).build();
        let client = client.map_err(CliError::Client)?;
        Ok(ControlApi { client, url })
    }
}

/// The address in a line of `serve stack --json`.
fn control_in(file: &Path) -> Result<String, UsageError> {
    let text = files::read_text(file, files::SETTINGS_LIMIT)
        .map_err(|source| UsageError::Unreadable { file: file.display().to_string(), source })?;
    let line: Value = serde_json::from_str(&text).unwrap_or_default();
    let control = line.get("control").and_then(Value::as_str);
    control.map(ToOwned::to_owned).ok_or_else(|| UsageError::NotAStack { file: file.to_owned() })
}

/// The control API of a running stack.
pub(crate) struct ControlApi {
    client: Client,
    url: Url,
}

impl ControlApi {
    /// Sends a request, and returns the answer.
    ///
    /// # Errors
    /// That it is not a control API, if the answer lacks the member that each answer of the operation has.
    pub(crate) async fn ask(&self, path: &str, body: &Value, has: &str) -> Result<Value, CliError> {
        let mut url = self.url.clone();
        url.set_path(path);
        let request = http::Request::post(url.as_str()).header(CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body.to_string()));
        let request = request.map_err(|_| UsageError::ControlAddress(self.url.to_string()))?;
        let answer = kit::within("the answer of the stack", LIMIT, self.client.send(request))
            .await
            .map_err(CliError::StackSilent)?
            .map_err(|source| CliError::NoStack { url: self.url.clone(), source })?;
        let (status, body) = (answer.status().as_u16(), answer.body());
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error").and_then(Value::as_str).map(ToOwned::to_owned);
        match (status, error) {
            (200, _) if body.get(has).is_some_and(|member| !member.is_null()) => Ok(body),
            (404 | 200, _) | (_, None) => Err(UsageError::NotAControlApi(self.url.clone()).into()),
            (422, Some(error)) => Err(UsageError::Refused(error).into()),
            (_, Some(error)) => Err(CliError::SignIn(error)),
        }
    }
}
