//! How a party differs from the healthy one of the guide.
//!
//! Texts may name what the stack knows, as its transcripts do: `[APP]`,
//! `[LOGTO]`, `[HF]`, `[CONNECTOR]`, `[HF_CLIENT_ID]`, `[HF_CLIENT_SECRET]`, and
//! in the app's own settings `[APP_ID]` and `[APP_SECRET]`. So a secret with a
//! trailing newline is `"[HF_CLIENT_SECRET]\n"`.

use std::time::Duration;

use serde_json::{Map, Value};

/// The OAuth app at Hugging Face, with the fields of its settings page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthAppSettings {
    /// Its client id; made up unless said.
    pub client_id: Option<String>,
    /// Its secret; made up unless said.
    pub secret: Option<String>,
    /// Its name on the permission page; `Bookstore` unless said.
    pub name: Option<String>,
    /// Where codes may be sent; `[LOGTO]/callback/[CONNECTOR]` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Scopes ticked on the settings page; `openid profile email` unless said.
    pub scopes: Option<Vec<String>>,
    /// The app has no secret.
    pub public: bool,
    /// Lifetime of access tokens in minutes; 480 unless said.
    pub token_duration_minutes: Option<u32>,
    /// Usernames of the organisations whose members alone can sign in.
    pub authorized_orgs: Vec<String>,
}

/// The connector in Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectorSettings {
    /// The factory it is made of.
    pub factory: ConnectorFactory,
    /// Its id, part of its callback URI; `logto-testkit` unless said. A connector that is borrowed keeps its own.
    pub id: Option<String>,
    /// What the sign-in experience knows a connector of a generic factory by; `huggingface` unless said.
    pub target: Option<String>,
    /// `clientId`; `[HF_CLIENT_ID]` unless said.
    pub client_id: Option<String>,
    /// `clientSecret`; `[HF_CLIENT_SECRET]` unless said.
    pub client_secret: Option<String>,
    /// `scope`; Logto's default is `profile`.
    pub scope: Option<String>,
    /// `syncProfile`: name and avatar are copied at every sign-in.
    pub sync_profile: bool,
    /// Further members of the configuration; they win over the others.
    pub config: Map<String, Value>,
    /// Members of the configuration that are left out, although the stack would set them.
    pub without: Vec<String>,
}

/// A factory of Logto that can be pointed at the mock. Only one of a tenant's
/// connectors can have the target `huggingface`, which all three have here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConnectorFactory {
    /// Logto's connector for Hugging Face, with its addresses built in.
    #[default]
    HuggingFace,
    /// The generic OAuth 2.0 connector, with the mock's endpoints.
    OAuth2,
    /// The generic OpenID Connect connector, with the mock's endpoints and key set.
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

/// The app's record in Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// Redirect URIs; `[APP]/callback` unless said.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; `[APP]/` unless said.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Gives a refresh token whether or not the app asks with `prompt=consent`.
    pub always_issue_refresh_token: bool,
    /// `type`, in Logto's spelling; `Traditional` unless said.
    pub kind: Option<String>,
    /// `isThirdParty`.
    pub third_party: bool,
    /// Further members of `customClientMetadata`, in Logto's spelling.
    pub custom_client_metadata: Map<String, Value>,
    /// `[APP_SECRET]` is a secret made for the app that ends after this time.
    pub secret_expires_in: Option<Duration>,
}

/// What is different when the sample app is started again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppChange {
    /// Its `session_secret` from now on.
    pub session_secret: Option<String>,
    /// Its `client_secret` from now on.
    pub app_secret: Option<String>,
}

/// What a Logto tenant is like besides application and connector.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// Members of the sign-in experience on top of the guide's, as `PATCH
    /// /api/sign-in-exp` takes them.
    pub sign_in_experience: Map<String, Value>,
    /// Accounts that exist already, each as `POST /api/users` takes it.
    pub users: Vec<Map<String, Value>>,
    /// Social identities of these accounts.
    pub identities: Vec<IdentitySettings>,
}

/// A social identity that an account of the tenant has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySettings {
    /// Which of [`TenantSettings::users`], from 0.
    pub user: usize,
    /// The target it is kept under, e.g. `huggingface`.
    pub target: String,
    /// Username of the account at Hugging Face.
    pub account: String,
}

/// As whom, and where, the sample app speaks to Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppCredentials {
    /// `client_id`; `[APP_ID]` unless said.
    pub app_id: Option<String>,
    /// `client_secret`; `[APP_SECRET]` unless said.
    pub app_secret: Option<String>,
    /// Logto's endpoint; `[LOGTO]` unless said.
    pub logto_endpoint: Option<String>,
}
