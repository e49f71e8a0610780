//! Configuration of the app.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::variant::Variant;

/// Paths that the app answers itself.
const ROUTES: [&str; 5] = ["/", "/sign-in", "/sign-out", "/api/session", "/api/access-token"];
/// Those of them that the app also answers below `/to`, so that a URI given as it is may have their path.
const ELSEWHERE: [&str; 2] = ["/sign-in", "/sign-out"];
/// Scopes that the SDK always requests.
const RESERVED_SCOPES: [&str; 3] = ["openid", "offline_access", "profile"];
/// With this scope the SDK also requests [`ORGANIZATIONS_RESOURCE`].
const ORGANIZATIONS_SCOPE: &str = "urn:logto:scope:organizations";
const ORGANIZATIONS_RESOURCE: &str = "urn:logto:resource:organizations";

/// Where the app is, which Logto it uses, and with which credentials.
#[derive(Clone)]
pub struct Config {
    /// The app's own origin, e.g. `http://localhost:3000`.
    pub base_url: Url,
    /// Logto's `ENDPOINT`, e.g. `http://localhost:3001`.
    pub logto_endpoint: Url,
    /// `client_id` of the app in Logto.
    pub app_id: String,
    /// `client_secret` of the app in Logto.
    pub app_secret: String,
    /// Settings that have a default.
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

/// Settings in which an app may differ from the guide's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Scopes to request on top of the SDK's `openid offline_access profile`.
    pub scopes: Vec<String>,
    /// Whether to request the SDK's own scopes.
    pub reserved_scopes: bool,
    /// API resources to request (`resource`, RFC 8707).
    pub resources: Vec<String>,
    /// Value of `prompt`; empty to omit it. Logto issues a refresh token only with `consent`
    /// (contract §1.6).
    pub prompt: String,
    /// Value of `direct_sign_in`, e.g. `social:huggingface` (contract §1.3).
    pub direct_sign_in: Option<String>,
    /// Value of `first_screen`, e.g. `register` (contract §1.3).
    pub first_screen: Option<String>,
    /// Additional parameters of the authorization request. A parameter that the app sends itself
    /// then occurs twice.
    pub extra_parameters: BTreeMap<String, String>,
    /// How the app authenticates itself at the token and revocation endpoints.
    pub client_auth: ClientAuth,
    /// Path to which Logto redirects the browser after a sign-in.
    pub callback_path: String,
    /// Query of the redirect URI, e.g. `theme=dark&lang=en`.
    pub callback_query: Option<String>,
    /// Path to which Logto redirects the browser after a sign-out.
    pub post_sign_out_path: String,
    /// The redirect URI, sent as it is, in place of the app's origin with `callback_path` and
    /// `callback_query`. The app answers at its path, whatever host the browser comes by.
    pub redirect_uri: Option<String>,
    /// The post sign-out redirect URI, sent as it is, in place of the app's origin with
    /// `post_sign_out_path`; empty to send none.
    pub post_sign_out_uri: Option<String>,
    /// Claims that the ID token must have; without them the app refuses the sign-in.
    pub required_claims: Vec<String>,
    /// How the app signs people out.
    pub sign_out: SignOutOptions,
    /// The session cookie.
    pub cookie: CookieOptions,
    /// Where sessions are kept.
    pub storage: StorageKind,
    /// Key that signs sessions in a cookie; if absent, the app generates one at every start.
    pub session_secret: Option<String>,
    /// Seconds to wait for each answer of Logto, on the stack's clock.
    pub timeout_seconds: u32,
    /// The issuer that the app accepts.
    pub issuer: ExpectedIssuer,
    /// The issuer with which the app compares `iss` of the callback (RFC 9207); if absent, that of
    /// `issuer`. Clients that are given endpoints one by one have an issuer of their own.
    pub callback_issuer: Option<String>,
    /// Whether to send and check a `nonce` (OIDC Core §3.1.2.1).
    pub nonce: bool,
    /// Whether to send a PKCE challenge and its verifier (RFC 7636).
    pub pkce: bool,
    /// Reads Logto's key set once and never again, so that newer keys stay unknown.
    pub keeps_keys: bool,
    /// Defects of other apps to imitate.
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
            redirect_uri: None,
            post_sign_out_uri: None,
            required_claims: vec![],
            sign_out: SignOutOptions::default(),
            cookie: CookieOptions::default(),
            storage: StorageKind::default(),
            session_secret: None,
            timeout_seconds: 20,
            issuer: ExpectedIssuer::default(),
            callback_issuer: None,
            nonce: true,
            pkce: true,
            keeps_keys: false,
            variants: vec![],
        }
    }
}

/// How the app authenticates itself to Logto.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// `Authorization: Basic` with id and secret verbatim (RFC 7617), as the SDK does.
    #[default]
    Basic,
    /// `Authorization: Basic` with id and secret form-encoded first, as RFC 6749 §2.3.1 requires.
    BasicEncoded,
    /// `client_secret` in the body (RFC 6749 §2.3.1).
    Post,
    /// Only `client_id`: a public client.
    None,
}

/// The issuer that an app accepts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedIssuer {
    /// Only the issuer at Logto's endpoint (OIDC Discovery §4.3).
    #[default]
    OfEndpoint,
    /// The issuer that the discovery document names, as Logto's own SDKs do.
    AsDiscovered,
}

/// The sign-out request (OIDC RP-Initiated Logout §2), and what precedes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SignOutOptions {
    /// Value of `client_id`; the app's own if absent, omitted if empty.
    pub client_id: Option<String>,
    /// Whether to send the ID token as `id_token_hint`. Logto's SDKs do not.
    pub id_token_hint: bool,
    /// Number of characters of it to send: imitates a database column that is too short.
    pub hint_length: Option<usize>,
    /// End only the app's own session, as next-auth's `signOut` does (logto#6673).
    pub local_only: bool,
    /// Revoke the refresh token without authentication, as `Revoke` of Logto's Go SDK does. Logto
    /// requires authentication of a confidential app (contract §1.7).
    pub revokes_as_public: bool,
}

/// The session cookie's name and attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CookieOptions {
    /// The cookie's name.
    pub name: String,
    /// Value of `Path`.
    pub path: String,
    /// Value of `Domain`; if absent, the cookie is for this host only.
    pub domain: Option<String>,
    /// `Max-Age` in seconds; if absent, the cookie ends with the browser session.
    pub max_age: Option<u64>,
    /// Value of `SameSite`.
    pub same_site: SameSite,
    /// Whether to set `Secure`.
    pub secure: bool,
    /// Whether to set `HttpOnly`.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum SameSite {
    /// Sent when another site leads here, which a sign-in requires.
    #[default]
    Lax,
    /// Withheld when another site leads here, so that the callback finds no session.
    Strict,
    /// Always sent; browsers require `Secure` with it.
    None,
    /// Omit the attribute.
    Absent,
}

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "snake_case")]
pub enum StorageKind {
    /// In the server's memory, as in the guide.
    #[default]
    Memory,
    /// In the cookie itself, signed: shows that 4096 bytes are too few for tokens. A used state
    /// cannot be told from a fresh one here.
    Cookie,
}

/// Why the configuration is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A required value is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A URL is not a plain origin, so that the app cannot use it.
    #[error("{name} `{url}` is not a plain http or https origin{hint}")]
    Url {
        /// Which setting.
        name: &'static str,
        /// The URL that was given.
        url: String,
        /// What to change; may be empty.
        hint: &'static str,
    },
    /// The path does not begin with a slash, or it belongs to another route.
    #[error("the callback path `{0}` does not begin with a slash, or is another route of the app")]
    CallbackPath(String),
    /// The query contains characters that cannot be in a redirect URI's query.
    #[error("`{0}` cannot be the query of the redirect URI")]
    CallbackQuery(String),
    /// The path does not begin with a slash.
    #[error("the path after sign-out `{0}` does not begin with a slash")]
    PostSignOutPath(String),
    /// The value cannot be part of a cookie (RFC 6265 §4.1.1).
    #[error("`{value}` cannot be the {attribute} of a cookie")]
    Cookie {
        /// Name, path or domain.
        attribute: &'static str,
        /// The value that was given.
        value: String,
    },
}

impl Config {
    /// Whether the app imitates this defect.
    pub(crate) fn does(&self, variant: Variant) -> bool {
        self.options.variants.contains(&variant)
    }

    /// The path at which the app expects its callback.
    pub(crate) fn assumed_callback_path(&self) -> String {
        if self.does(Variant::AssumesCallbackPath) {
            return "/callback".to_owned();
        }
        let own = self.options.redirect_uri.as_deref().and_then(path_of);
        own.unwrap_or_else(|| self.options.callback_path.clone())
    }

    /// What the app shows at a path that one of the URIs given as they are leads to. `answered`: the
    /// query is that of an answer to an authorization request.
    pub(crate) fn shows_at(&self, path: &str, answered: bool) -> Option<Shown> {
        let is = |uri: &Option<String>| uri.as_deref().and_then(path_of).is_some_and(|own| own == path);
        let taken = ROUTES.contains(&path);
        if is(&self.options.redirect_uri) && (answered || !taken) {
            Some(Shown::Callback)
        } else if is(&self.options.post_sign_out_uri) && (!taken || ELSEWHERE.contains(&path)) {
            Some(Shown::Home)
        } else {
            None
        }
    }

    /// Checks the configuration, in the order in which to fix it.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        check_origin("the base URL", &self.base_url, "; leave the path out")?;
        if !self.does(Variant::KeepsEndpointPath) {
            check_origin("Logto's endpoint", &self.logto_endpoint, "; leave `/oidc` out")?;
        }
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

    /// The redirect URI to register in Logto.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        if let Some(uri) = &self.options.redirect_uri {
            return uri.clone();
        }
        let query = self.options.callback_query.iter().map(|query| format!("?{query}"));
        let origin = self.base_url.origin().ascii_serialization();
        format!("{origin}{}{}", self.options.callback_path, query.collect::<String>())
    }

    /// The post sign-out redirect URI to register in Logto; empty if the app sends none.
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> String {
        if let Some(uri) = &self.options.post_sign_out_uri {
            return uri.clone();
        }
        format!("{}{}", self.base_url.origin().ascii_serialization(), self.options.post_sign_out_path)
    }

    /// The path after sign-out, if it differs from the other routes.
    pub(crate) fn page_after_sign_out(&self) -> Option<&str> {
        let path = self.options.post_sign_out_path.split(['?', '#']).next()?;
        let taken = ROUTES.contains(&path) || path == self.options.callback_path;
        (!taken && !path.contains(['{', '}', '*'])).then_some(path)
    }

    /// The scopes of the authorization request. As in the SDK, its own scopes come last.
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
        format!("{}{}/oidc", self.logto_endpoint.origin().ascii_serialization(), self.endpoint_path())
    }

    /// The path of Logto's endpoint, without a slash at its end; mostly empty.
    fn endpoint_path(&self) -> &str {
        self.logto_endpoint.path().trim_end_matches('/')
    }

    /// URL of Logto's discovery document (OIDC Discovery §4).
    pub(crate) fn discovery(&self) -> Url {
        let mut url = self.logto_endpoint.clone();
        let doubled = if self.does(Variant::ConcatenatesEndpoint) { "/" } else { "" };
        let path = self.endpoint_path();
        url.set_path(&format!("{path}{doubled}/oidc/.well-known/openid-configuration"));
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

/// What the app shows at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Callback,
    Home,
}

/// The path of an http or https URI, as browsers ask for it.
fn path_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.path().to_owned())
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
