//! Logto: the connector, the app's record, and the environment it is started in.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// The connector's configuration in Logto.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Connector {
    /// The factory it is made of; `huggingface-universal` unless said. The generic
    /// ones are given the mock's addresses and the target `huggingface`.
    pub factory: ConnectorFactory,
    /// Its id, part of its callback URI; `logto-testkit` unless said.
    pub id: Option<String>,
    /// What the sign-in experience knows a connector of a generic factory by; `huggingface` unless said.
    pub target: Option<String>,
    /// `clientId`; `[HF_CLIENT_ID]` unless said.
    pub client_id: Option<String>,
    /// `clientSecret`; `[HF_CLIENT_SECRET]` unless said.
    pub client_secret: Option<String>,
    /// `scope`; without it the connector's default, `profile` (`oauth2`: none; `oidc`: `openid profile`).
    pub scope: Option<String>,
    /// `syncProfile`: name and avatar are copied at every sign-in, not only at the first.
    pub sync_profile: bool,
    /// Further members of the configuration, in Logto's own spelling; they win
    /// over those that the stack would set.
    pub config: BTreeMap<String, serde_json::Value>,
    /// Members of the configuration that are left out, although the stack would set them.
    pub without: Vec<String>,
}

/// A factory of Logto that can be pointed at the mock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// Its id in Logto.
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Application {
    /// Redirect URIs; `[APP]/callback` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; `[APP]/` unless said.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Gives a refresh token whether or not the app asks with `prompt=consent`.
    pub always_issue_refresh_token: bool,
    /// `[APP_SECRET]` is a secret made for the app that ends after so many seconds.
    pub secret_expires_in: Option<u32>,
    /// What kind of application Logto takes the app for; `Traditional` unless said.
    #[serde(rename = "type")]
    pub kind: ApplicationKind,
    /// It is an application of somebody else's.
    pub is_third_party: bool,
    /// Further members of `customClientMetadata`, in Logto's own spelling.
    pub custom_client_metadata: BTreeMap<String, serde_json::Value>,
}

/// A kind of application, in Logto's own spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApplicationKind {
    /// "Traditional web": has a secret.
    #[default]
    Traditional,
    /// "Single page app": has none.
    #[serde(rename = "SPA")]
    Spa,
    /// "Native app": has none.
    Native,
    /// "Machine-to-machine": nobody signs in to it.
    MachineToMachine,
}

impl ApplicationKind {
    /// As Logto spells it.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogtoEnvironment {
    /// `ENDPOINT`; the address at which it is reached, unless said.
    pub endpoint: Option<String>,
    /// `TRUST_PROXY_HEADER`; set unless said.
    pub trust_proxy_header: Option<bool>,
}
