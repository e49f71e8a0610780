//! The rules that a configuration must not break.

use thiserror::Error;
use url::Url;

use super::{App, Config, MAX_TOKEN_DURATION_MINUTES, Organization, SCOPES, User};

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
