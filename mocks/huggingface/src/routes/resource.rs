//! What the resources that accept an access token share.

use axum::response::Response;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use thiserror::Error;

use crate::config::Challenge;
use crate::store::{Store, Token};
use crate::{HuggingFace, answer};

kit::reasons! {
    /// Why a bearer token is not accepted.
    #[derive(Debug, Clone, PartialEq, Eq, Error)]
    pub(super) enum Refusal {
        #[error("the Authorization header is missing")]
        NoHeader => "hf/authorization-missing",
        #[error("the scheme of the Authorization header is `{0}`, not Bearer")]
        Scheme(String) => "hf/authorization-scheme",
        #[error("the Authorization header holds no token after Bearer")]
        NoToken => "hf/access-token-missing",
        #[error("the bearer token is {0}, not an access token")]
        OtherKind(&'static str) => "hf/access-token-of-another-kind",
        #[error("the access token was never issued here")]
        Unknown => "hf/access-token-unknown",
        #[error("the access token expired {0} s ago")]
        Expired(i64) => "hf/access-token-expired",
        #[error("the access token is no longer valid: {0}")]
        Ended(&'static str) => "hf/access-token-ended",
        #[error("the user of the access token no longer exists")]
        NoUser => "hf/user-gone",
    }
}

/// Finds the access token of a request and checks that it is valid (RFC 6750 §2.1).
pub(super) fn bearer<'a>(store: &'a Store, headers: &HeaderMap, now: i64) -> Result<&'a Token, Refusal> {
    let header = headers.get(AUTHORIZATION).ok_or(Refusal::NoHeader)?;
    let header = String::from_utf8_lossy(header.as_bytes());
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    // Case-insensitive by RFC 9110 §11.1: clients copy `token_type`, which is lowercase.
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Scheme(scheme.to_owned()));
    }
    let given = token.trim();
    if given.is_empty() {
        return Err(Refusal::NoToken);
    }
    let Some(token) = store.access_tokens.get(given) else {
        return Err(unknown(given));
    };
    if let Some(reason) = token.ended {
        return Err(Refusal::Ended(reason));
    }
    match token.expires_at {
        Some(end) if end <= now => Err(Refusal::Expired(now - end)),
        _ => Ok(token),
    }
}

fn unknown(token: &str) -> Refusal {
    if token.starts_with("hf_oauth__refresh_") {
        Refusal::OtherKind("a refresh token")
    } else if token.starts_with("hf_oauth_") {
        Refusal::Unknown
    } else if token.starts_with("hf_jwt_") {
        Refusal::OtherKind("a token for one repository")
    } else if token.starts_with("hf_") {
        Refusal::OtherKind("a personal token")
    } else if token.starts_with("eyJ") {
        Refusal::OtherKind("an id_token, or an access token without its prefix hf_oauth_")
    } else {
        Refusal::Unknown
    }
}

impl Refusal {
    /// Always 401; the text was observed at other endpoints of the site.
    pub(super) fn answer(&self, mock: &HuggingFace) -> Response {
        const TEXT: &str = "Invalid credentials in Authorization header";
        let mut response = answer::json(StatusCode::UNAUTHORIZED, &serde_json::json!({ "error": TEXT }));
        response.headers_mut().insert("x-error-message", HeaderValue::from_static(TEXT));
        if mock.switches().challenge == Challenge::Bearer {
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        kit::note(response, self)
    }
}
