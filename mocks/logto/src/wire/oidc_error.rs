//! Errors of `/oidc` (contract §0.1): the OAuth body with Logto's `code`,
//! `message` and `error_uri` in front.

use axum::response::Response;
use http::header::{VARY, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kit::{Note, Prose};
use serde_json::{Value, json};

use super::answer;
use super::code::{Code, ErrorCode};

/// An error as it is sent. Each endpoint has its own enum and maps it to this.
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

    pub(crate) fn body(&self) -> Value {
        let description = self.description.as_deref().unwrap_or_default();
        // Two descriptions have their own code (contract §0.1).
        let lost = description.contains("session") && description.contains("not found")
            || description.contains("authorization request has expired");
        let (code, message) = match lost {
            true => (Code::SessionNotFound.as_str().to_owned(), Code::SessionNotFound.message(&[])),
            false => (self.error.code(), self.error.message().to_owned()),
        };
        let grant = self.error == ErrorCode::InvalidGrant;
        let body = json!({
            "code": code,
            "message": message,
            "error_uri": grant.then_some("https://openid.sh/debug/invalid_grant"),
            "error": self.error.as_str(),
            "error_description": self.description,
            "scope": self.scope,
            "state": self.state,
            "iss": self.iss,
        });
        answer::without_nulls(body).into()
    }

    /// The response. The code of its note is the error's code in the response; `reason` says more
    /// than the response does.
    pub(crate) fn response(&self, reason: impl Into<Prose>) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = answer::json(status, &self.body());
        if let Some(Ok(value)) = self.www_authenticate.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        kit::note(response, Note::new(self.error.as_str(), reason))
    }

    /// The response of a check that runs before the endpoints of the OIDC provider: without the
    /// headers that they add.
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
