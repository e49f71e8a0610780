//! Errors of connectors, and how the API reports them (contract §7).

use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::fetch::{Answer, FetchError};
use super::id_token_error::IdTokenError;
use crate::wire::{ApiError, Code, Issue};

/// Why a call of a connector failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectorError {
    #[error("the connector's configuration is invalid: {}", issues(.0))]
    InvalidConfig(Vec<Issue>),
    #[error("the callback has no code")]
    AuthorizationFailed(Value),
    #[error("the callback is invalid: {0}")]
    Callback(Value),
    #[error("the {endpoint} endpoint answered {status}: {body}")]
    Refused { endpoint: &'static str, status: u16, body: String },
    #[error("the token endpoint answered {status}: {body}, which this connector does not expect")]
    Unexpected { status: u16, body: String },
    #[error("the token response is not JSON: {0}")]
    TokenNotJson(String),
    #[error("the token response has an empty access_token")]
    NoAccessToken { told: Option<&'static str> },
    #[error("the response of the provider lacks: {}", issues(.0))]
    InvalidResponse(Vec<Issue>),
    #[error("the response of the provider cannot be parsed: {0}")]
    Unreadable(String),
    #[error("userinfo answered 401: the access token is not accepted")]
    AccessTokenInvalid,
    #[error("userinfo answered {status}: {body}")]
    UserinfoRefused { status: u16, body: String },
    #[error("the claims of the ID token are not as expected: {}", issues(.0))]
    Claims(Vec<Issue>),
    #[error("the nonce of the ID token is not the one of the authorization request")]
    Nonce,
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    #[error("the provider could not be reached: {0}")]
    Network(#[from] FetchError),
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

/// The members of a provider's response, which must be an object.
pub(super) fn members(response: &Value) -> Result<&Map<String, Value>, ConnectorError> {
    let refused = || ConnectorError::InvalidResponse(vec![Issue::not_an_object(response)]);
    response.as_object().ok_or_else(refused)
}

/// Refuses what has any issue.
pub(super) fn without(
    issues: impl IntoIterator<Item = Option<Issue>>,
    refused: fn(Vec<Issue>) -> ConnectorError,
) -> Result<(), ConnectorError> {
    let issues: Vec<Issue> = issues.into_iter().flatten().collect();
    if issues.is_empty() { Ok(()) } else { Err(refused(issues)) }
}

/// What JavaScript would have printed. For the log only: it is never sent to the client.
#[derive(Debug, Clone)]
pub(crate) struct Uncaught(pub(crate) String);

fn issues(issues: &[Issue]) -> String {
    issues.iter().map(Issue::place).collect::<Vec<_>>().join(", ")
}

impl ConnectorError {
    pub(crate) fn wire(&self) -> ApiError {
        match self {
            Self::InvalidConfig(issues) => with_issues(Code::ConnectorInvalidConfig.error(), issues),
            Self::AuthorizationFailed(data) => {
                Code::ConnectorAuthorizationFailed.error().with_data(data.clone())
            }
            Self::Callback(data) => general(data.clone()),
            // Status and body of the provider are lost here, as in the real Logto.
            Self::Refused { .. } => general(json!({ "message": "{}" })),
            Self::TokenNotJson(text) => ApiError::syntax(text.clone()),
            Self::NoAccessToken { told } => {
                let error = Code::ConnectorSocialAuthCodeInvalid.error();
                match told {
                    Some(told) => error.with_data(json!({ "message": told })),
                    None => error,
                }
            }
            Self::InvalidResponse(issues) => with_issues(invalid_response(), issues),
            Self::Unreadable(body) => invalid_response().with_data(json!({ "message": body })),
            Self::AccessTokenInvalid => Code::ConnectorSocialInvalidAccessToken.error(),
            Self::UserinfoRefused { body, .. } => general(json!({ "message": body })),
            Self::Claims(issues) => with_issues(invalid_id_token(), issues),
            Self::Nonce => invalid_id_token()
                .with_data(json!({ "message": "ID Token validation failed due to `nonce` mismatch." })),
            // The real Logto does not catch these.
            Self::IdToken(_) | Self::Unexpected { .. } | Self::Network(_) => ApiError::internal(),
        }
    }
}

impl IntoResponse for ConnectorError {
    fn into_response(self) -> Response {
        let mut response = self.wire().response(self.to_string());
        if let Some(text) = self.uncaught() {
            response.extensions_mut().insert(Uncaught(text));
        }
        response
    }
}

impl ConnectorError {
    /// How JavaScript prints an error that is not caught, as in the audit log; `None` if Logto has
    /// its own error for it.
    fn uncaught(&self) -> Option<String> {
        match self {
            Self::Network(FetchError::Elapsed(_)) => Some("TimeoutError: Request timed out".to_owned()),
            Self::Network(_) => Some("TypeError: fetch failed".to_owned()),
            Self::IdToken(error) => Some(format!("Error: {error}")),
            Self::Unexpected { status, .. } => {
                Some(format!("HTTPError: Request failed with status code {status}"))
            }
            _ => None,
        }
    }
}

fn invalid_response() -> ApiError {
    Code::ConnectorInvalidResponse.error()
}

fn invalid_id_token() -> ApiError {
    Code::ConnectorSocialInvalidIdToken.error()
}

/// The message contains the data, or the description in it.
fn general(data: Value) -> ApiError {
    let told = data.get("errorDescription").and_then(Value::as_str);
    let told = told.map_or_else(|| data.to_string(), ToOwned::to_owned);
    Code::ConnectorGeneral.about(&[&told]).with_data(data)
}

/// Issues are sent as zod lists them, as `data` and as `details`.
fn with_issues(mut error: ApiError, issues: &[Issue]) -> ApiError {
    let guard = ApiError::guard(issues);
    error.data = guard.data;
    error.details = guard.details;
    error
}
