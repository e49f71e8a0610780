//! Bodies of the endpoints that applications call (contract §1.6): forms, and also JSON objects.

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use oauth::params::Params;
use serde_json::{Map, Value};

use super::endpoint::Refuse;
use crate::shared::Shared;
use crate::version::Fact;
use crate::wire::{ErrorCode, OidcError};

/// The body is neither a form nor JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the body is not form-encoded")]
pub(super) struct WrongContentType {
    path: &'static str,
}

impl Refuse for WrongContentType {
    fn wire(&self) -> OidcError {
        let path = self.path;
        OidcError::invalid_request(format!(
            "only application/x-www-form-urlencoded content-type bodies are supported on POST {path}"
        ))
    }
}

/// The parameters of a body that was sent to `path`, below `/oidc`. One without a value counts as absent
/// (RFC 6749 §3.2).
pub(super) fn parse(headers: &HeaderMap, body: &str, path: &'static str) -> Result<Params, WrongContentType> {
    Ok(sent(headers, body, path)?.iter().filter(|(_, value)| !value.is_empty()).collect())
}

/// The same, with those that have no value.
pub(super) fn sent(headers: &HeaderMap, body: &str, path: &'static str) -> Result<Params, WrongContentType> {
    let Some(kind) = headers.get(CONTENT_TYPE) else {
        return Ok(Params::default());
    };
    // Without a length the request has no body, so its type cannot be wrong.
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        return Err(WrongContentType { path });
    }
    let kind = kind.to_str().unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(Params::parse(body));
    }
    if kind.starts_with("application/json") {
        // An invalid JSON body counts as empty (contract §11).
        let members: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
        let pairs = members.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        return Ok(Params::parse(&text));
    }
    Err(WrongContentType { path })
}

/// Why a form has no usable token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoToken {
    #[error("`{0}` is given twice")]
    Twice(String),
    #[error("the parameter `token` is missing")]
    Missing,
    #[error("a JWT cannot be {done}")]
    Structured { done: &'static str, endpoint: &'static str },
}

impl Refuse for NoToken {
    fn wire(&self) -> OidcError {
        match self {
            Self::Twice(name) => {
                OidcError::invalid_request(format!("'{name}' parameter must not be provided twice"))
            }
            Self::Missing => OidcError::invalid_request("missing required parameter 'token'"),
            Self::Structured { done, endpoint } => {
                let text = format!("Structured JWT Tokens cannot be {done} via the {endpoint}_endpoint");
                OidcError::new(400, ErrorCode::UnsupportedTokenType, text)
            }
        }
    }
}

/// The token of a form, opaque unless this version takes any; `done` says what the endpoint does with it.
pub(super) fn token<'f>(
    shared: &Shared,
    form: &'f Params,
    done: &'static str,
    endpoint: &'static str,
) -> Result<&'f str, NoToken> {
    if let Some(name) = form.repeated().first() {
        return Err(NoToken::Twice((*name).to_owned()));
    }
    let token = form.first("token").ok_or(NoToken::Missing)?;
    let structured = token.split('.').count() == 3 && shared.has(Fact::JwtsRefused);
    if structured { Err(NoToken::Structured { done, endpoint }) } else { Ok(token) }
}
