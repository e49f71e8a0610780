//! An access token, as Logto issues it and as the session stores it.

use kit::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The part of a token response that describes the access token (RFC 6749 §5.1).
#[derive(Debug, Deserialize)]
pub(crate) struct Issued {
    access_token: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    expires_in: i64,
}

/// An access token in the session's storage.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    token: String,
    scope: String,
    #[serde(rename = "expiresAt")]
    pub(crate) expires_at: i64,
}

impl AccessToken {
    pub(crate) fn new(issued: &Issued, clock: &Clock) -> Self {
        let Issued { access_token, scope, expires_in } = issued;
        let expires_at = clock.seconds().saturating_add(*expires_in);
        Self { token: access_token.clone(), scope: scope.clone(), expires_at }
    }

    /// Whether the token has the three Base64 parts of a JWT (RFC 7515 §3.1).
    pub(crate) fn is_jwt(&self) -> bool {
        self.token.split('.').count() == 3
    }

    /// What the app shows about the token, without the token itself.
    pub(crate) fn described(&self) -> Value {
        json!({ "format": if self.is_jwt() { "jwt" } else { "opaque" }, "scope": self.scope })
    }
}
