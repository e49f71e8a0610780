//! Settings of the sample app.

use std::collections::BTreeMap;

use sample_app::{ClientAuth, CookieOptions, ExpectedIssuer, SignOutOptions, StorageKind, Variant};
use serde::Deserialize;

/// The sample app's configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SampleApp {
    /// `client_id`; the default is `[APP_ID]`.
    pub app_id: Option<String>,
    /// `client_secret`; the default is `[APP_SECRET]`.
    pub app_secret: Option<String>,
    /// The URL at which the app reaches Logto; the default is `[LOGTO]`.
    pub logto_endpoint: Option<String>,
    /// Scopes in addition to the SDK's `openid offline_access profile`.
    pub scopes: Option<Vec<String>>,
    /// Whether the SDK's own scopes are requested.
    pub reserved_scopes: Option<bool>,
    /// API resources to request (`resource`, RFC 8707).
    pub resources: Option<Vec<String>>,
    /// `prompt`; empty to send none. The default is `consent`.
    pub prompt: Option<String>,
    /// `direct_sign_in`, e.g. `social:huggingface`.
    pub direct_sign_in: Option<String>,
    /// `first_screen`, e.g. `register`.
    pub first_screen: Option<String>,
    /// Further parameters of the authorization request.
    pub extra_parameters: Option<BTreeMap<String, String>>,
    /// How the app authenticates itself at the token and revocation endpoints.
    pub client_auth: Option<ClientAuth>,
    /// Path to which Logto sends the person back after a sign-in; the default is `/callback`.
    pub callback_path: Option<String>,
    /// Query of the redirect URI, e.g. `theme=dark&lang=en`.
    pub callback_query: Option<String>,
    /// Path to which Logto sends the person back after a sign-out; the default is `/`.
    pub post_sign_out_path: Option<String>,
    /// The redirect URI, sent as it is; the default is built of the app's origin, `callback_path` and
    /// `callback_query`.
    pub redirect_uri: Option<String>,
    /// The post sign-out redirect URI, sent as it is, and empty to send none; the default is built of the app's
    /// origin and `post_sign_out_path`.
    pub post_sign_out_uri: Option<String>,
    /// Claims of the ID token without which the app does not sign people in.
    pub required_claims: Option<Vec<String>>,
    /// How the app signs people out.
    pub sign_out: Option<SignOutOptions>,
    /// The session cookie.
    pub cookie: Option<CookieOptions>,
    /// Where sessions are kept.
    pub storage: Option<StorageKind>,
    /// Time limit for one answer of Logto, in seconds.
    pub timeout_seconds: Option<u32>,
    /// The issuer that the app expects; the default is the one at its Logto endpoint.
    pub issuer: Option<ExpectedIssuer>,
    /// The issuer with which the app compares `iss` of the callback, as a client that is given an
    /// issuer of its own; the default is that of `issuer`.
    pub callback_issuer: Option<String>,
    /// Whether the app sends and checks a `nonce`; by default it does.
    pub nonce: Option<bool>,
    /// Whether the app uses PKCE; by default it does.
    pub pkce: Option<bool>,
    /// Fetches Logto's key set once and keeps it forever.
    pub keeps_keys: Option<bool>,
    /// Key with which sessions in a cookie are signed; by default a new one is generated at every
    /// start.
    pub session_secret: Option<String>,
    /// Number of instances of the app behind its URL, which take turns; the default is one.
    pub replicas: Option<usize>,
    /// Defects of other apps to simulate.
    pub variants: Option<Vec<Variant>>,
}

impl SampleApp {
    /// The app's options, except for URLs and credentials.
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
            redirect_uri: app.redirect_uri,
            post_sign_out_uri: app.post_sign_out_uri,
            required_claims: app.required_claims.unwrap_or(default.required_claims),
            sign_out: app.sign_out.unwrap_or(default.sign_out),
            cookie: app.cookie.unwrap_or(default.cookie),
            storage: app.storage.unwrap_or(default.storage),
            session_secret: app.session_secret,
            timeout_seconds: app.timeout_seconds.unwrap_or(default.timeout_seconds),
            issuer: app.issuer.unwrap_or(default.issuer),
            callback_issuer: app.callback_issuer,
            nonce: app.nonce.unwrap_or(default.nonce),
            pkce: app.pkce.unwrap_or(default.pkce),
            keeps_keys: app.keeps_keys.unwrap_or(default.keeps_keys),
            variants: app.variants.unwrap_or(default.variants),
        }
    }
}

/// A second sample app on the same Logto: for single sign-on and sign-out over two apps, whose cookies are on one host.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SecondApp {
    /// Its own configuration; the default credentials are `[SECOND_APP_ID]` and `[SECOND_APP_SECRET]`.
    pub app: SampleApp,
    /// Its record in Logto.
    pub application: SecondApplication,
}

/// The record of the second app in Logto.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SecondApplication {
    /// Redirect URIs; the default is `[SECOND_APP]/callback`.
    pub redirect_uris: Option<Vec<String>>,
    /// Post sign-out redirect URIs; the default is `[SECOND_APP]/`.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Members of `customClientMetadata`, in Logto's own spelling.
    pub custom_client_metadata: BTreeMap<String, serde_json::Value>,
}

/// Stops the sample app and starts it again: what it kept in memory is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AppRestart {
    /// The new `session_secret`.
    pub session_secret: Option<String>,
    /// The new `client_secret`.
    pub app_secret: Option<String>,
}
