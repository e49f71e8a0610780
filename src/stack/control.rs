//! The control API of a mock Hugging Face in another process (`serve huggingface --control`).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use kit::{Client, SendError};
use mock_huggingface::App;
use serde::de::DeserializeOwned;
use url::Url;

/// A call of the control API failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The control API did not answer.
    #[error("the mock's control API: {0}")]
    Unreachable(#[from] SendError),
    /// The control API answered with an error status.
    #[error("the mock's control API, {url}, answered {status} {body}")]
    Refused {
        /// The URL of the call.
        url: Url,
        /// The status answered.
        status: u16,
        /// The body answered.
        body: String,
    },
    /// The answer is not in the format of the control API.
    #[error("the answer from {url} is not in the format of the mock's control API: {source}")]
    Unexpected {
        /// The URL of the call.
        url: Url,
        /// What is wrong with the answer.
        source: serde_json::Error,
    },
}

/// Registers an app. An existing one of the same name gets the redirect URIs and scopes, and keeps its id and
/// secret.
///
/// # Errors
/// [`ControlError`].
pub(super) async fn register(client: &Client, control: &Url, app: App) -> Result<App, ControlError> {
    let mut url = control.clone();
    url.set_path("/apps");
    let read = http::Request::get(url.as_str()).body(Bytes::new());
    let apps: Vec<App> = answered(client, &url, read).await?;
    let existing = apps.into_iter().find(|existing| existing.name == app.name);
    let app = match existing {
        Some(existing) => App { client_id: existing.client_id, secret: existing.secret, ..app },
        None => app,
    };
    let body =
        serde_json::to_vec(&app).map_err(|source| ControlError::Unexpected { url: url.clone(), source })?;
    let add =
        http::Request::post(url.as_str()).header(CONTENT_TYPE, "application/json").body(Bytes::from(body));
    answered(client, &url, add).await
}

async fn answered<T: DeserializeOwned>(
    client: &Client,
    url: &Url,
    request: http::Result<http::Request<Bytes>>,
) -> Result<T, ControlError> {
    let request = request.map_err(|_| SendError::Url { url: url.to_string() })?;
    let answer = client.send(request).await?;
    if !answer.status().is_success() {
        return Err(ControlError::Refused {
            url: url.clone(),
            status: answer.status().as_u16(),
            body: String::from_utf8_lossy(answer.body()).into_owned(),
        });
    }
    serde_json::from_slice(answer.body())
        .map_err(|source| ControlError::Unexpected { url: url.clone(), source })
}
