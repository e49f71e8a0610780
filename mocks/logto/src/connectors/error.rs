//! Connector errors, and what the API makes of them (contract §7).

use serde_json::{Value, json};

use super::fetch::FetchError;
use crate::wire::{ApiError, Issue};

/// What went wrong in a connector.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectorError {
    #[error("the connector's configuration is not valid: {}", issues(.0))]
    InvalidConfig(Vec<Issue>),
    #[error("the callback brought no code")]
    AuthorizationFailed(Value),
    #[error("the token endpoint answered {status}: {body}")]
    TokenRefused { status: u16, body: String },
    #[error("the token answer is no JSON: {0}")]
    TokenNotJson(String),
    #[error("the token answer has an empty access_token")]
    NoAccessToken,
    #[error("the answer of the provider lacks: {}", issues(.0))]
    InvalidResponse(Vec<Issue>),
    #[error("the userinfo answer is no JSON")]
    UserinfoNotJson(String),
    #[error("userinfo answered 401: the access token is not accepted")]
    AccessTokenInvalid,
    #[error("userinfo answered {status}: {body}")]
    UserinfoRefused { status: u16, body: String },
    #[error("Hugging Face could not be reached: {0}")]
    Network(#[from] FetchError),
}

fn issues(issues: &[Issue]) -> String {
    issues.iter().map(Issue::place).collect::<Vec<_>>().join(", ")
}

impl ConnectorError {
    pub(crate) fn wire(&self) -> ApiError {
        match self {
            Self::InvalidConfig(issues) => with_issues(
                ApiError::new(400, "connector.invalid_config", "The connector's config is invalid."),
                issues,
            ),
            Self::AuthorizationFailed(data) => ApiError::new(
                401,
                "connector.authorization_failed",
                "The user's authorization process is unsuccessful.",
            )
            .with_data(data.clone()),
            // Status and body of the provider are lost here, in the real one too.
            Self::TokenRefused { .. } => general("{}"),
            Self::TokenNotJson(text) => ApiError::syntax(text.clone()),
            Self::NoAccessToken => ApiError::new(
                401,
                "connector.social_auth_code_invalid",
                "Unable to get access token, please check authorization code.",
            ),
            Self::InvalidResponse(issues) => with_issues(invalid_response(), issues),
            Self::UserinfoNotJson(body) => invalid_response().with_data(json!({ "message": body })),
            Self::AccessTokenInvalid => ApiError::new(
                401,
                "connector.social_invalid_access_token",
                "The connector's access token is invalid.",
            ),
            Self::UserinfoRefused { body, .. } => general(body),
            Self::Network(_) => ApiError::internal(),
        }
    }
}

fn invalid_response() -> ApiError {
    ApiError::new(400, "connector.invalid_response", "The connector's response is invalid.")
}

fn general(message: &str) -> ApiError {
    let data = json!({ "message": message });
    ApiError::new(400, "connector.general", format!("Error occurred in connector: {data}")).with_data(data)
}

/// Issues go out as zod lists them, as `data` and as `details`.
fn with_issues(mut error: ApiError, issues: &[Issue]) -> ApiError {
    let guard = ApiError::guard(issues);
    error.data = guard.data;
    error.details = guard.details;
    error
}
