//! Reading what is sent to the control API.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use kit::Rule;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::answer;
use crate::config::Invalid;

/// Why the control API does not do something.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("there is no {0} {1}; the routes are in the documentation of the crate")]
    NoRoute(Method, String),
    #[error("the body is not what is expected here: {0}")]
    Body(serde_json::Error),
    #[error("{0}")]
    Invalid(Invalid),
    #[error("there is no user `{0}`")]
    NoUser(String),
    #[error("there is no app with client_id `{0}`")]
    NoApp(String),
    #[error("{name} is `{given}`, not a number")]
    Number { name: &'static str, given: String },
    #[error("the rule does nothing: give it a status, a delay_ms or close")]
    IdleRule,
    #[error("status {0} is not one of HTTP's final answers")]
    RuleStatus(u16),
    #[error("header `{0}` cannot be sent")]
    RuleHeader(String),
}

#[derive(Serialize)]
struct ErrorBody {
    error: String,
}

impl Refusal {
    pub(super) fn answer(&self) -> Response {
        let status = match self {
            Refusal::NoRoute(..) | Refusal::NoUser(_) | Refusal::NoApp(_) => StatusCode::NOT_FOUND,
            Refusal::Body(_)
            | Refusal::Invalid(_)
            | Refusal::Number { .. }
            | Refusal::IdleRule
            | Refusal::RuleStatus(_)
            | Refusal::RuleHeader(_) => StatusCode::UNPROCESSABLE_ENTITY,
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

/// A rule that would be dropped silently when its turn comes is refused now.
pub(super) fn check_rule(rule: Rule) -> Result<Rule, Refusal> {
    if rule.status.is_none() && rule.delay_ms.is_none() && !rule.close {
        return Err(Refusal::IdleRule);
    }
    if let Some(status) = rule.status.filter(|status| !(200..=599).contains(status)) {
        return Err(Refusal::RuleStatus(status));
    }
    let bad = rule.headers.iter().find(|(name, value)| {
        HeaderName::try_from(name.as_str()).is_err() || HeaderValue::try_from(value.as_str()).is_err()
    });
    match bad {
        Some((name, _)) => Err(Refusal::RuleHeader(name.clone())),
        None => Ok(rule),
    }
}
