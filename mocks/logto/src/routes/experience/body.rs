//! Request bodies of the Experience API, and how they are refused (contract §2.2, §11).

use serde_json::{Map, Value};

use crate::wire::{ApiError, Issue};

/// A JSON object; an empty body counts as one without members.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, ApiError> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Array(_)) => Ok(Map::new()),
        _ => Err(ApiError::syntax("invalid JSON, only supports object and array")),
    }
}

/// A string member; several missing ones are complained about together by the caller.
pub(super) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a str, Issue> {
    match members.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(Issue::not_a_string(&[name], other)),
        None => Err(Issue::required(&[name])),
    }
}
