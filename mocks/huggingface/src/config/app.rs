//! OAuth apps, with the fields of the real site's settings page.

use kit::Random;
use oauth::Scopes;
use serde::{Deserialize, Serialize};

use crate::redirect_uris;

/// Scope names that an app can have: those of the documentation, then those that are accepted
/// without being documented.
pub const SCOPES: &[(&str, &str)] = &[
    ("openid", "Get an id_token in addition to the access token"),
    ("profile", "See your username, full name, avatar and website"),
    ("email", "See your e-mail address"),
    ("read-billing", "Know whether you have a payment method set up"),
    ("read-memberships", "See which organizations you are in, and your role in each"),
    ("read-repos", "Read your repositories, private ones included"),
    ("gated-repos", "Read public gated repositories you were given access to"),
    ("contribute-repos", "Create repositories, and access only those it created"),
    ("write-repos", "Read and write your repositories"),
    ("manage-repos", "Read, write, create and delete your repositories"),
    ("read-collections", "Read your collections"),
    ("write-collections", "Create and change your collections"),
    ("inference-api", "Call Inference Providers on your behalf"),
    ("read-endpoints", "See and call your Inference Endpoints"),
    ("write-endpoints", "Manage your Inference Endpoints"),
    ("jobs", "Run Jobs on your behalf"),
    ("webhooks", "Manage your webhooks"),
    ("write-discussions", "Open discussions and pull requests, and react to them"),
    ("read-mcp", "Read your MCP settings"),
    ("read-network-security", "Read network security settings"),
    ("write-network-security", "Change network security settings"),
];

/// Maximum token duration of an app, in minutes (30 days).
pub const MAX_TOKEN_DURATION_MINUTES: u32 = 43_200;

/// An OAuth app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// If empty, a random UUID is generated. Any text is accepted, as on the real site's CI hub.
    pub client_id: String,
    /// If absent or empty, a secret is generated, unless the app is public; a public app has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The app has no secret and authenticates with PKCE alone.
    pub public: bool,
    /// Name shown on the permission page.
    pub name: String,
    /// Target of the link on the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage_url: Option<String>,
    /// Picture on the permission page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Addresses to which codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Scopes that the app may request, and that it gets if it requests none.
    pub scopes: Scopes,
    /// Lifetime of access tokens in minutes; 480 (8 hours) by default, at most 43200.
    pub token_duration_minutes: u32,
    /// Username of the Enterprise organization for whose members the app may request tokens. On the
    /// real site, the staff grants this right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_exchange_org: Option<String>,
    /// Usernames of the organizations whose members may sign in; if empty, everyone may
    /// (`hf_oauth_authorized_org`, documented for the apps of Spaces).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorized_orgs: Vec<String>,
}

impl Default for App {
    fn default() -> Self {
        App {
            client_id: String::new(),
            secret: None,
            public: false,
            name: "My app".to_owned(),
            homepage_url: None,
            logo_url: None,
            redirect_uris: Vec::new(),
            scopes: Scopes::parse("openid profile email"),
            token_duration_minutes: 480,
            token_exchange_org: None,
            authorized_orgs: Vec::new(),
        }
    }
}

impl App {
    /// Whether codes may be sent to this address. As on the site, `http` loopback addresses may use
    /// any port.
    #[must_use]
    pub fn has_redirect_uri(&self, uri: &str) -> bool {
        redirect_uris::is_registered(&self.redirect_uris, uri)
    }

    /// Generates the client id and the secret if they are absent.
    pub(crate) fn registered(mut self, random: &Random) -> App {
        if self.client_id.is_empty() {
            self.client_id = random.uuid();
        }
        let given = self.secret.take().filter(|secret| !secret.is_empty());
        if !self.public {
            self.secret = Some(given.unwrap_or_else(|| new_secret(random)));
        }
        self.token_duration_minutes = self.token_duration_minutes.clamp(1, MAX_TOKEN_DURATION_MINUTES);
        self
    }
}

/// `oauth_app_secret_` and 34 letters and digits, the format of real secrets.
pub(crate) fn new_secret(random: &Random) -> String {
    format!("oauth_app_secret_{}", random.string(kit::alphabet::ALNUM, 34))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(app: App) -> App {
        app.registered(&Random::seeded(7))
    }

    #[test]
    fn generates_what_is_absent_or_empty() {
        let app = registered(App { secret: Some(String::new()), ..App::default() });
        assert_eq!(app.client_id.len(), 36, "a UUID");
        let made = app.secret.unwrap().strip_prefix("oauth_app_secret_").map(str::len);
        assert_eq!(made, Some(34));
    }

    #[test]
    fn keeps_what_is_given() {
        let given = App { client_id: "a b".into(), secret: Some("c+d".into()), ..App::default() };
        assert_eq!(registered(given.clone()), given);
    }

    #[test]
    fn a_public_app_has_no_secret() {
        assert_eq!(registered(App { public: true, secret: Some("x".into()), ..App::default() }).secret, None);
    }

    #[test]
    fn enforces_the_sites_limit_of_the_token_duration() {
        let longest = App { token_duration_minutes: u32::MAX, ..App::default() };
        assert_eq!(registered(longest).token_duration_minutes, 43_200);
    }
}
