//! What the app is told.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::variant::Variant;

/// Paths that the app itself answers.
const ROUTES: [&str; 5] = ["/", "/sign-in", "/sign-out", "/api/session", "/api/access-token"];
/// Scopes that the SDK always asks for.
const RESERVED_SCOPES: [&str; 3] = ["openid", "offline_access", "profile"];
/// With this scope the SDK also asks for [`ORGANIZATIONS_RESOURCE`].
const ORGANIZATIONS_SCOPE: &str = "urn:logto:scope:organizations";
const ORGANIZATIONS_RESOURCE: &str = "urn:logto:resource:organizations";

/// Where the app is, which Logto it uses, and as whom.
#[derive(Clone)]
pub struct Config {
    /// The app's own origin, e.g. `http://localhost:3000`.
    pub base_url: Url,
    /// Logto's `ENDPOINT`, e.g. `http://localhost:3001`.
    pub logto_endpoint: Url,
    /// `client_id`.
    pub app_id: String,
    /// `client_secret`.
    pub app_secret: String,
    /// Everything that has a default.
    pub options: Options,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url.as_str())
            .field("logto_endpoint", &self.logto_endpoint.as_str())
            .field("app_id", &self.app_id)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What an app of the guide may do differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Scopes on top of the SDK's `openid offline_access profile`.
    pub scopes: Vec<String>,
    /// Whether the SDK's own scopes are asked for.
    pub reserved_scopes: bool,
    /// API resources to ask for (`resource`, RFC 8707).
    pub resources: Vec<String>,
    /// `prompt`; empty to send none. Logto gives a refresh token only with `consent` (contract §1.6).
    pub prompt: String,
    /// `direct_sign_in`, e.g. `social:huggingface` (contract §1.3).
    pub direct_sign_in: Option<String>,
    /// `first_screen`, e.g. `register` (contract §1.3).
    pub first_screen: Option<String>,
    /// Further parameters of the authorization request. One that the app sends
    /// itself is then there twice.
    pub extra_parameters: BTreeMap<String, String>,
    /// How the app authenticates itself at the token and revocation endpoints.
    pub client_auth: ClientAuth,
    /// Path that Logto sends the person back to after a sign-in.
    pub callback_path: String,
    /// Query of the redirect URI, e.g. `theme=dark&lang=en`.
    pub callback_query: Option<String>,
    /// Path that Logto sends the person back to after a sign-out.
    pub post_sign_out_path: String,
    /// Claims of the ID token without which the app takes nobody in.
    pub required_claims: Vec<String>,
    /// How the app signs people out.
    pub sign_out: SignOutOptions,
    /// The session cookie.
    pub cookie: CookieOptions,
    /// Where sessions are kept.
    pub storage: StorageKind,
    /// What sessions in a cookie are signed with; made at every start when not given.
    pub session_secret: Option<String>,
    /// How many seconds Logto may take for one answer, on the stack's clock.
    pub timeout_seconds: u32,
    /// Whom the app takes for the issuer.
    pub issuer: ExpectedIssuer,
    /// Reads Logto's key set once and keeps it for good; newer keys are then unknown.
    pub keeps_keys: bool,
    /// Defects of other apps.
    pub variants: Vec<Variant>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scopes: vec![],
            reserved_scopes: true,
            resources: vec![],
            prompt: "consent".to_owned(),
            direct_sign_in: None,
            first_screen: None,
            extra_parameters: BTreeMap::new(),
            client_auth: ClientAuth::default(),
            callback_path: "/callback".to_owned(),
            callback_query: None,
            post_sign_out_path: "/".to_owned(),
            required_claims: vec![],
            sign_out: SignOutOptions::default(),
            cookie: CookieOptions::default(),
            storage: StorageKind::default(),
            session_secret: None,
            timeout_seconds: 20,
            issuer: ExpectedIssuer::default(),
            keeps_keys: false,
            variants: vec![],
        }
    }
}

/// How the app authenticates itself to Logto.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `Authorization: Basic` with id and secret as they are (RFC 7617), as the SDK does.
    #[default]
    Basic,
    /// `Authorization: Basic` with id and secret form-encoded first, as RFC 6749 §2.3.1 asks.
    BasicEncoded,
    /// `client_secret` in the body (RFC 6749 §2.3.1).
    Post,
    /// `client_id` only: a public client.
    None,
}

/// Whom an app takes for the issuer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedIssuer {
    /// The one at Logto's endpoint, and nobody else (OIDC Discovery §4.3).
    #[default]
    OfEndpoint,
    /// Whoever the discovery document names, as Logto's own SDKs do.
    AsDiscovered,
}

/// The sign-out request (OIDC RP-Initiated Logout §2), and what goes before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignOutOptions {
    /// `client_id`; the app's own unless said, empty to send none.
    pub client_id: Option<String>,
    /// Whether the ID token is sent as `id_token_hint`. Logto's SDKs send none.
    pub id_token_hint: bool,
    /// How many characters of it are sent: a column of a database was too short.
    pub hint_length: Option<usize>,
    /// Only the app's own session ends, as with next-auth's `signOut` (logto#6673).
    pub local_only: bool,
    /// The refresh token is revoked without authentication, as by `Revoke` of
    /// Logto's Go SDK, which a confidential app must not leave out (contract §1.7).
    pub revokes_as_public: bool,
}

/// The session cookie's name and attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CookieOptions {
    /// Its name.
    pub name: String,
    /// `Path`.
    pub path: String,
    /// `Domain`; without it the cookie is for this host only.
    pub domain: Option<String>,
    /// `Max-Age` in seconds; without it the cookie ends with the browser.
    pub max_age: Option<u64>,
    /// `SameSite`.
    pub same_site: SameSite,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self {
            name: "logto-session".to_owned(),
            path: "/".to_owned(),
            domain: None,
            max_age: None,
            same_site: SameSite::default(),
            secure: false,
            http_only: true,
        }
    }
}

/// `SameSite` of the session cookie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum SameSite {
    /// Sent when another site leads here: what a sign-in needs.
    #[default]
    Lax,
    /// Withheld when another site leads here: the callback then finds no session.
    Strict,
    /// Always sent; browsers demand `Secure` with it.
    None,
    /// No such attribute.
    Absent,
}

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum StorageKind {
    /// In the server's memory, as the guide says.
    #[default]
    Memory,
    /// In the cookie itself, signed: shows why 4096 bytes are too few for tokens.
    /// A state that was used cannot be told from a fresh one here.
    Cookie,
}

/// The app cannot be configured like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value that must not be empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// An address the app cannot have or ask.
    #[error("{name} `{url}` is no plain http or https origin{hint}")]
    Url {
        /// Which.
        name: &'static str,
        /// The address.
        url: String,
        /// What to change.
        hint: &'static str,
    },
    /// A path that is none.
    #[error("the callback path `{0}` does not begin with a slash, or is another route of the app")]
    CallbackPath(String),
    /// A query that would end the redirect URI.
    #[error("`{0}` cannot be the query of the redirect URI")]
    CallbackQuery(String),
    /// A path that is none.
    #[error("the path after sign-out `{0}` does not begin with a slash")]
    PostSignOutPath(String),
    /// A cookie that no browser would read (RFC 6265 §4.1.1).
    #[error("`{value}` cannot be the {attribute} of a cookie")]
    Cookie {
        /// Which part.
        attribute: &'static str,
        /// What was given.
        value: String,
    },
}

impl Config {
    /// Whether the app has this defect.
    pub(crate) fn does(&self, variant: Variant) -> bool {
        self.options.variants.contains(&variant)
    }

    /// Where the app takes its callback to be.
    pub(crate) fn assumed_callback_path(&self) -> &str {
        if self.does(Variant::AssumesCallbackPath) { "/callback" } else { &self.options.callback_path }
    }

    /// The checks, in the order in which a reader of the error would fix things.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        check_origin("the base URL", &self.base_url, "; leave the path out")?;
        check_origin("Logto's endpoint", &self.logto_endpoint, "; leave `/oidc` out")?;
        if self.app_id.is_empty() {
            return Err(ConfigError::Empty("the app id"));
        }
        if self.app_secret.is_empty() && self.options.client_auth != ClientAuth::None {
            return Err(ConfigError::Empty("the app secret"));
        }
        let path = &self.options.callback_path;
        if !path.starts_with('/')
            || path.contains(['{', '}', '*', '?', '#'])
            || ROUTES.contains(&path.as_str())
        {
            return Err(ConfigError::CallbackPath(path.clone()));
        }
        if let Some(query) = &self.options.callback_query
            && !query.chars().all(|c| c.is_ascii_graphic() && c != '#')
        {
            return Err(ConfigError::CallbackQuery(query.clone()));
        }
        if !self.options.post_sign_out_path.starts_with('/') {
            return Err(ConfigError::PostSignOutPath(self.options.post_sign_out_path.clone()));
        }
        self.options.cookie.check()
    }

    /// The redirect URI, as it has to be registered in Logto.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        let query = self.options.callback_query.iter().map(|query| format!("?{query}"));
        let origin = self.base_url.origin().ascii_serialization();
        format!("{origin}{}{}", self.options.callback_path, query.collect::<String>())
    }

    /// The post sign-out redirect URI, as it has to be registered in Logto.
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}{}", self.base_url.origin().ascii_serialization(), self.options.post_sign_out_path)
    }

    /// The path after sign-out, where it is none of the other routes.
    pub(crate) fn page_after_sign_out(&self) -> Option<&str> {
        let path = self.options.post_sign_out_path.split(['?', '#']).next()?;
        let taken = ROUTES.contains(&path) || path == self.options.callback_path;
        (!taken && !path.contains(['{', '}', '*'])).then_some(path)
    }

    /// The scopes of the authorization request, in the SDK's order: its own come last.
    #[must_use]
    pub fn scope(&self) -> String {
        self.scopes().join(" ")
    }

    fn scopes(&self) -> Vec<&str> {
        let reserved: &[&str] = if self.options.reserved_scopes { &RESERVED_SCOPES } else { &[] };
        let mut scopes: Vec<&str> = self.options.scopes.iter().map(String::as_str).collect();
        for scope in reserved {
            if !scopes.contains(scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// The resources of the authorization request.
    pub(crate) fn resources(&self) -> Vec<&str> {
        let mut resources: Vec<&str> = self.options.resources.iter().map(String::as_str).collect();
        if self.scopes().contains(&ORGANIZATIONS_SCOPE) && !resources.contains(&ORGANIZATIONS_RESOURCE) {
            resources.push(ORGANIZATIONS_RESOURCE);
        }
        resources
    }

    /// Logto's issuer (contract §1.1).
    pub(crate) fn issuer(&self) -> String {
        format!("{}/oidc", self.logto_endpoint.origin().ascii_serialization())
    }

    /// Where Logto's discovery document is (OIDC Discovery §4).
    pub(crate) fn discovery(&self) -> Url {
        let mut url = self.logto_endpoint.clone();
        let doubled = if self.does(Variant::ConcatenatesEndpoint) { "/" } else { "" };
        url.set_path(&format!("{doubled}/oidc/.well-known/openid-configuration"));
        url
    }
}

impl CookieOptions {
    fn check(&self) -> Result<(), ConfigError> {
        let bad = |attribute, value: &str| Err(ConfigError::Cookie { attribute, value: value.to_owned() });
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if self.name.is_empty() || !self.name.chars().all(token) {
            return bad("name", &self.name);
        }
        let attribute = |c: char| (c.is_ascii_graphic() || c == ' ') && c != ';';
        if !self.path.chars().all(attribute) {
            return bad("path", &self.path);
        }
        match &self.domain {
            Some(domain) if !domain.chars().all(attribute) => bad("domain", domain),
            _ => Ok(()),
        }
    }
}

fn check_origin(name: &'static str, url: &Url, hint: &'static str) -> Result<(), ConfigError> {
    let plain = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(()) } else { Err(ConfigError::Url { name, url: url.to_string(), hint }) }
}

#[cfg(test)]
mod tests;
