//! HTTP as the connectors use it: `ky` 1.2.3 on Node's fetch (contract §6).

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, USER_AGENT};
use kit::{Elapsed, SendError};
use url::Url;

use super::error::ConnectorError;
use crate::shared::Shared;

/// Why a call got no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error(transparent)]
    Elapsed(#[from] Elapsed),
}

/// A response with its body as text.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    /// The answer of this endpoint, if its status is a success.
    pub(super) fn successful(self, endpoint: &'static str) -> Result<Self, ConnectorError> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(ConnectorError::Refused { endpoint, status, body: self.body }),
        }
    }
}

/// Limits of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Time-out of each attempt, on the stack's clock, up to the head of the response.
    pub(super) timeout: Duration,
    /// Total number of attempts.
    pub(super) attempts: u32,
}

/// Statuses that are retried, and those that are retried after `Retry-After`.
const RETRIED: [u16; 6] = [408, 429, 500, 502, 503, 504];
const RETRY_AFTER: [u16; 3] = [413, 429, 503];

/// How long undici waits for the body of a response.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);

/// Makes a call, with `ky`'s retries: after 0.3 s, 0.6 s …, or after `Retry-After`, without a
/// limit. Time-out and retries apply only to the head of the response: a slow body is waited for,
/// and one that breaks off is not requested again.
pub(super) async fn fetch(
    shared: &Shared,
    request: http::request::Builder,
    body: &str,
    limits: Limits,
) -> Result<Answer, FetchError> {
    let (clock, client) = (&shared.context.clock, &shared.context.client);
    let accepts = request.headers_ref().is_some_and(|headers| headers.contains_key(ACCEPT));
    let request = if accepts { request } else { request.header(ACCEPT, "*/*") };
    let request = request
        .header(ACCEPT_LANGUAGE, "*")
        .header("sec-fetch-mode", "cors")
        .header(USER_AGENT, "node")
        .header(ACCEPT_ENCODING, "br, gzip, deflate")
        .body(Bytes::from(body.to_owned()))
        .map_err(|error| SendError::Url { url: error.to_string() })?;
    let mut attempt = 1;
    loop {
        let sent = clock.timeout(&answer_to(&request), limits.timeout, client.begin(copy(&request))).await;
        let last = attempt >= limits.attempts;
        let wait = match sent {
            // A time-out is not retried, but a broken connection is.
            Err(elapsed) => return Err(elapsed.into()),
            Ok(Err(error)) if last => return Err(error.into()),
            Ok(Err(_)) => None,
            Ok(Ok(answer)) => {
                let status = answer.status().as_u16();
                let after = retry_after(shared, answer.headers()).filter(|_| RETRY_AFTER.contains(&status));
                if last || !(RETRIED.contains(&status) || after.is_some()) {
                    let whole = clock.timeout(&answer_to(&request), BODY_TIMEOUT, answer.whole()).await??;
                    let body = String::from_utf8_lossy(whole.body()).into_owned();
                    return Ok(Answer { status, body });
                }
                after
            }
        };
        let back_off = Duration::from_millis(300 * 2_u64.pow(attempt - 1));
        clock.sleep(wait.unwrap_or(back_off)).await;
        attempt += 1;
    }
}

/// The address of a request, as the Fetch standard requires it: absolute, without username and
/// password.
pub(super) fn address(text: &str) -> Result<String, FetchError> {
    let refused = || FetchError::Send(SendError::Url { url: text.to_owned() });
    let url = Url::parse(text).map_err(|_| refused())?;
    if url.username().is_empty() && url.password().is_none() { Ok(url.into()) } else { Err(refused()) }
}

/// Fetches a key set as `jose` 6.2.3 does: once, within five seconds, and only status 200 is
/// accepted.
pub(super) async fn fetch_keys(shared: &Shared, url: &str) -> Result<Answer, FetchError> {
    let request = http::Request::get(address(url)?)
        .header(USER_AGENT, "jose/v6.2.3")
        .header(ACCEPT, "application/json, application/jwk-set+json")
        .header(ACCEPT_LANGUAGE, "*")
        .header("sec-fetch-mode", "cors")
        .header(ACCEPT_ENCODING, "br, gzip, deflate")
        .body(Bytes::new())
        .map_err(|error| SendError::Url { url: error.to_string() })?;
    let (clock, client) = (&shared.context.clock, &shared.context.client);
    let what = answer_to(&request);
    let response = clock.timeout(&what, KEY_SET_TIMEOUT, client.send_without_redirects(request)).await??;
    let body = String::from_utf8_lossy(response.body()).into_owned();
    Ok(Answer { status: response.status().as_u16(), body })
}

const KEY_SET_TIMEOUT: Duration = Duration::from_secs(5);

/// Seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(shared: &Shared, headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("retry-after")?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(shared.context.clock.now())).unwrap_or_default())
}

/// Name of the awaited response, for messages.
fn answer_to(request: &http::Request<Bytes>) -> String {
    format!("the answer to {} {}", request.method(), request.uri())
}

fn copy(request: &http::Request<Bytes>) -> http::Request<Bytes> {
    let mut copy = http::Request::new(request.body().clone());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}
