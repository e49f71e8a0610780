//! Trusted publishers, as the settings of a repository or an account list them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which CI jobs get a token for a resource (hub-docs, `trusted-publishers.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedPublisher {
    /// `namespace/name` of a model, with `datasets/`, `spaces/` or `kernels/` in front for
    /// those; or a username.
    pub resource: String,
    /// `iss` of the provider's tokens.
    pub issuer: String,
    /// Claims that a token has to have, to the letter.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// The provider's key set (RFC 7517 §5). Left out, it is fetched from where the issuer's
    /// discovery document says, if the stack reaches that host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
}
