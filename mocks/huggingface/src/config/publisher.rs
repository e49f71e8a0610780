//! Trusted publishers: whose CI tokens may be exchanged.

use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};

/// A CI that may fetch tokens for a repository or a user ("Trusted Publishers").
///
/// The real site fetches the issuer's keys; here they are told, so that no test
/// needs a CI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedPublisher {
    /// `owner/name` of a repository, or a username: the `resource` of requests.
    pub resource: String,
    /// `iss` of its tokens.
    pub issuer: String,
    /// `sub` of its tokens; any when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The issuer's public keys (RFC 7517 §5).
    pub jwks: JwkSet,
}

impl TrustedPublisher {
    /// The user that tokens are for: the owner of a repository.
    pub(crate) fn owner(&self) -> &str {
        self.resource.split('/').next().unwrap_or_default()
    }

    pub(crate) fn is_repository(&self) -> bool {
        self.resource.contains('/')
    }
}
