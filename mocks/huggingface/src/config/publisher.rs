//! Trusted publishers, as in the settings of a repository or an account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A CI job that can get a token for a resource (hub-docs, `trusted-publishers.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedPublisher {
    /// `namespace/name` of a model, or of a dataset, Space or kernel with the prefix `datasets/`,
    /// `spaces/` or `kernels/`; or a username.
    pub resource: String,
    /// `iss` of the CI provider's tokens.
    pub issuer: String,
    /// Claims that a token must have, with exactly these values.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// The CI provider's key set (RFC 7517 §5). If absent, it is fetched from the address in the
    /// issuer's discovery document, provided that the stack can reach that host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
}
