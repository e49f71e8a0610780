//! A set-up as its owner has it: files and options of the command.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};

use super::draw::Draw;

/// A setting that a fault changes, or that has to be given for the fault to be provable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    // Of the connector.
    ClientId,
    ClientSecret,
    Scope,
    AuthorizationEndpoint,
    TokenEndpoint,
    UserInfoEndpoint,
    /// Whatever else there is in the configuration of a generic connector.
    Generic,
    // Of the OAuth app.
    OAuthAppId,
    OAuthAppSecret,
    OAuthAppUris,
    OAuthAppScopes,
    // Of the sign-in experience.
    Targets,
    SignUp,
    Mode,
    // Of the app's record.
    Record,
    Type,
    RegisteredUris,
    RegisteredPostUris,
    Secrets,
    Permissions,
    // Options.
    Endpoint,
    AppUrl,
    AppId,
    AppSecret,
    RedirectUri,
    PostUri,
    AppScopes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Traditional,
    Spa,
    Native,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Traditional => "Traditional",
            Self::Spa => "SPA",
            Self::Native => "Native",
        }
    }
}

/// The options of the command.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) logto_endpoint: Option<String>,
    pub(super) app_url: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) app_secret: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) post_sign_out_uri: Option<String>,
    pub(super) app_scopes: Vec<String>,
}

/// A set-up in which everything is known; [`SetUp::forget`] takes away what its owner does not give.
#[derive(Debug, Clone)]
pub(super) struct SetUp {
    pub(super) kind: Kind,
    pub(super) third_party: bool,
    pub(super) factory: &'static str,
    pub(super) connector: Value,
    pub(super) application: Value,
    pub(super) experience: Value,
    pub(super) oauth_app: Value,
    pub(super) options: Options,
    /// What the browser sends to Hugging Face: Logto's callback, as the URL standard writes it.
    pub(super) callback: String,
    /// What the app sends.
    pub(super) redirect_uri: String,
    pub(super) post_sign_out_uri: String,
    /// What the set-up does not work without.
    pub(super) given: BTreeSet<Part>,
}

impl SetUp {
    pub(super) fn config(&mut self) -> &mut Map<String, Value> {
        self.connector["config"].as_object_mut().unwrap()
    }

    pub(super) fn text(&self, member: &str) -> String {
        self.connector["config"][member].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn is_generic(&self) -> bool {
        self.factory != "huggingface-universal"
    }

    /// The only redirect URI at Hugging Face, sometimes beside one that has nothing to do with it.
    pub(super) fn lists_at_huggingface(&mut self, uri: &str, draw: &Draw) {
        self.oauth_app["redirect_uris"] = beside_others(uri, draw);
    }

    /// As [`SetUp::lists_at_huggingface`], in the app's record.
    pub(super) fn registers(&mut self, member: &str, uri: &str, draw: &Draw) {
        self.application["oidcClientMetadata"][member] = beside_others(uri, draw);
    }

    /// Takes away what is not needed, at random.
    pub(super) fn forget(&mut self, needed: &BTreeSet<Part>, draw: &Draw) {
        let kept =
            |parts: &[Part]| parts.iter().any(|part| needed.contains(part) || self.given.contains(part));
        let forgotten = |percent: usize, parts: &[Part]| draw.chance(percent) && !kept(parts);
        use Part::*;
        let record = [Record, Type, RegisteredUris, RegisteredPostUris, Secrets, Permissions];
        let no = (
            forgotten(35, &[Endpoint]),
            forgotten(60, &[AppUrl]),
            forgotten(60, &[AppId]),
            forgotten(60, &[AppSecret]),
            forgotten(60, &[RedirectUri]),
            forgotten(60, &[PostUri]),
        );
        let files = (
            forgotten(25, &record),
            forgotten(35, &[Targets, SignUp, Mode]),
            forgotten(30, &[OAuthAppId, OAuthAppSecret, OAuthAppUris, OAuthAppScopes]),
        );
        let members = (forgotten(40, &[Secrets]), forgotten(20, &[Permissions]));
        let oauth = [
            ("client_id", forgotten(25, &[OAuthAppId])),
            ("secret", forgotten(25, &[OAuthAppSecret])),
            ("redirect_uris", forgotten(25, &[OAuthAppUris])),
            ("scopes", forgotten(25, &[OAuthAppScopes])),
        ];
        let options = &mut self.options;
        for (option, forget) in [
            (&mut options.logto_endpoint, no.0),
            (&mut options.app_url, no.1),
            (&mut options.app_id, no.2),
            (&mut options.app_secret, no.3),
            (&mut options.redirect_uri, no.4),
            (&mut options.post_sign_out_uri, no.5),
        ] {
            if forget {
                *option = None;
            }
        }
        let (record, experience, oauth_app) = files;
        for (member, forget) in [("secrets", members.0), ("userConsentScopes", members.1)] {
            if let Some(record) = self.application.as_object_mut()
                && forget
            {
                record.remove(member);
            }
        }
        for (member, forget) in oauth {
            if let Some(app) = self.oauth_app.as_object_mut()
                && forget
            {
                app.remove(member);
            }
        }
        for (file, forget) in [
            (&mut self.application, record),
            (&mut self.experience, experience),
            (&mut self.oauth_app, oauth_app),
        ] {
            if forget {
                *file = Value::Null;
            }
        }
    }
}

fn beside_others(uri: &str, draw: &Draw) -> Value {
    match draw.below(3) {
        0 => json!(["https://unrelated.example/oauth/return", uri]),
        _ => json!([uri]),
    }
}

/// The files and the command, to feed to it by hand.
impl fmt::Display for SetUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut command = "logto-testkit diagnose --connector connector.json".to_owned();
        writeln!(f, "connector.json: {}", self.connector)?;
        for (option, file, content) in [
            ("application", "application.json", &self.application),
            ("sign-in-experience", "sign-in-experience.json", &self.experience),
            ("huggingface", "huggingface.yaml", &self.oauth_app),
        ] {
            if !content.is_null() {
                writeln!(f, "{file}: {content}")?;
                command.push_str(&format!(" --{option} {file}"));
            }
        }
        let options = &self.options;
        for (option, value) in [
            ("logto-endpoint", &options.logto_endpoint),
            ("app-url", &options.app_url),
            ("app-id", &options.app_id),
            ("app-secret", &options.app_secret),
            ("redirect-uri", &options.redirect_uri),
            ("post-sign-out-uri", &options.post_sign_out_uri),
        ] {
            if let Some(value) = value {
                command.push_str(&format!(" --{option} {value:?}"));
            }
        }
        for scope in &options.app_scopes {
            command.push_str(&format!(" --app-scope {scope:?}"));
        }
        writeln!(f, "{command}")
    }
}
