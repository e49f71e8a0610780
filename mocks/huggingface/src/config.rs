//! The mock's initial configuration.

mod app;
#[cfg(feature = "cli")]
mod file;
mod publisher;
mod rules;
mod switches;
mod user;

use serde::{Deserialize, Serialize};

pub(crate) use app::new_secret;
pub use app::{App, MAX_TOKEN_DURATION_MINUTES, SCOPES};
#[cfg(feature = "cli")]
pub use file::ConfigError;
pub use publisher::TrustedPublisher;
pub use rules::Invalid;
pub(crate) use rules::is_scope;
pub use switches::{
    AccessTokenKey, AuthorizationServerMetadata, Challenge, ClaimChanges, CodeReuse, DevicePolling, Framing,
    IdTokenClaims, IdTokenKid, InvalidClientStatus, JsonTokenRequest, MetadataDocumentScheme,
    OmittedRedirectUri, OrganizationsWithoutScope, OutsideAudience, PkcePlain, PublicAppPkce, RefreshTokens,
    RevokedApp, ScopeNotEnabled, Switches, TokenCacheControl, UnlistedScope, UnverifiedEmail,
    VerificationUri, VerificationUriComplete,
};
pub(crate) use user::avatar_path;
pub use user::{
    BillingMode, HardwareItem, Membership, Organization, Plan, ResourceGroup, Role, SecurityRestriction, User,
};

/// Users, organizations, apps and switches. Everything is optional.
///
/// ```yaml
/// users:
///   - { username: ada, fullname: Ada Lovelace, email: ada@example.com }
/// apps:
///   - name: Bookstore
///     client_id: bookstore
///     secret: oauth_app_secret_of_the_bookstore
///     redirect_uris: ["http://localhost:3001/callback/huggingface-universal"]
///     scopes: [openid, profile, email]
/// switches: { invalid_client_status: bad_request }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The users that can sign in; Ada Lovelace and Grace Hopper by default.
    pub users: Vec<User>,
    /// The organizations that users can be members of.
    #[serde(alias = "organisations")]
    pub organizations: Vec<Organization>,
    /// The registered OAuth apps; none by default.
    pub apps: Vec<App>,
    /// The CI jobs that can get tokens; none by default.
    pub trusted_publishers: Vec<TrustedPublisher>,
    /// Behavior of the real site that is not publicly known.
    pub switches: Switches,
}

impl Default for Config {
    fn default() -> Self {
        let user = |username: &str, fullname: &str| User {
            username: username.to_owned(),
            fullname: fullname.to_owned(),
            email: Some(format!("{username}@example.com")),
            ..User::default()
        };
        Config {
            users: vec![user("ada", "Ada Lovelace"), user("grace", "Grace Hopper")],
            organizations: Vec::new(),
            apps: Vec::new(),
            trusted_publishers: Vec::new(),
            switches: Switches::default(),
        }
    }
}
