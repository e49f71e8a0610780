//! Probes: is every party running, and does this Logto reach *this* mock?

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use kit::{Client, Connections, Direction, Journal, Party, SendError};
use serde_json::{Value, json};
use url::Url;

use super::endpoints::Endpoints;

/// A probe failed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The party did not answer.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// No Logto answers at the address.
    #[error("no Logto answers at {logto} ({source}): check that it is running and that this is its ENDPOINT")]
    NoLogto {
        /// The `ENDPOINT` that was tried.
        logto: Url,
        /// Why the request failed.
        source: SendError,
    },
    /// A status that a healthy party does not answer with.
    #[error("{url} answered {status}, expected {expected}: check that it is the right server")]
    WrongStatus {
        /// The URL of the request.
        url: String,
        /// The status answered.
        status: u16,
        /// The status that a healthy party answers.
        expected: u16,
    },
    /// Logto's answer lacks a member that the contract promises.
    #[error("{url} answered without `{member}`: {body}")]
    Unexpected {
        /// The URL of the request.
        url: String,
        /// The missing member.
        member: &'static str,
        /// The body answered.
        body: String,
    },
    /// The mock does not listen on the port that Logto connects to.
    #[error(
        "Logto does not reach this mock: port. The connector always connects to port 443, but this mock listens on {listen}; \
         pass --huggingface-listen {ip}:443"
    )]
    Port {
        /// Where the mock listens.
        listen: std::net::SocketAddr,
        /// The IP address of `listen`.
        ip: std::net::IpAddr,
    },
    /// Logto could not find the mock by its name.
    #[error(
        "Logto does not reach this mock: name. Nothing connected to {listen} ({seen}). Make `huggingface.co` resolve to \
         {ip} where Logto runs, e.g. with the line `{ip} huggingface.co` in its /etc/hosts"
    )]
    Name {
        /// Where the mock listens.
        listen: std::net::SocketAddr,
        /// The IP address of `listen`.
        ip: std::net::IpAddr,
        /// What Logto answered.
        seen: String,
    },
    /// Logto refused the certificate.
    #[error(
        "Logto does not reach this mock: CA. It connected to {listen} but refused the certificate ({cause}). \
         Create a CA with `logto-testkit ca create DIR`, run with `--ca DIR`, and start Logto with \
         NODE_EXTRA_CA_CERTS=DIR/ca.pem (Node reads it only at start)"
    )]
    Certificate {
        /// Where the mock listens.
        listen: std::net::SocketAddr,
        /// The TLS library's message.
        cause: String,
    },
}

/// Requests Logto's health check (contract §5.2).
///
/// # Errors
/// [`ProbeError`] if it is not running.
pub(super) async fn logto_is_up(client: &Client, logto: &Url) -> Result<(), ProbeError> {
    expect(client, logto, "api/status", 204).await.map_err(|error| match error {
        ProbeError::Unreachable(source) => ProbeError::NoLogto { logto: logto.clone(), source },
        other => other,
    })
}

/// Requests the mock's discovery document over TLS, as the connector would reach it.
///
/// # Errors
/// [`ProbeError`] if it is not running.
pub(super) async fn huggingface_is_up(client: &Client, huggingface: &Url) -> Result<(), ProbeError> {
    expect(client, huggingface, ".well-known/openid-configuration", 200).await
}

/// Requests the app's session endpoint.
///
/// # Errors
/// [`ProbeError`] if it is not running.
pub(super) async fn sample_app_is_up(client: &Client, app: &Url) -> Result<(), ProbeError> {
    // This client makes no further request to the app, so the connection need not stay open.
    let url = format!("{app}api/session");
    let request = http::Request::get(&url).header(CONNECTION, "close");
    answered(client, url, request, 200).await
}

pub(super) fn in_brackets(cause: Option<&SendError>) -> String {
    cause.map_or_else(String::new, |cause| format!(" ({cause})"))
}

/// Requests a URL once.
///
/// # Errors
/// [`SendError`] if no answer comes.
pub(super) async fn get(client: &Client, url: &Url) -> Result<http::Response<Bytes>, SendError> {
    let request = http::Request::get(url.as_str())
        .body(Bytes::new())
        .map_err(|_| SendError::Url { url: url.to_string() })?;
    client.send(request).await
}

async fn expect(client: &Client, origin: &Url, path: &str, expected: u16) -> Result<(), ProbeError> {
    let url = format!("{origin}{path}");
    let request = http::Request::get(&url);
    answered(client, url, request, expected).await
}

async fn answered(
    client: &Client,
    url: String,
    request: http::request::Builder,
    expected: u16,
) -> Result<(), ProbeError> {
    let request = request.body(Bytes::new()).map_err(|_| SendError::Url { url: url.clone() })?;
    let status = client.send(request).await?.status().as_u16();
    if status == expected { Ok(()) } else { Err(ProbeError::WrongStatus { url, status, expected }) }
}

/// Makes Logto exchange an invented code and checks where the request arrives.
pub(super) struct ConnectorProbe<'a> {
    /// A client that acts as the sign-in page.
    pub(super) client: &'a Client,
    /// The stack's addresses.
    pub(super) endpoints: &'a Endpoints,
    /// The application's redirect URI.
    pub(super) redirect_uri: &'a str,
    /// The mock's journal.
    pub(super) journal: &'a Journal,
    /// An invented code, recognizable in the journal.
    pub(super) code: String,
}

impl ConnectorProbe<'_> {
    /// Runs the probe with an application and a connector. `connections` counts
    /// what has connected to the mock so far.
    ///
    /// # Errors
    /// [`ProbeError`] says whether name, port or CA is missing.
    pub(super) async fn run(
        &self,
        app_id: &str,
        connector_id: &str,
        connections: impl Fn() -> Connections,
    ) -> Result<(), ProbeError> {
        let before = connections();
        let start = self.journal.last_number();
        let answer = self.verify(app_id, connector_id).await?;
        let arrived = self.journal.since(start).into_iter().any(|entry| {
            entry.party == Party::HUGGINGFACE
                && entry.direction == Direction::Received
                && entry.request.body.contains(&self.code)
        });
        if arrived {
            return Ok(());
        }
        let (listen, now) = (self.endpoints.huggingface_addr, connections());
        let ip = listen.ip();
        if now.failed_handshakes > before.failed_handshakes {
            return Err(ProbeError::Certificate { listen, cause: now.last_failure.unwrap_or_default() });
        }
        if listen.port() != 443 {
            return Err(ProbeError::Port { listen, ip });
        }
        Err(ProbeError::Name { listen, ip, seen: format!("Logto answered {answer}") })
    }

    async fn verify(&self, app_id: &str, connector_id: &str) -> Result<String, ProbeError> {
        let mut authorize = self.url("oidc/auth");
        authorize.query_pairs_mut().extend_pairs([
            ("client_id", app_id),
            ("redirect_uri", self.redirect_uri),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "probe"),
        ]);
        let answer = self.send(http::Method::GET, &authorize, "", None).await?;
        // The Experience API needs only the interaction's cookie and its signature (contract §8).
        let cookies: Vec<&str> = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok()?.split(';').next())
            .filter(|pair| pair.starts_with("_interaction=") || pair.starts_with("_interaction.sig="))
            .collect();
        let cookies = cookies.join("; ");
        let start = json!({ "interactionEvent": "SignIn" });
        self.send(http::Method::PUT, &self.url("api/experience"), &cookies, Some(&start)).await?;
        let social = format!("api/experience/verification/social/{connector_id}");
        let callback = self.url(&format!("callback/{connector_id}"));
        let url = self.url(&format!("{social}/authorization-uri"));
        let body = json!({ "state": "probe", "redirectUri": callback });
        let answer = self.send(http::Method::POST, &url, &cookies, Some(&body)).await?;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let Some(verification) = answer.get("verificationId").and_then(Value::as_str) else {
            return Err(ProbeError::Unexpected { url: url.into(), member: "verificationId", body: text });
        };
        let body = json!({
            "verificationId": verification,
            "connectorData": { "code": self.code, "redirectUri": callback },
        });
        let answer = self
            .send(http::Method::POST, &self.url(&format!("{social}/verify")), &cookies, Some(&body))
            .await?;
        Ok(format!("{} {}", answer.status().as_u16(), String::from_utf8_lossy(answer.body())))
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.endpoints.logto_direct.clone();
        url.set_path(path);
        url
    }

    async fn send(
        &self,
        method: http::Method,
        url: &Url,
        cookies: &str,
        body: Option<&Value>,
    ) -> Result<http::Response<Bytes>, ProbeError> {
        let mut request = http::Request::builder().method(method).uri(url.as_str());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let payload = body.map(ToString::to_string).unwrap_or_default();
        let request =
            request.body(Bytes::from(payload)).map_err(|_| SendError::Url { url: url.to_string() })?;
        Ok(self.client.send(request).await?)
    }
}
