//! Bodies of the endpoints that applications call (contract §1.6): forms, and
//! JSON objects too.

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use oauth::params::Params;
use serde_json::{Map, Value};

use super::endpoint::Refuse;
use crate::wire::OidcError;

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

/// The parameters of a body that was sent to `path`, below `/oidc`.
pub(super) fn parse(headers: &HeaderMap, body: &str, path: &'static str) -> Result<Params, WrongContentType> {
    let Some(kind) = headers.get(CONTENT_TYPE) else {
        return Ok(Params::default());
    };
    // Without a length there is no body that could be of a type.
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        return Err(WrongContentType { path });
    }
    let kind = kind.to_str().unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(given(&Params::parse(body)));
    }
    if kind.starts_with("application/json") {
        // A broken JSON body counts as empty (contract §11).
        let members: Map<String, Value> = serde_json::from_str(body).unwrap_or_default();
        let pairs = members.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        return Ok(given(&Params::parse(&text)));
    }
    Err(WrongContentType { path })
}

/// A parameter without a value counts as left out (RFC 6749 §3.2).
fn given(params: &Params) -> Params {
    params.iter().filter(|(_, value)| !value.is_empty()).collect()
}
