//! What a person with a broken sign-in has.

use serde_json::{Map, Value};
use url::Url;

use crate::stack::ConnectorFactory;

/// What a person with a broken sign-in has: settings as the consoles and APIs
/// give them. Only the connector is needed; the rest is assumed to be as in
/// Logto's guide where it is absent, and the diagnosis says so.
///
/// ```
/// use logto_testkit::diagnose::Case;
///
/// let connector = r#"{ "clientId": "…", "clientSecret": "…", "scope": "openid profile email" }"#;
/// let mut case = Case::default();
/// case.read_connector(connector, "connector.json")?;
/// case.app_url = Some("https://shop.example".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The connector.
    pub connector: ConnectorCase,
    /// The app's record, as `GET /api/applications/:id` gives it; a member
    /// `secrets` as `GET /api/applications/:id/secrets` gives it may be added.
    pub application: Option<Map<String, Value>>,
    /// As `GET /api/sign-in-exp` gives it.
    pub sign_in_experience: Option<Map<String, Value>>,
    /// The OAuth app's settings page at Hugging Face.
    pub oauth_app: Option<OauthAppCase>,
    /// The app itself.
    pub app: AppCase,
    /// Where people open Logto, its `ENDPOINT`.
    pub logto_endpoint: Option<Url>,
    /// Where people open the app.
    pub app_url: Option<Url>,
}

/// The connector in Logto.
#[derive(Debug, Clone, Default)]
pub struct ConnectorCase {
    /// Its id, part of the callback URI.
    pub id: Option<String>,
    /// The factory it is made of.
    pub factory: ConnectorFactory,
    /// What the sign-in experience knows it by.
    pub target: Option<String>,
    /// `config`.
    pub config: Map<String, Value>,
    /// `syncProfile`.
    pub sync_profile: bool,
    /// It is in a Logto already, which took it as it is.
    pub stored: bool,
}

/// The OAuth app at Hugging Face; what is absent is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthAppCase {
    /// Its client id.
    pub client_id: Option<String>,
    /// Its secret.
    pub secret: Option<String>,
    /// It has no secret.
    pub public: Option<bool>,
    /// Its redirect URIs.
    pub redirect_uris: Option<Vec<String>>,
    /// Scopes ticked on its page.
    pub scopes: Option<Vec<String>>,
    /// Lifetime of access tokens in minutes.
    pub token_duration_minutes: Option<u32>,
    /// Organisations whose members alone can sign in.
    pub authorized_orgs: Option<Vec<String>>,
}

/// The app, as the built-in sample app is to play it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppCase {
    /// The app id that it sends.
    pub app_id: Option<String>,
    /// The app secret that it sends.
    pub app_secret: Option<String>,
    /// The redirect URI that it sends.
    pub redirect_uri: Option<String>,
    /// The post sign-out redirect URI that it sends.
    pub post_sign_out_redirect_uri: Option<String>,
    /// Scopes that it asks for, besides `openid offline_access profile`.
    pub scopes: Vec<String>,
}
