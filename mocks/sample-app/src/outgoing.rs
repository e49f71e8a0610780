//! The app's own requests; each is recorded in the journal.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use kit::{Client, Clock, Direction, Elapsed, Journal, Party, Request, Response, SendError};
use url::Url;

use crate::config::{ClientAuth, Config};

kit::reasons! {
    /// Why a request got no answer.
    #[derive(Debug, thiserror::Error)]
    pub enum OutgoingError {
        /// The request could not be sent, or the answer could not be read.
        #[error(transparent)]
        Send(#[from] SendError) => code of 0,
        /// The time limit elapsed.
        #[error("{method} {url}: {source}")]
        Elapsed {
            /// The method of the request.
            method: Method,
            /// The URL of the request.
            url: String,
            /// The limit that elapsed.
            source: Elapsed,
        } => "app/no-answer-in-time",
        /// The request could not be built.
        #[error("cannot build a request to {url}: {source}")]
        Request {
            /// The URL of the request.
            url: String,
            /// The error of the HTTP library.
            source: http::Error,
        } => "app/request-malformed",
    }
}

/// Sends requests and records them.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    /// Time limit for each answer, on the stack's clock.
    pub(crate) limit: Duration,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Outgoing {
    pub(crate) async fn get(&self, url: &Url) -> Result<Reply, OutgoingError> {
        self.send(Method::GET, url, HeaderMap::new(), String::new()).await
    }

    /// Posts a form, authenticated as the app. Fields are sent in the order of their names, like
    /// Go's `url.Values`.
    pub(crate) async fn post_as(
        &self,
        config: &Config,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<Reply, OutgoingError> {
        self.post_with(config.options.client_auth, config, url, fields).await
    }

    /// As [`Outgoing::post_as`], with this kind of authentication.
    pub(crate) async fn post_with(
        &self,
        auth: ClientAuth,
        config: &Config,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<Reply, OutgoingError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let mut fields = [fields, &[("client_id", &config.app_id)]].concat();
        match auth {
            ClientAuth::Basic => {
                headers.insert(AUTHORIZATION, basic(&config.app_id, &config.app_secret));
            }
            ClientAuth::BasicEncoded => {
                let encode =
                    |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                headers.insert(AUTHORIZATION, basic(&encode(&config.app_id), &encode(&config.app_secret)));
            }
            ClientAuth::Post => fields.push(("client_secret", &config.app_secret)),
            ClientAuth::None => {}
        }
        fields.sort_by_key(|(name, _)| *name);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, url, headers, body).await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: String,
    ) -> Result<Reply, OutgoingError> {
        let entry = Request {
            method: method.to_string(),
            url: url.to_string(),
            headers: pairs(&headers),
            body: body.clone(),
        };
        let mut request = http::Request::builder()
            .method(method.clone())
            .uri(url.as_str())
            .body(Bytes::from(body))
            .map_err(|source| OutgoingError::Request { url: url.to_string(), source })?;
        *request.headers_mut() = headers;
        let pending = self.journal.begin(&self.clock, Party::APP, Direction::Sent, entry, None);
        let what = format!("the answer to {method} {url}");
        let outcome = match self.clock.timeout(&what, self.limit, self.client.send(request)).await {
            Ok(sent) => sent.map_err(OutgoingError::from),
            Err(source) => Err(OutgoingError::Elapsed { method, url: url.to_string(), source }),
        };
        match outcome {
            Ok(response) => {
                let body = String::from_utf8_lossy(response.body()).into_owned();
                let (status, headers) = (response.status().as_u16(), pairs(response.headers()));
                pending.respond(Response { status, headers, body: body.clone() }, vec![]);
                Ok(Reply { status, body })
            }
            Err(error) => {
                pending.fail(&error);
                Err(error)
            }
        }
    }
}

/// Basic credentials (RFC 7617 §2). Base64 is always a valid header value.
fn basic(id: &str, secret: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
