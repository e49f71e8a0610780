//! Settings of Logto: the connector, the app's record, and the environment it is started in.

use std::collections::BTreeMap;

use mock_logto::{UnknownVersion, Version};
use serde::Deserialize;

use super::permissions::{ScopesByResource, UserScope};

/// The connector's configuration in Logto.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Connector {
    /// The factory it is made of; the default is `huggingface-universal`. The generic ones get the
    /// mock's URLs and the target `huggingface`.
    pub factory: ConnectorFactory,
    /// Its ID, which is part of its callback URI; the default is `logto-testkit`.
    pub id: Option<String>,
    /// The target by which the sign-in experience refers to a connector of a generic factory; the
    /// default is `huggingface`.
    pub target: Option<String>,
    /// `clientId`; the default is `[HF_CLIENT_ID]`.
    pub client_id: Option<String>,
    /// `clientSecret`; the default is `[HF_CLIENT_SECRET]`.
    pub client_secret: Option<String>,
    /// `scope`; without it the connector uses its own default, `profile` (`oauth2`: none; `oidc`:
    /// `openid profile`).
    pub scope: Option<String>,
    /// `syncProfile`: name and avatar are copied at every sign-in, not only at the first.
    pub sync_profile: bool,
    /// Further members of the configuration, in Logto's own spelling; they override those that the
    /// stack would set.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Members of the configuration that are omitted, although the stack would set them.
    pub without: Vec<String>,
}

/// A factory of Logto that can be pointed at the mock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ConnectorFactory {
    /// Logto's connector for Hugging Face.
    #[default]
    #[serde(rename = "huggingface-universal")]
    HuggingFace,
    /// The generic OAuth 2.0 connector.
    #[serde(rename = "oauth2")]
    OAuth2,
    /// The generic OpenID Connect connector.
    #[serde(rename = "oidc")]
    Oidc,
}

impl ConnectorFactory {
    /// The factory's ID in Logto.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::HuggingFace => "huggingface-universal",
            Self::OAuth2 => "oauth2",
            Self::Oidc => "oidc",
        }
    }
}

/// The app's record in Logto (`oidcClientMetadata` and `customClientMetadata`).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Application {
    /// Redirect URIs; the default is `[APP]/callback`.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; the default is `[APP]/`.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Issues a refresh token even if the app does not send `prompt=consent`.
    pub always_issue_refresh_token: bool,
    /// Makes `[APP_SECRET]` a secret that expires after this many seconds.
    pub secret_expires_in: Option<u32>,
    /// The type of the application in Logto; the default is `Traditional`.
    #[serde(rename = "type")]
    pub kind: ApplicationKind,
    /// Whether it is a third-party application: Logto asks each person to authorize it, and permits
    /// only the scopes that are listed here, `openid` and `offline_access`.
    pub is_third_party: bool,
    /// The scopes about the person that it may request as a third-party application.
    pub user_scopes: Vec<UserScope>,
    /// The scopes of API resources that it may request as a third-party application, by the
    /// indicator of their resource.
    pub resource_scopes: ScopesByResource,
    /// The scopes of the tenant's organizations that it may request as a third-party application;
    /// they are created. The embedded Logto has no organizations.
    pub organization_scopes: Vec<String>,
    /// The name on its consent page; the default is its name in the Logto console.
    pub display_name: Option<String>,
    /// Further members of `customClientMetadata`, in Logto's own spelling.
    pub custom_client_metadata: BTreeMap<String, serde_json::Value>,
}

/// A type of application, in Logto's own spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ApplicationKind {
    /// "Traditional web": has a secret.
    #[default]
    Traditional,
    /// "Single page app": has no secret.
    #[serde(rename = "SPA")]
    Spa,
    /// "Native app": has no secret.
    Native,
    /// "Machine-to-machine": people cannot sign in to it.
    MachineToMachine,
}

impl ApplicationKind {
    /// The type in Logto's spelling.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Traditional => "Traditional",
            Self::Spa => "SPA",
            Self::Native => "Native",
            Self::MachineToMachine => "MachineToMachine",
        }
    }
}

/// The environment of the embedded Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LogtoEnvironment {
    /// `ENDPOINT`; the default is the address at which Logto is reached.
    pub endpoint: Option<String>,
    /// `TRUST_PROXY_HEADER`; set by default.
    pub trust_proxy_header: Option<bool>,
    /// `OIDC_PROVIDER_SSRF_PROTECTION_DISABLED`: sends back-channel logouts to apps on this machine, too.
    pub oidc_provider_ssrf_protection_disabled: bool,
    /// The version of Logto, e.g. `1.37.1`, if the scenario is about one; by default that of the run, which is
    /// the newest release unless `--logto-version` says otherwise.
    pub version: Option<LogtoVersion>,
}

/// A version that the embedded Logto plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct LogtoVersion(pub Version);

impl TryFrom<String> for LogtoVersion {
    type Error = UnknownVersion;

    fn try_from(name: String) -> Result<Self, UnknownVersion> {
        name.parse().map(Self)
    }
}
