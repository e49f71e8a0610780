//! Reads a token request.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use oauth::Params;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::config::JsonTokenRequest;

/// The grants that this mock supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::routes) enum Grant {
    AuthorizationCode,
    RefreshToken,
    DeviceCode,
    TokenExchange,
}

/// The parameters, each sent once (RFC 6749 §3.2), as a form or as JSON.
pub(in crate::routes) fn params(
    headers: &HeaderMap,
    body: &Bytes,
    json: JsonTokenRequest,
) -> Result<Params, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let media_type = content_type.as_deref().and_then(|value| value.split(';').next()).map(str::trim);
    let params = match media_type {
        None => Params::parse(&String::from_utf8_lossy(body)),
        Some(form) if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") => {
            Params::parse(&String::from_utf8_lossy(body))
        }
        Some(other) if other.eq_ignore_ascii_case("application/json") => match json {
            JsonTokenRequest::Accepted => from_json(body)?,
            JsonTokenRequest::Refused => return Err(Refusal::JsonNotAllowed),
        },
        Some(other) => return Err(Refusal::ContentType(other.to_owned())),
    };
    for name in params.repeated() {
        // RFC 8707 §2 allows `resource` to be a list.
        if name != "resource" {
            params.one(name)?;
        }
    }
    Ok(params)
}

fn from_json(body: &Bytes) -> Result<Params, Refusal> {
    let object: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| Refusal::Json(error.to_string()))?;
    object
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            other => Err(Refusal::Json(format!("`{name}` is {other}, not a string"))),
        })
        .collect()
}

/// `grant_type` is supported by the mock (RFC 6749 §5.2).
pub(in crate::routes) fn grant_type(params: &Params) -> Result<Grant, Refusal> {
    match params.first("grant_type") {
        None | Some("") => Err(Refusal::NoGrantType),
        Some("authorization_code") => Ok(Grant::AuthorizationCode),
        Some("refresh_token") => Ok(Grant::RefreshToken),
        Some("urn:ietf:params:oauth:grant-type:device_code") => Ok(Grant::DeviceCode),
        Some("urn:ietf:params:oauth:grant-type:token-exchange") => Ok(Grant::TokenExchange),
        Some(other) => Err(Refusal::UnknownGrantType(other.to_owned())),
    }
}
