//! A client of Logto's Management API, the only way in which the harness
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
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The Management API could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// No answer.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// No answer in time.
    #[error(transparent)]
    Deadline(#[from] kit::DeadlineExceeded),
    /// No token was given for the credentials.
    #[error(
        "{url} gave no Management API token for application `{id}`: {status} {body}\n\
         check the id and secret, that the address is that of the admin tenant (port 3002 of a stock \
         Logto, `--logto-admin`), and that the application's role includes the Management API"
    )]
    NoToken {
        /// The token endpoint.
        url: Url,
        /// The application asked for.
        id: String,
        /// The status answered.
        status: u16,
        /// The body answered.
        body: String,
    },
    /// Logto refused a call.
    #[error("{method} {path} was answered {status} {body}")]
    Refused {
        /// The method.
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
    /// What was read is not JSON, or ends in the middle.
    #[error("the answer of {method} {path} is not JSON: {cause}; it begins with `{begin}`")]
    NotJson {
        /// The method.
        method: http::Method,
        /// The path below `/api`.
        path: String,
        /// What is wrong with it.
        cause: String,
        /// Its first characters.
        begin: String,
    },
    /// An answer is not of the form that the contract gives.
    #[error("the answer of {method} {path} has no `{member}`: {body}")]
    Unexpected {
        /// The method.
        method: http::Method,
        /// The path below `/api`.
        path: String,
        /// What is missing.
        member: &'static str,
        /// The body answered.
        body: String,
    },
}

/// An open door to the Management API of one Logto. A token that has expired is replaced: a tenant
/// is put back also after a long walk, or one during which a clock was set.
#[derive(Debug, Clone)]
pub struct Management {
    client: Client,
    base: Url,
    door: Arc<Door>,
}

/// Where tokens are given, for what, and the last one.
struct Door {
    url: Url,
    credentials: Credentials,
    resource: String,
    token: Mutex<String>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Door {
    fn token(&self) -> String {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for a token. `scope=all` has to be asked for, otherwise a useless token comes back
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
            // The admin tenant is seldom asked, and both ends of a kept connection are often in one process.
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
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(())
    }
}

/// An answer that was not an error.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The body; `null` when there is none.
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
    /// [`ManagementError::Unexpected`] when it is not there.
    pub fn text(&self, member: &'static str) -> Result<String, ManagementError> {
        self.body.get(member).and_then(Value::as_str).map(ToOwned::to_owned).ok_or_else(|| self.lacks(member))
    }

    /// The body as a list.
    ///
    /// # Errors
    /// [`ManagementError::Unexpected`] when it is none.
    pub fn list(&self) -> Result<&Vec<Value>, ManagementError> {
        self.body.as_array().ok_or_else(|| self.lacks("list"))
    }

    /// What to say when a member is missing.
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
    /// [`ManagementError::NoToken`] when the credentials are refused.
    pub async fn open(
        client: Client,
        logto: &Url,
        admin: &Url,
        credentials: &Credentials,
    ) -> Result<Self, ManagementError> {
        Self::open_for(client, logto, admin, credentials, RESOURCE).await
    }

    /// As [`Management::open`], for a tenant whose Management API is another
    /// resource, such as `https://<tenant>.logto.app/api`.
    ///
    /// # Errors
    /// [`ManagementError::NoToken`] when the credentials are refused.
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
            token: Mutex::default(),
        };
        door.open(&client).await?;
        Ok(Self { client, base: joined(logto, "api/"), door: Arc::new(door) })
    }

    /// The access token it uses now.
    #[must_use]
    pub fn token(&self) -> String {
        self.door.token()
    }

    /// Reads.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn get(&self, path: &str) -> Result<Answer, ManagementError> {
        self.call(http::Method::GET, path, None).await
    }

    /// Creates.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::POST, path, Some(body)).await
    }

    /// Changes.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::PATCH, path, Some(body)).await
    }

    /// Replaces.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer, ManagementError> {
        self.call(http::Method::PUT, path, Some(body)).await
    }

    /// Deletes; what is gone already counts as deleted.
    ///
    /// # Errors
    /// [`ManagementError::Refused`] with Logto's own answer.
    pub async fn delete(&self, path: &str) -> Result<(), ManagementError> {
        match self.call(http::Method::DELETE, path, None).await {
            Ok(_) | Err(ManagementError::Refused { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Any call, whatever the answer: its status, and its body as text.
    ///
    /// # Errors
    /// [`ManagementError`] when there is no answer.
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
        // It was good when it was given, so its time is over.
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
            // Messages end up in error texts; English whatever the machine speaks.
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
