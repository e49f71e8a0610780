//! Reads request bodies of the control API.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Method, StatusCode};
use kit::{Rule, RuleError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::answer;
use crate::config::Invalid;

/// Why the control API refuses a request.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("the control API has no route {0} {1}; docs/control-api.md lists its routes")]
    NoRoute(Method, String),
    #[error("the body is invalid: {0}")]
    Body(serde_json::Error),
    #[error("{0}")]
    Invalid(#[from] Invalid),
    #[error("user `{0}` does not exist")]
    NoUser(String),
    #[error("app with client_id `{0}` does not exist")]
    NoApp(String),
    #[error("{name} is `{given}`, not a number")]
    Number { name: &'static str, given: String },
    #[error(transparent)]
    Rule(#[from] RuleError),
}

#[derive(Serialize)]
struct ErrorBody {
    error: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Refusal::NoRoute(..) | Refusal::NoUser(_) | Refusal::NoApp(_) => StatusCode::NOT_FOUND,
            Refusal::Body(_) | Refusal::Invalid(_) | Refusal::Number { .. } | Refusal::Rule(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        };
        answer::json(status, &ErrorBody { error: self.to_string() })
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(Refusal::Body)
}

pub(super) fn number(name: &'static str, given: &str) -> Result<u64, Refusal> {
    given.parse().map_err(|_| Refusal::Number { name, given: given.to_owned() })
}

/// Refuses a rule that would be dropped silently when its turn comes.
pub(super) fn check_rule(rule: Rule) -> Result<Rule, Refusal> {
    rule.check()?;
    Ok(rule)
}
