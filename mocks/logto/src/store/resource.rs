//! API resources and their scopes (RFC 8707; contract §4, "Resources").

use serde_json::{Value, json};

/// An API for which tokens are issued.
#[derive(Debug, Clone)]
pub(crate) struct ApiResource {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The `resource` of requests, and the audience of tokens.
    pub(crate) indicator: String,
    pub(crate) is_default: bool,
    /// Seconds.
    pub(crate) access_token_ttl: i64,
    pub(crate) scopes: Vec<ResourceScope>,
}

/// A permission of an API.
#[derive(Debug, Clone)]
pub(crate) struct ResourceScope {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
}

/// Id of the Management API, which is a resource of every tenant.
const MANAGEMENT_API: &str = "management-api";

/// The resource that stands for the organizations of a tenant. Logto knows it always, also in a
/// tenant without organizations (`isReservedResource`, `core/src/oidc/resource.ts`).
const ORGANIZATIONS: &str = "urn:logto:resource:organizations";

/// Whether a resource is Logto's own, which no tenant registers. Its scopes are those that the
/// tenant defines for organizations; the double has none.
pub(super) fn is_reserved(indicator: &str) -> bool {
    indicator == ORGANIZATIONS
}

impl ApiResource {
    /// As after `db seed`.
    pub(crate) fn management_api(now: i64) -> Self {
        let scope = ResourceScope {
            id: format!("{MANAGEMENT_API}-all"),
            name: "all".to_owned(),
            description: Some("Default scope for Management API, allows all permissions.".to_owned()),
            created_at: now,
        };
        Self {
            id: MANAGEMENT_API.to_owned(),
            name: "Logto Management API".to_owned(),
            indicator: "https://default.logto.app/api".to_owned(),
            is_default: false,
            access_token_ttl: super::lifetime::ACCESS_TOKEN,
            scopes: vec![scope],
        }
    }

    pub(crate) fn is_management_api(&self) -> bool {
        self.id == MANAGEMENT_API
    }

    /// The resource in the Management API.
    pub(crate) fn json(&self) -> Value {
        json!({
            "tenantId": "default",
            "id": self.id,
            "name": self.name,
            "indicator": self.indicator,
            "isDefault": self.is_default,
            "accessTokenTtl": self.access_token_ttl,
        })
    }

    /// The same with its scopes.
    pub(crate) fn json_with_scopes(&self) -> Value {
        let mut json = self.json();
        json["scopes"] = self.scopes.iter().map(|scope| scope.json(&self.id)).collect();
        json
    }
}

impl ResourceScope {
    /// The scope in the Management API.
    pub(crate) fn json(&self, resource: &str) -> Value {
        json!({
            "tenantId": "default",
            "id": self.id,
            "resourceId": resource,
            "name": self.name,
            "description": self.description,
            "createdAt": self.created_at,
        })
    }
}
