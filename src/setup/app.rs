//! The sample app.

use std::collections::BTreeMap;

use sample_app::{ClientAuth, CookieOptions, ExpectedIssuer, SignOutOptions, StorageKind, Variant};
use schemars::JsonSchema;
use serde::Deserialize;

/// The sample app's configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SampleApp {
    /// `client_id`; `[APP_ID]` unless said.
    pub app_id: Option<String>,
    /// `client_secret`; `[APP_SECRET]` unless said.
    pub app_secret: Option<String>,
    /// Where the app asks Logto; `[LOGTO]` unless said.
    pub logto_endpoint: Option<String>,
    /// Scopes on top of the SDK's `openid offline_access profile`.
    pub scopes: Option<Vec<String>>,
    /// Whether the SDK's own scopes are asked for.
    pub reserved_scopes: Option<bool>,
    /// API resources to ask for (`resource`, RFC 8707).
    pub resources: Option<Vec<String>>,
    /// `prompt`; empty to send none. `consent` unless said.
    pub prompt: Option<String>,
    /// `direct_sign_in`, e.g. `social:huggingface`.
    pub direct_sign_in: Option<String>,
    /// `first_screen`, e.g. `register`.
    pub first_screen: Option<String>,
    /// Further parameters of the authorization request.
    pub extra_parameters: Option<BTreeMap<String, String>>,
    /// How the app authenticates itself at the token and revocation endpoints.
    pub client_auth: Option<ClientAuth>,
    /// Path that Logto sends the person back to after a sign-in; `/callback` unless said.
    pub callback_path: Option<String>,
    /// Query of the redirect URI, e.g. `theme=dark&lang=en`.
    pub callback_query: Option<String>,
    /// Path that Logto sends the person back to after a sign-out; `/` unless said.
    pub post_sign_out_path: Option<String>,
    /// Claims of the ID token without which the app takes nobody in.
    pub required_claims: Option<Vec<String>>,
    /// How the app signs people out.
    pub sign_out: Option<SignOutOptions>,
    /// The session cookie.
    pub cookie: Option<CookieOptions>,
    /// Where sessions are kept.
    pub storage: Option<StorageKind>,
    /// How many seconds Logto may take for one answer.
    pub timeout_seconds: Option<u32>,
    /// Whom the app takes for the issuer: the one at its Logto endpoint, unless said.
    pub issuer: Option<ExpectedIssuer>,
    /// Reads Logto's key set once and keeps it for good.
    pub keeps_keys: Option<bool>,
    /// What sessions in a cookie are signed with; made at every start when not given.
    pub session_secret: Option<String>,
    /// How many of the app stand behind its address, taking turns; one unless said.
    pub replicas: Option<usize>,
    /// Defects of other apps that this one is to have.
    pub variants: Option<Vec<Variant>>,
}

impl SampleApp {
    /// What the app is told, but for addresses and credentials.
    #[must_use]
    pub(crate) fn options(&self) -> sample_app::Options {
        let (app, default) = (self.clone(), sample_app::Options::default());
        sample_app::Options {
            scopes: app.scopes.unwrap_or(default.scopes),
            reserved_scopes: app.reserved_scopes.unwrap_or(default.reserved_scopes),
            resources: app.resources.unwrap_or(default.resources),
            prompt: app.prompt.unwrap_or(default.prompt),
            direct_sign_in: app.direct_sign_in,
            first_screen: app.first_screen,
            extra_parameters: app.extra_parameters.unwrap_or(default.extra_parameters),
            client_auth: app.client_auth.unwrap_or(default.client_auth),
            callback_path: app.callback_path.unwrap_or(default.callback_path),
            callback_query: app.callback_query,
            post_sign_out_path: app.post_sign_out_path.unwrap_or(default.post_sign_out_path),
            required_claims: app.required_claims.unwrap_or(default.required_claims),
            sign_out: app.sign_out.unwrap_or(default.sign_out),
            cookie: app.cookie.unwrap_or(default.cookie),
            storage: app.storage.unwrap_or(default.storage),
            session_secret: app.session_secret,
            timeout_seconds: app.timeout_seconds.unwrap_or(default.timeout_seconds),
            issuer: app.issuer.unwrap_or(default.issuer),
            keeps_keys: app.keeps_keys.unwrap_or(default.keeps_keys),
            variants: app.variants.unwrap_or(default.variants),
        }
    }
}

/// The sample app is stopped and started again: what it kept in memory is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AppRestart {
    /// Its `session_secret` from now on.
    pub session_secret: Option<String>,
    /// Its `client_secret` from now on.
    pub app_secret: Option<String>,
}
