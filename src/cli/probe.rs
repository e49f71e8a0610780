//! `logto-testkit probe`: is a server up? For health checks where no other HTTP client is
//! installed.

use std::time::Duration;

use bytes::Bytes;
use kit::Client;
use url::Url;

use super::exit::CliError;

/// Health checks are repeated: a longer wait would not reveal more.
const LIMIT: Duration = Duration::from_secs(5);

pub(crate) async fn probe(url: &Url) -> Result<(), CliError> {
    let not_up = |why: String| CliError::NotUp { url: url.clone(), why };
    let client = url.host_str().into_iter().fold(Client::builder(), kit::ClientBuilder::allow);
    let client = client.build().map_err(|error| not_up(error.to_string()))?;
    let request =
        http::Request::get(url.as_str()).body(Bytes::new()).map_err(|error| not_up(error.to_string()))?;
    let answer = kit::within("its answer", LIMIT, client.send(request))
        .await
        .map_err(|error| not_up(error.to_string()))?
        .map_err(|error| not_up(error.to_string()))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(not_up(format!("it answered {}", answer.status())))
    }
}
