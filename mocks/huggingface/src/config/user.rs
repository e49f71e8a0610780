//! Users and organizations.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// A user of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// The id, 24 hexadecimal digits, stable across renames. If empty, it is derived from the
    /// username, so that a user has the same id in every run.
    pub sub: String,
    /// The username, as in URLs.
    pub username: String,
    /// The display name. If empty, the username.
    pub fullname: String,
    /// The e-mail address, if the user has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is verified; otherwise the user cannot authorize apps.
    pub email_verified: bool,
    /// Absolute URL of the avatar. If absent, the mock serves one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// URL of the user's own website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Whether the user has a PRO account.
    pub is_pro: bool,
    /// Whether a payment method is set up.
    pub can_pay: bool,
    /// When the user pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<BillingMode>,
    /// Hardware shown on the profile page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hardware: Vec<HardwareItem>,
    /// The organizations that the user is a member of.
    pub orgs: Vec<Membership>,
}

impl Default for User {
    fn default() -> Self {
        User {
            sub: String::new(),
            username: String::new(),
            fullname: String::new(),
            email: None,
            email_verified: true,
            picture: None,
            website: None,
            is_pro: false,
            can_pay: false,
            billing_mode: None,
            hardware: Vec::new(),
            orgs: Vec::new(),
        }
    }
}

impl User {
    pub(crate) fn registered(mut self) -> User {
        if self.sub.is_empty() {
            self.sub = derived_id("user", &self.username);
        }
        if self.fullname.is_empty() {
            self.fullname.clone_from(&self.username);
        }
        self
    }
}

/// An organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Organization {
    /// The id, 24 hexadecimal digits. If empty, it is derived from the name.
    pub sub: String,
    /// The username, as in URLs.
    pub username: String,
    /// The display name. If empty, the username.
    pub fullname: String,
    /// Absolute URL of the avatar. If absent, the mock serves one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The plan that the organization pays for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Whether a payment method is set up.
    pub can_pay: bool,
    /// When the organization pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<BillingMode>,
}

impl Organization {
    pub(crate) fn registered(mut self) -> Organization {
        if self.sub.is_empty() {
            self.sub = derived_id("org", &self.username);
        }
        if self.fullname.is_empty() {
            self.fullname.clone_from(&self.username);
        }
        self
    }
}

/// A user's membership in an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Membership {
    /// The organization's `username`.
    pub org: String,
    /// The user's role in the organization.
    pub role: Role,
    /// Why the organization currently rejects the user's token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_restrictions: Vec<SecurityRestriction>,
    /// Resource groups in which the user has a role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_groups: Vec<ResourceGroup>,
}

/// Role of a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Full access.
    Admin,
    /// Read and write access.
    Write,
    /// May create resources, and change those they created.
    Contributor,
    /// Read access.
    #[default]
    Read,
    /// No access.
    NoAccess,
}

/// Why an organization rejects a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SecurityRestriction {
    /// Two-factor authentication is missing.
    Mfa,
    /// The token policy does not allow this token.
    TokenPolicy,
    /// The organization revoked the token.
    TokenRevoked,
    /// The user did not sign in through the organization's identity provider.
    Sso,
    /// The IP address is not allowed.
    Ip,
}

/// A resource group of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResourceGroup {
    /// Id of the group.
    pub sub: String,
    /// Name of the group.
    pub name: String,
    /// The user's role in the group.
    pub role: Role,
}

/// Plan of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The Team plan.
    Team,
    /// The Enterprise plan.
    Enterprise,
    /// The Enterprise Plus plan.
    Plus,
    /// The Academia plan.
    Academia,
}

/// When an account pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BillingMode {
    /// The account pays in advance.
    Prepaid,
    /// The account pays after use.
    Postpaid,
}

/// An entry of the hardware on a profile page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HardwareItem {
    /// Type, vendor, model.
    pub sku: [String; 3],
    /// Memory in gigabytes.
    pub mem: u32,
    /// Number of such devices.
    pub num: u32,
    /// Whether the profile shows it first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_primary: bool,
}

/// 24 hexadecimal digits, derived from kind and name.
fn derived_id(kind: &str, name: &str) -> String {
    hex(&digest(&SHA256, format!("{kind}:{name}").as_bytes()).as_ref()[..12])
}

/// Path of the avatar that the mock serves for a name.
pub(crate) fn avatar_path(name: &str) -> String {
    let digest = digest(&SHA256, format!("avatar:{name}").as_bytes());
    format!("/avatars/{}.svg", hex(&digest.as_ref()[..16]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
