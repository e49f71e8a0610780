//! A client of Logto's Management API, through which alone the harness
//! configures any Logto (contract §4, §5).

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_TYPE};
use kit::{Client, SendError};
use serde_json::Value;
use url::Url;

/// The API resource of the default tenant's Management API.
const RESOURCE: &str = "https://default.logto.app/api";

/// How long one call may take. Creating a connector on a cold Logto takes about a second.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Credentials of a machine-to-machine application that may use the Management API.
#[derive(Clone)]
pub struct Credentials {
    /// The application's id, e.g. the seeded `m-default`.
    pub id: String,
    /// The application's secret.
    pub secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A call of the Management API failed.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// Logto did not answer.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// Logto did not answer in time.
    #[error(transparent)]
    Deadline(#[from] kit::DeadlineExceeded),
    /// Logto issued no token for the credentials.
    #[error(
        "{url} issued no Management API token for application `{id}`: {status} {body}\n\
         check the id and secret, that the address is the admin tenant's (`--logto-admin`; port 3002 of a stock \
         Logto), and that the application's role includes the Management API"
    )]
    NoToken {
        /// The token endpoint.
        url: Url,
        /// Id of the application.
        id: String,
        /// The status answered.
        status: u16,
        /// The body answered.
        body: String,
    },
    /// Logto refused a call.
    #[error("Logto answered {method} {path} with {status} {body}")]
    Refused {
        /// The method of the call.
        method: http::Method,
        /// The path below `/api`.
        path: String,
        /// The status answered.
        status: u16,
        /// Logto's error code, where the body has one.
        code: Option<String>,
        /// The body answered.
        body: String,
    },
    /// The answer is not JSON, or is cut off.
    #[error("the answer to {method} {path} is not JSON: {cause}; it begins with `{begin}`")]
    NotJson {
        /// The method of the call.
        method: http::Method,
        /// The path below `/api`.
        path: String,
        /// What the JSON parser says.
        cause: String,
        /// The first characters of the body.
        begin: String,
    },
    /// An answer lacks a member that the contract promises.
    #[error("the answer to {method} {path} has no `{member}`: {body}")]
    Unexpected {
        /// The method of the call.
        method: http::Method,
        /// The path below `/api`.
        path: String,
        /// The missing member.
        member: &'static str,
        /// The body answered.
        body: String,
    },
}

/// A session with the Management API of one Logto. An expired token is replaced, so that a tenant
/// can be restored after a long walk, or one during which a clock was set.
#[derive(Debug, Clone)]
pub struct Management {
    client: Client,
    base: Url,
    door: Arc<Door>,
}

/// Where tokens are issued, for which resource, and those that were.
struct Door {
    url: Url,
    credentials: Credentials,
    resource: String,
    /// All so far, the latest last.
    tokens: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Door {
    fn token(&self) -> String {
        self.tokens().pop().unwrap_or_default()
    }

    fn tokens(&self) -> Vec<String> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests a token. Without `scope=all` Logto issues one that permits nothing
    /// (contract §5.4).
    async fn open(&self, client: &Client) -> Result<(), ManagementError> {
        let Credentials { id, secret } = &self.credentials;
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("resource", &self.resource)
            .append_pair("scope", "all")
            .finish();
        let request = http::Request::post(self.url.as_str())
            .header(AUTHORIZATION, format!("Basic {basic}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            // Requests to the admin tenant are rare, and both ends of an open connection are often in one
            // process.
            .header(CONNECTION, "close")
            .body(Bytes::from(form))
            .expect("a URL, two header values of base64 and a constant make a request");
        let response = kit::within("a Management API token", LIMIT, client.send(request)).await??;
        let (status, body) = (response.status().as_u16(), lossy(response.body()));
        let token = serde_json::from_str::<Value>(&body)
            .ok()
            .filter(|_| status == 200)
            .and_then(|body| body.get("access_token")?.as_str().map(ToOwned::to_owned));
        let Some(token) = token else {
            return Err(ManagementError::NoToken { url: self.url.clone(), id: id.clone(), status, body });
        };
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).push(token);
        Ok(())
    }
}

/// An answer with a success status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The body; `null` if it is empty.
    pub body: Value,
    /// The `Total-Number` header of lists.
    pub total: Option<u64>,
    method: http::Method,
    path: String,
}

impl Answer {
    /// A string member of the body.
    ///
    /// # Errors
    /// [`ManagementError::Unexpected`] if it is missing.
    pub fn text(&self, member: &'static str) -> Result<String, ManagementError> {
        self.body.get(member).and_then(Value::as_str).map(ToOwned::to_owned).ok_or_else(|| self.lacks(member))
    }

    /// The body as a list.
    ///
    /// # Errors
    /// [`ManagementError::Unexpected`] if it is not a list.
    pub fn list(&self) -> Result<&Vec<Value>, ManagementError> {
        self.body.as_array().ok_or_else(|| self.lacks("list"))
    }

    /// The error for a missing member.
    #[must_use]
    pub fn lacks(&self, member: &'static str) -> ManagementError {
        ManagementError::Unexpected {
            method: self.method.clone(),
            path: self.path.clone(),
            member,
            body: self.body.to_string(),
        }
    }
}

impl Management {
    /// Gets a token from the admin tenant and opens the API of the default tenant.
    ///
    /// # Errors
    /// [`ManagementError::NoToken`] if Logto refuses the credentials.
    pub async fn open(
        client: Client,
        logto: &Url,
        admin: &Url,
        credentials: &Credentials,
    ) -> Result<Self, ManagementError> {
        Self::open_for(client, logto, admin, credentials, RESOURCE).await
    }

    /// Like [`Management::open`], for a tenant whose Management API is another
    /// resource, such as `https://<tenant>.logto.app/api`.
    ///
    /// # Errors
    /// [`ManagementError::NoToken`] if Logto refuses the credentials.
    pub async fn open_for(
        client: Client,
        logto: &Url,
        admin: &Url,
        credentials: &Credentials,
        resource: &str,
    ) -> Result<Self, ManagementError> {
        let door = Door {
            url: joined(admin, "oidc/token"),
            credentials: credentials.clone(),
            resource: resource.to_owned(),
            tokens: Mutex::default(),
        };
        door.open(&client).await?;
        Ok(Self { client, base: joined(logto, "api/"), door: Arc::new(door) })
    }

    /// What it gets its tokens with, and where.
    #[cfg(feature = "cli")]
    pub(crate) fn credentials(&self) -> (&Credentials, &Url, &str) {
        (&self.door.credentials, &self.door.url, &self.door.resource)
    }

    /// The access token it uses now.
    #[must_use]
    pub fn token(&self) -> String {
        self.door.token()
    }

    /// The access tokens that it has used so far.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.door.tokens()
    }

    /// Sends a `GET` request; `path` is relative to `/api`.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn get(&self, path: &str) -> Result<Answer, ManagementError> {
        self.call(http::Method::GET, path, None).await
    }

    /// Sends a `POST` request, which creates something.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::POST, path, Some(body)).await
    }

    /// Sends a `PATCH` request, which changes the members given.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::PATCH, path, Some(body)).await
    }

    /// Sends a `PUT` request, which replaces the whole.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::PUT, path, Some(body)).await
    }

    /// Sends a `DELETE` request; succeeds if the thing does not exist.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn delete(&self, path: &str) -> Result<(), ManagementError> {
        match self.call(http::Method::DELETE, path, None).await {
            Ok(_) | Err(ManagementError::Refused { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends any request and returns the status and the body as text, even of an error.
    ///
    /// # Errors
    /// [`ManagementError`] if Logto does not answer.
    pub async fn ask(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, String), ManagementError> {
        let response = self.send(method, path, body).await?;
        Ok((response.status().as_u16(), lossy(response.body())))
    }

    async fn call(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ManagementError> {
        let response = self.send(method.clone(), path, body).await?;
        let (status, text) = (response.status().as_u16(), lossy(response.body()));
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if !response.status().is_success() {
            let code = body.get("code").and_then(Value::as_str).map(ToOwned::to_owned);
            return Err(ManagementError::Refused { method, path: path.to_owned(), status, code, body: text });
        }
        if method == http::Method::GET
            && !text.is_empty()
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text)
        {
            let begin: String = text.chars().take(60).collect();
            return Err(ManagementError::NotJson {
                method,
                path: path.to_owned(),
                cause: error.to_string(),
                begin,
            });
        }
        let total =
            response.headers().get("total-number").and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Answer { body, total, method, path: path.to_owned() })
    }

    async fn send(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<http::Response<Bytes>, ManagementError> {
        let response = self.send_once(method.clone(), path, body).await?;
        if response.status() != http::StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        // It was valid when it was issued, so it has expired.
        self.door.open(&self.client).await?;
        self.send_once(method, path, body).await
    }

    async fn send_once(
        &self,
        method: http::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<http::Response<Bytes>, ManagementError> {
        let url = joined(&self.base, path);
        let mut request = http::Request::builder()
            .method(method.clone())
            .uri(url.as_str())
            .header(AUTHORIZATION, format!("Bearer {}", self.door.token()))
            // Logto's messages end up in error texts: always in English, whatever the machine's locale.
            .header(ACCEPT_LANGUAGE, "en");
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let payload = body.map(ToString::to_string).unwrap_or_default();
        let request =
            request.body(Bytes::from(payload)).expect("a parsed URL and header-safe values make a request");
        let what = format!("Logto's Management API, {method} {path}");
        Ok(kit::within(what, LIMIT, self.client.send(request)).await??)
    }
}

/// `path` below `base`, whether or not `base` ends in a slash.
fn joined(base: &Url, path: &str) -> Url {
    let mut text = base.as_str().trim_end_matches('/').to_owned();
    text.push('/');
    text.push_str(path);
    Url::parse(&text).unwrap_or_else(|_| base.clone())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
