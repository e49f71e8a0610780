//! The settings that the owner of a broken sign-in has.

use mock_logto::Version;
use serde_json::{Map, Value};
use url::Url;

use crate::setup::{ApiResource, ConnectorFactory, OAuth2App};
use crate::vocabulary::{free_texts, is_address};

/// The settings that the owner of a broken sign-in has, as consoles and APIs return them. Only the
/// connector is required; the rest is assumed to be as in Logto's guide if absent, and the
/// diagnosis says so.
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
    /// The connector in Logto.
    pub connector: ConnectorCase,
    /// The app's record, as `GET /api/applications/:id` returns it. Two members may be added:
    /// `secrets` as `GET /api/applications/:id/secrets` returns it, and `userConsentScopes` as `GET
    /// /api/applications/:id/user-consent-scopes` does.
    pub application: Option<Map<String, Value>>,
    /// The sign-in experience, as `GET /api/sign-in-exp` returns it.
    pub sign_in_experience: Option<Map<String, Value>>,
    /// The tenant's API resources with their scopes; `None` if they are not known.
    pub resources: Option<Vec<ApiResource>>,
    /// What of the tenant could not be read, in sentences for the report.
    pub not_read: Vec<String>,
    /// The OAuth app's settings at Hugging Face; absent fields are unknown.
    pub oauth_app: Option<OAuth2App>,
    /// The app itself.
    pub app: AppCase,
    /// Where people open Logto, its `ENDPOINT`.
    pub logto_endpoint: Option<Url>,
    /// Where people open the app.
    pub app_url: Option<Url>,
    /// The version of Logto, if it is not the newest release.
    pub logto_version: Option<Version>,
}

/// The connector in Logto.
#[derive(Debug, Clone, Default)]
pub struct ConnectorCase {
    /// Its ID, which is part of the callback URI.
    pub id: Option<String>,
    /// The factory it is made of.
    pub factory: ConnectorFactory,
    /// The target by which the sign-in experience refers to it.
    pub target: Option<String>,
    /// The member `config`.
    pub config: Map<String, Value>,
    /// The member `syncProfile`.
    pub sync_profile: bool,
    /// Whether a Logto has already stored it, and so accepted it as it is.
    pub stored: bool,
    /// What its record contains that a diagnosis does not check, in sentences for the report.
    pub not_checked: Vec<String>,
}

/// The app's settings, which the built-in sample app imitates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppCase {
    /// The app ID that it sends.
    pub app_id: Option<String>,
    /// The app secret that it sends.
    pub app_secret: Option<String>,
    /// The redirect URI that it sends.
    pub redirect_uri: Option<String>,
    /// The post sign-out redirect URI that it sends.
    pub post_sign_out_redirect_uri: Option<String>,
    /// Scopes that it requests in addition to `openid offline_access profile`.
    pub scopes: Vec<String>,
    /// API resources that it requests (`resource`).
    pub resources: Vec<String>,
}

impl Case {
    /// The same settings with an application that people sign in to with a browser, if this one only has the device
    /// flow: a native application without a redirect URI, as Logto creates them.
    pub(super) fn with_a_browser(&self) -> Option<Box<Self>> {
        let record = self.application.as_ref()?;
        let listed = record.get("oidcClientMetadata").and_then(|all| all.get("redirectUris")?.as_array());
        let device = record.get("customClientMetadata").and_then(|all| all.get("isDeviceFlow")?.as_bool());
        let only = record.get("type").and_then(Value::as_str) == Some("Native")
            && device == Some(true)
            && listed.is_none_or(Vec::is_empty)
            && self.app.redirect_uri.is_none();
        only.then(|| Box::new(Self { application: None, app: AppCase::default(), ..self.clone() }))
    }

    /// The values in it that must stay confidential: secrets, the free texts of the connector's
    /// configuration, and the hidden parts of URLs (user name, password, query, fragment). Output
    /// about a diagnosis does not contain them; pass them to [`kit::secret::learn`].
    #[must_use]
    pub fn secret_values(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, value) in &self.connector.config {
            // Client ID and scope are public.
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
        found.extend(self.secrets_in_public_places());
        let sent = [&self.app.redirect_uri, &self.app.post_sign_out_redirect_uri];
        addresses.extend(sent.into_iter().flatten().map(String::as_str));
        addresses.extend([&self.logto_endpoint, &self.app_url].into_iter().flatten().map(Url::as_str));
        let addresses = addresses.into_iter().filter(|address| is_address(address));
        found.extend(addresses.flat_map(kit::secret::in_address));
        found
    }

    /// IDs and scopes are public, unless a secret was entered in the place of one.
    fn secrets_in_public_places(&self) -> Vec<String> {
        let config = |name: &str| self.connector.config.get(name).and_then(Value::as_str);
        let oauth_app = self.oauth_app.as_ref();
        let places = [config("clientId"), oauth_app.and_then(|app| app.client_id.as_deref())];
        let is_secret = |id: &&str| {
            ["oauth_app_secret_", "hf_", "Bearer ", "Basic "].iter().any(|start| id.trim().starts_with(start))
        };
        let words = config("scope").into_iter().flat_map(str::split_whitespace);
        let own_id = self.application.as_ref().and_then(|record| record.get("id")?.as_str());
        let swapped = own_id.is_some() && self.app.app_secret.as_deref().map(str::trim) == own_id;
        let app_id = self.app.app_id.as_deref().filter(|id| swapped || is_secret(id));
        let found = places.into_iter().flatten().chain(words).filter(is_secret);
        found.chain(app_id).map(ToOwned::to_owned).collect()
    }
}
