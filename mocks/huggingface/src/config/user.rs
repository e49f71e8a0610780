//! Users and organisations.

use aws_lc_rs::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A user of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// The id, 24 hexadecimal digits, stable across renames. Empty: derived
    /// from the username, so that the same user has the same id in every run.
    pub sub: String,
    /// The name in URLs.
    pub username: String,
    /// The display name. Empty: the username.
    pub fullname: String,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Only users with a verified address can authorise an app.
    pub email_verified: bool,
    /// Absolute URL of the avatar. Absent: one of the mock's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The user's own site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Whether the user pays for a PRO account.
    pub is_pro: bool,
    /// Whether a payment method is set up.
    pub can_pay: bool,
    /// How the user pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<BillingMode>,
    /// Hardware on the profile page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hardware: Vec<HardwareItem>,
    /// The organisations the user is in.
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

/// An organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    /// The id, 24 hexadecimal digits. Empty: derived from the name.
    pub sub: String,
    /// The name in URLs.
    pub username: String,
    /// The display name. Empty: the name in URLs.
    pub fullname: String,
    /// Absolute URL of the avatar. Absent: one of the mock's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The plan it pays for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Whether a payment method is set up.
    pub can_pay: bool,
    /// How it pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<BillingMode>,
}

impl Organisation {
    pub(crate) fn registered(mut self) -> Organisation {
        if self.sub.is_empty() {
            self.sub = derived_id("org", &self.username);
        }
        if self.fullname.is_empty() {
            self.fullname.clone_from(&self.username);
        }
        self
    }
}

/// A user's place in an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Membership {
    /// The organisation's `username`.
    pub org: String,
    /// What the user may do there.
    pub role: Role,
    /// What keeps the user's token out for now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_restrictions: Vec<SecurityRestriction>,
    /// Groups of resources the user has a role in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_groups: Vec<ResourceGroup>,
}

/// Role of a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Read and write.
    Write,
    /// Create, and change what one created.
    Contributor,
    /// Read.
    #[default]
    Read,
    /// Nothing.
    NoAccess,
}

/// A reason why an organisation keeps a token out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityRestriction {
    /// Two-factor authentication is missing.
    Mfa,
    /// The token policy does not allow this token.
    TokenPolicy,
    /// The organisation revoked the token.
    TokenRevoked,
    /// A sign-in through the organisation's identity provider is missing.
    Sso,
    /// The address is not allowed.
    Ip,
}

/// A group of resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceGroup {
    /// The id.
    pub sub: String,
    /// The name.
    pub name: String,
    /// The user's role in it.
    pub role: Role,
}

/// Plan of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Team.
    Team,
    /// Enterprise.
    Enterprise,
    /// Enterprise Plus.
    Plus,
    /// Academia.
    Academia,
}

/// How an account pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingMode {
    /// In advance.
    Prepaid,
    /// Afterwards.
    Postpaid,
}

/// Hardware on a profile page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HardwareItem {
    /// Type, vendor, model.
    pub sku: [String; 3],
    /// Memory in gigabytes.
    pub mem: u32,
    /// How many.
    pub num: u32,
    /// Whether it is the one shown first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_primary: bool,
}

/// 24 hexadecimal digits that depend on kind and name only.
fn derived_id(kind: &str, name: &str) -> String {
    hex(&digest(&SHA256, format!("{kind}:{name}").as_bytes()).as_ref()[..12])
}

/// Path of the mock's own avatar for a name.
pub(crate) fn avatar_path(name: &str) -> String {
    let digest = digest(&SHA256, format!("avatar:{name}").as_bytes());
    format!("/avatars/{}.svg", hex(&digest.as_ref()[..16]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
