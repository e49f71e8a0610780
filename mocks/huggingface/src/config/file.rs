//! Reads a configuration file and validates its parts.

use std::path::{Path, PathBuf};

use kit::{document, files};
use thiserror::Error;
use url::Url;

use super::{App, Config, MAX_TOKEN_DURATION_MINUTES, Organization, SCOPES, User};

/// Why a configuration file cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The file is not YAML or JSON of the expected structure.
    #[error("{path}:{line}:{column}: {message}")]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Line of the error, from 1.
        line: u64,
        /// Column of the error, from 1.
        column: u64,
        /// The error of the parser.
        message: String,
    },
    /// The structure is valid, but a rule is broken.
    #[error("{path}: {source}")]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// The broken rule.
        source: Invalid,
    },
}

/// A rule that a configuration breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Invalid {
    /// A user or organization without a username.
    #[error("a {kind} needs a username")]
    NoUsername {
        /// `user` or `organization`.
        kind: &'static str,
    },
    /// A username that cannot be part of a URL.
    #[error("username `{0}` may contain only letters, digits and - . _")]
    Username(String),
    /// An id that does not have 24 hexadecimal digits.
    #[error("sub `{sub}` of {of} is not 24 lowercase hexadecimal digits")]
    Sub {
        /// Username of the user or organization.
        of: String,
        /// The invalid id.
        sub: String,
    },
    /// Two entries have the same name or id.
    #[error("{what} `{value}` is used twice")]
    Twice {
        /// Name of the field.
        what: &'static str,
        /// The value that both have.
        value: String,
    },
    /// A user is a member of an organization that is not defined.
    #[error("user `{user}` is in organization `{org}`, which is not defined")]
    UnknownOrganization {
        /// Username of the user.
        user: String,
        /// Username of the organization.
        org: String,
    },
    /// A public app has a secret.
    #[error("app `{0}` is public and has a secret: choose one")]
    PublicWithSecret(String),
    /// An app has an empty secret, which a client cannot send.
    #[error("app `{0}` has an empty secret: omit it to have one generated, or set `public: true`")]
    EmptySecret(String),
    /// A redirect URI is not absolute, or has a fragment (RFC 6749 §3.1.2).
    #[error("redirect URI `{uri}` of app `{app}` {reason}")]
    RedirectUri {
        /// Name of the app.
        app: String,
        /// The invalid redirect URI.
        uri: String,
        /// What is wrong with it, to follow the address.
        reason: &'static str,
    },
    /// An app has a scope that does not exist.
    #[error("app `{app}` has scope `{scope}`, which does not exist")]
    Scope {
        /// Name of the app.
        app: String,
        /// The unknown scope.
        scope: String,
    },
    /// A token duration is outside the site's limits.
    #[error(
        "app `{app}` has a token duration of {minutes} minutes; it must be 1 to {MAX_TOKEN_DURATION_MINUTES}"
    )]
    TokenDuration {
        /// Name of the app.
        app: String,
        /// The configured minutes.
        minutes: u32,
    },
}

impl Config {
    /// Reads a YAML or JSON file.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column if the text is invalid.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = files::read_text(path, files::SETTINGS_LIMIT)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Config::parse(&text, path)
    }

    /// Parses YAML or JSON; `path` is used in messages only.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column if the text is invalid.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        // An empty document stands for the defaults.
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Config::default());
        }
        let config: Config = document::yaml(text).map_err(|fault| ConfigError::Parse {
            path: path.to_owned(),
            line: fault.line,
            column: fault.column,
            message: fault.message,
        })?;
        config.check().map_err(|source| ConfigError::Invalid { path: path.to_owned(), source })?;
        Ok(config)
    }

    /// Validates the rules between the parts, after those of each part.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self) -> Result<(), Invalid> {
        for organization in &self.organizations {
            organization.check()?;
        }
        for user in &self.users {
            user.check()?;
            self.check_memberships(user)?;
        }
        for app in &self.apps {
            app.check()?;
        }
        let names = self.users.iter().map(|user| &user.username);
        unique("username", names.chain(self.organizations.iter().map(|org| &org.username)))?;
        let subs = self.users.iter().map(|user| &user.sub);
        unique("sub", subs.chain(self.organizations.iter().map(|org| &org.sub)))?;
        unique("client_id", self.apps.iter().map(|app| &app.client_id))
    }

    fn check_memberships(&self, user: &User) -> Result<(), Invalid> {
        for membership in &user.orgs {
            if !self.organizations.iter().any(|org| org.username == membership.org) {
                return Err(Invalid::UnknownOrganization {
                    user: user.username.clone(),
                    org: membership.org.clone(),
                });
            }
        }
        Ok(())
    }
}

impl User {
    /// Validates one user.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self) -> Result<(), Invalid> {
        check_name("user", &self.username)?;
        check_sub(&self.username, &self.sub)
    }
}

impl Organization {
    /// Validates one organization.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self) -> Result<(), Invalid> {
        check_name("organization", &self.username)?;
        check_sub(&self.username, &self.sub)
    }
}

impl App {
    /// Validates one app.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.public && self.secret.is_some() {
            return Err(Invalid::PublicWithSecret(self.name.clone()));
        }
        if self.secret.as_deref() == Some("") {
            return Err(Invalid::EmptySecret(self.name.clone()));
        }
        for uri in &self.redirect_uris {
            if let Some(reason) = redirect_uri_defect(uri) {
                return Err(Invalid::RedirectUri { app: self.name.clone(), uri: uri.clone(), reason });
            }
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(Invalid::Scope { app: self.name.clone(), scope: scope.to_owned() });
        }
        if !(1..=MAX_TOKEN_DURATION_MINUTES).contains(&self.token_duration_minutes) {
            return Err(Invalid::TokenDuration {
                app: self.name.clone(),
                minutes: self.token_duration_minutes,
            });
        }
        Ok(())
    }
}

/// Whether the site knows this scope.
pub(crate) fn is_scope(name: &str) -> bool {
    SCOPES.iter().any(|(known, _)| *known == name)
}

fn redirect_uri_defect(uri: &str) -> Option<&'static str> {
    match Url::parse(uri) {
        Err(_) => Some("is not an absolute URL"),
        Ok(url) if url.fragment().is_some() => Some("has a fragment"),
        Ok(_) => None,
    }
}

fn check_name(kind: &'static str, name: &str) -> Result<(), Invalid> {
    if name.is_empty() {
        return Err(Invalid::NoUsername { kind });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if name.chars().all(allowed) { Ok(()) } else { Err(Invalid::Username(name.to_owned())) }
}

fn check_sub(of: &str, sub: &str) -> Result<(), Invalid> {
    let hexadecimal = sub.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if sub.is_empty() || (sub.len() == 24 && hexadecimal) {
        return Ok(());
    }
    Err(Invalid::Sub { of: of.to_owned(), sub: sub.to_owned() })
}

fn unique<'a>(what: &'static str, values: impl Iterator<Item = &'a String>) -> Result<(), Invalid> {
    let mut seen = std::collections::HashSet::new();
    for value in values.filter(|value| !value.is_empty()) {
        if !seen.insert(value) {
            return Err(Invalid::Twice { what, value: value.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text, Path::new("hf.yaml"))
    }

    #[test]
    fn an_empty_file_means_ada_and_grace() {
        for text in ["", "# nothing\n", "{}"] {
            let config = parse(text).unwrap();
            let names: Vec<_> = config.users.iter().map(|user| user.username.as_str()).collect();
            assert_eq!(names, ["ada", "grace"], "{text:?}");
        }
    }

    #[test]
    fn reads_json_and_yaml_alike() {
        let yaml = "apps:\n  - name: Shop\n    secret: 'a+b% c!?:'\n    scopes: [openid, jobs]\n";
        let json = r#"{"apps":[{"name":"Shop","secret":"a+b% c!?:","scopes":["openid","jobs"]}]}"#;
        assert_eq!(parse(yaml).unwrap(), parse(json).unwrap());
        let indented = json.replace(",", ",\n\t\t").replace("{", "{\n\t");
        assert_eq!(parse(&indented).unwrap(), parse(json).unwrap(), "{indented}");
    }

    #[test]
    fn reads_keys_in_the_old_spelling() {
        let text = "organizations: [{username: o}]\nswitches: {organizations_without_scope: listed}\n";
        assert_eq!(parse(&text.replace("organiz", "organis")).unwrap(), parse(text).unwrap());
    }

    #[test]
    fn survives_a_round_trip() {
        let config = Config { apps: vec![App::default()], ..Config::default() };
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(parse(&json).unwrap(), config);
    }

    #[test]
    fn names_file_line_and_column_of_an_unknown_key() {
        let text = "users:\n  - username: ada\n    emial: x\n";
        let message = parse(text).unwrap_err().to_string();
        assert!(message.starts_with("hf.yaml:3:5: "), "{message}");
        assert!(message.contains("emial"), "{message}");
    }

    #[test]
    fn refuses_broken_rules() {
        for (text, part) in [
            ("users: [{}]", "needs a username"),
            ("users: [{username: 'a b'}]", "may contain only"),
            ("users: [{username: a, sub: XYZ}]", "24 lowercase"),
            ("users: [{username: a}, {username: a}]", "used twice"),
            ("users: [{username: a, orgs: [{org: o}]}]", "not defined"),
            ("apps: [{public: true, secret: x}]", "choose one"),
            ("apps: [{secret: ''}]", "empty secret"),
            ("apps: [{redirect_uris: [/callback]}]", "not an absolute URL"),
            ("apps: [{redirect_uris: ['https://a/#b']}]", "fragment"),
            ("apps: [{scopes: [proflie]}]", "does not exist"),
            ("apps: [{scopes: ['openid profile']}]", "not one scope"),
            ("apps: [{token_duration_minutes: 43201}]", "1 to 43200"),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
