//! Errors of `/oidc` (contract §0.1): the OAuth body with Logto's `code`,
//! `message` and `error_uri` in front.

use axum::response::Response;
use http::header::{VARY, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kit::{Note, Prose};
use oauth::ErrorCode;
use serde_json::{Map, Value, json};

use super::answer;

/// An error as it goes out. Each endpoint has its own enum and maps it to this.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OidcError {
    pub(crate) status: u16,
    pub(crate) error: ErrorCode,
    pub(crate) description: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) iss: Option<String>,
    pub(crate) www_authenticate: Option<String>,
}

impl OidcError {
    pub(crate) fn new(status: u16, error: ErrorCode, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: Some(description.into()),
            scope: None,
            state: None,
            iss: None,
            www_authenticate: None,
        }
    }

    /// 400 `invalid_request`.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(400, ErrorCode::InvalidRequest, description)
    }

    /// `code` is `session.not_found` for two descriptions, else the error's (contract §0.1).
    fn code(&self) -> String {
        let description = self.description.as_deref().unwrap_or_default();
        let lost = description.contains("session") && description.contains("not found")
            || description.contains("authorization request has expired");
        if lost { "session.not_found".to_owned() } else { format!("oidc.{}", self.error.as_str()) }
    }

    pub(crate) fn body(&self) -> Value {
        let code = self.code();
        let mut body = Map::new();
        body.insert("code".to_owned(), json!(code));
        body.insert("message".to_owned(), json!(message(&code)));
        if self.error == ErrorCode::InvalidGrant {
            body.insert("error_uri".to_owned(), json!("https://openid.sh/debug/invalid_grant"));
        }
        body.insert("error".to_owned(), json!(self.error.as_str()));
        for (name, value) in [
            ("error_description", &self.description),
            ("scope", &self.scope),
            ("state", &self.state),
            ("iss", &self.iss),
        ] {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(body)
    }

    /// The answer. The code of its note is the error's on the wire; `reason` says more than the wire does.
    pub(crate) fn response(&self, reason: impl Into<Prose>) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = answer::json(status, &self.body());
        if let Some(Ok(value)) = self.www_authenticate.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        kit::note(response, Note::new(self.error.as_str(), reason))
    }

    /// From a check before any endpoint of the OIDC provider is asked: without
    /// the headers that these add.
    pub(crate) fn before_provider(&self, reason: impl Into<Prose>) -> Response {
        let mut response = self.response(reason);
        response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        response
    }

    /// The same, with `Cache-Control: no-store`.
    pub(crate) fn uncached(&self, reason: impl Into<Prose>) -> Response {
        answer::uncached(self.response(reason))
    }
}

/// English messages of the codes (recorded).
fn message(code: &str) -> String {
    match code {
        "session.not_found" => "Session not found. Please go back and sign in again.",
        "oidc.invalid_request" => "Request is invalid.",
        "oidc.invalid_grant" => "Grant request is invalid.",
        "oidc.invalid_redirect_uri" => {
            "`redirect_uri` did not match any of the client's registered `redirect_uris`."
        }
        "oidc.invalid_scope" => "Invalid scope: {{error_description}}.",
        "oidc.invalid_target" => "Invalid resource indicator.",
        "oidc.insufficient_scope" => "Token missing scope `{{scope}}`.",
        "oidc.invalid_token" => "Invalid token provided.",
        "oidc.unsupported_response_type" => "Unsupported `response_type` requested.",
        "oidc.unsupported_response_mode" => "Unsupported `response_mode` requested.",
        "oidc.unsupported_grant_type" => "Unsupported `grant_type` requested.",
        "oidc.access_denied" => "Access denied.",
        _ => return format!("An OIDC error occurred: {code}."),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_recorded_order_of_members() {
        let error = OidcError::new(400, ErrorCode::InvalidGrant, "grant request is invalid");
        assert_eq!(
            error.body().to_string(),
            r#"{"code":"oidc.invalid_grant","message":"Grant request is invalid.","error_uri":"https://openid.sh/debug/invalid_grant","error":"invalid_grant","error_description":"grant request is invalid"}"#
        );
    }

    #[test]
    fn a_lost_session_has_a_code_of_its_own() {
        let error = OidcError::invalid_request("authorization request has expired");
        assert_eq!(error.body()["code"], "session.not_found");
    }
}
