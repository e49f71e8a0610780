//! Settings of what an access token may allow: API resources with their scopes, and roles.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::named::named;

/// Scopes, by the indicator of their API resource.
pub type ScopesByResource = IndexMap<String, Vec<String>>;

/// An API for which Logto issues access tokens (`POST /api/resources`; RFC 8707).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiResource {
    /// What apps send as `resource`, and the audience of its access tokens: an absolute URI, compared
    /// as text.
    pub indicator: String,
    /// Its name in the Logto console and on the consent page; the default is the indicator.
    #[serde(default)]
    pub name: Option<String>,
    /// Its scopes, called permissions in the Logto console. A person has those of their roles.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Lifetime of its access tokens in seconds; the default is an hour.
    #[serde(default)]
    pub access_token_ttl: Option<u32>,
    /// Whether it is the resource of a request that names none.
    #[serde(default)]
    pub is_default: bool,
}

/// A role of people (`POST /api/roles`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name, unique in the tenant; the claim `roles` lists it.
    pub name: String,
    /// Its description; the default is its name.
    #[serde(default)]
    pub description: Option<String>,
    /// The scopes that it gives, by the indicator of their resource.
    #[serde(default)]
    pub scopes: ScopesByResource,
    /// Whether new people have it.
    #[serde(default)]
    pub is_default: bool,
}

named! {
    /// A scope about the person that a third-party application may be permitted to request; `openid`
    /// and `offline_access` are always permitted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "snake_case")]
    pub enum UserScope {
        /// Name, username, picture and the like.
        Profile => "profile",
        /// The e-mail address.
        Email => "email",
        /// The phone number.
        Phone => "phone",
        /// The postal address.
        Address => "address",
        /// The custom data of the account.
        CustomData => "custom_data",
        /// The social identities.
        Identities => "identities",
        /// The names of the roles.
        Roles => "roles",
        /// The organizations that the person belongs to.
        #[serde(rename = "urn:logto:scope:organizations")]
        Organizations => "urn:logto:scope:organizations",
        /// The roles in these organizations.
        #[serde(rename = "urn:logto:scope:organization_roles")]
        OrganizationRoles => "urn:logto:scope:organization_roles",
        /// The person's sessions, for the account API.
        #[serde(rename = "urn:logto:scope:sessions")]
        Sessions => "urn:logto:scope:sessions",
        /// The person's trusted devices, for the account API.
        #[serde(rename = "urn:logto:scope:trusted_devices")]
        TrustedDevices => "urn:logto:scope:trusted_devices",
    }
}
