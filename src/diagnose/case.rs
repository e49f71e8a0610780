//! What a person with a broken sign-in has.

use serde_json::{Map, Value};
use url::Url;

use crate::setup::{ConnectorFactory, OauthApp};
use crate::vocabulary::{free_texts, is_address};

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
    /// The OAuth app's settings page at Hugging Face; what is absent is not known.
    pub oauth_app: Option<OauthApp>,
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

impl Case {
    /// What in it nobody else is to read: secrets, the free texts of the connector's configuration,
    /// and what addresses hide (user name, password, query, fragment). What is shown of a
    /// diagnosis does not hold them; [`kit::secret::learn`] takes them.
    #[must_use]
    pub fn secret_values(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, value) in &self.connector.config {
            // Who the client is, and for what it asks, is public.
            if !["clientId", "scope"].contains(&name.as_str()) {
                free_texts(value, &mut found);
            }
        }
        let mut addresses: Vec<&str> = Vec::new();
        if let Some(record) = &self.application {
            let secrets = record.get("secrets").and_then(Value::as_array).into_iter().flatten();
            let secrets = secrets.filter_map(|secret| secret.get("value")?.as_str());
            found.extend(secrets.chain(record.get("secret").and_then(Value::as_str)).map(ToOwned::to_owned));
            let lists = record.get("oidcClientMetadata").and_then(Value::as_object).into_iter().flatten();
            addresses
                .extend(lists.filter_map(|(_, list)| list.as_array()).flatten().filter_map(Value::as_str));
        }
        if let Some(app) = &self.oauth_app {
            found.extend(app.secret.clone());
            addresses.extend(app.redirect_uris.iter().flatten().map(String::as_str));
        }
        found.extend(self.app.app_secret.clone());
        let sent = [&self.app.redirect_uri, &self.app.post_sign_out_redirect_uri];
        addresses.extend(sent.into_iter().flatten().map(String::as_str));
        addresses.extend([&self.logto_endpoint, &self.app_url].into_iter().flatten().map(Url::as_str));
        let addresses = addresses.into_iter().filter(|address| is_address(address));
        found.extend(addresses.flat_map(kit::secret::in_address));
        found
    }
}
