//! The state of the mock. All of it is in memory, behind one lock.

use std::sync::Arc;

use jiff::Timestamp;
use kit::{Bounded, Random};
use oauth::Scopes;

use crate::config::{App, Config, Organization, RevokedApp, Switches, TrustedPublisher, User};
use crate::keys::SigningKey;

/// Number of entries of each kind to keep, so that a long-running mock does not grow without limit.
const CAPACITY: usize = 1024;

/// A browser session of a signed-in user.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) sub: String,
    /// Seconds since the epoch, for `auth_time`.
    pub(crate) signed_in_at: i64,
}

/// A permission that a user gave an app, for one set of scopes.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) sub: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Scopes,
    /// Ids of the organizations that the user selected on the permission page.
    pub(crate) orgs: Vec<String>,
    pub(crate) given_at: Timestamp,
}

/// The PKCE challenge that a code is bound to (RFC 7636 §4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    S256(String),
    Plain(String),
}

/// What a code, and later its tokens, are issued for.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) scopes: Scopes,
    pub(crate) orgs: Vec<String>,
    /// 24 hexadecimal digits; unchanged when tokens are refreshed.
    pub(crate) session_id: String,
    pub(crate) auth_time: i64,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) authorization: Authorization,
    pub(crate) redirect_uri: String,
    /// Whether the authorization request contained the address.
    pub(crate) redirect_uri_sent: bool,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: i64,
    /// Seconds for which the code is valid.
    pub(crate) lifetime: i64,
    pub(crate) used: bool,
}

/// A pending device (RFC 8628 §3.2).
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) client_id: String,
    pub(crate) user_code: String,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: i64,
    /// Seconds between two polls.
    pub(crate) interval: i64,
    pub(crate) last_poll: Option<i64>,
    pub(crate) decision: DeviceDecision,
}

/// The user's decision about a device's request, and whether it was used.
#[derive(Debug, Clone)]
pub(crate) enum DeviceDecision {
    Pending,
    Denied,
    Allowed(Box<Authorization>),
    /// Its tokens were issued.
    Used,
}

/// An access or a refresh token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) authorization: Authorization,
    /// Seconds since the epoch; `None` for never.
    pub(crate) expires_at: Option<i64>,
    /// Why the token is no longer valid, if it was revoked or used up.
    pub(crate) ended: Option<&'static str>,
}

/// The key that signs id_tokens after a rotation.
#[derive(Debug, Clone)]
pub(crate) struct RotatedKey {
    pub(crate) key: Arc<SigningKey>,
    /// Whether the key set contains it, instead of the previous one.
    pub(crate) published: bool,
}

/// The mutable state.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) apps: Vec<App>,
    /// Clients that registered themselves, or whose metadata document was read. Settings pages do
    /// not list them.
    pub(crate) clients: Bounded<App>,
    pub(crate) trusted_publishers: Vec<TrustedPublisher>,
    pub(crate) switches: Switches,
    /// The key of id_tokens, if it was rotated; otherwise that of the process is used.
    pub(crate) rotated_key: Option<RotatedKey>,
    pub(crate) sessions: Bounded<Session>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) codes: Bounded<Code>,
    /// The devices by device code.
    pub(crate) devices: Bounded<Device>,
    pub(crate) access_tokens: Bounded<Token>,
    pub(crate) refresh_tokens: Bounded<Token>,
}

/// Generates the absent ids and secrets, so that a reset restores the same ones.
pub(crate) fn registered(config: Config, random: &Random) -> Config {
    Config {
        users: config.users.into_iter().map(User::registered).collect(),
        organizations: config.organizations.into_iter().map(Organization::registered).collect(),
        apps: config.apps.into_iter().map(|app| app.registered(random)).collect(),
        trusted_publishers: config.trusted_publishers,
        switches: config.switches,
    }
}

/// Replaces the item with the same key, or adds one.
fn put<T>(items: &mut Vec<T>, item: T, key: fn(&T) -> &String) {
    match items.iter_mut().find(|own| key(own) == key(&item)) {
        Some(own) => *own = item,
        None => items.push(item),
    }
}

impl Store {
    /// The initial state; `config` is complete, see [`registered`].
    pub(crate) fn new(config: Config) -> Store {
        Store {
            users: config.users,
            organizations: config.organizations,
            apps: config.apps,
            clients: Bounded::with_capacity(CAPACITY),
            trusted_publishers: config.trusted_publishers,
            switches: config.switches,
            rotated_key: None,
            sessions: Bounded::with_capacity(CAPACITY),
            grants: Vec::new(),
            codes: Bounded::with_capacity(CAPACITY),
            devices: Bounded::with_capacity(CAPACITY),
            access_tokens: Bounded::with_capacity(CAPACITY),
            refresh_tokens: Bounded::with_capacity(CAPACITY),
        }
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id).or_else(|| self.clients.get(client_id))
    }

    pub(crate) fn app_mut(&mut self, client_id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.client_id == client_id)
    }

    pub(crate) fn user(&self, sub: &str) -> Option<&User> {
        self.users.iter().find(|user| user.sub == sub)
    }

    pub(crate) fn user_named(&self, username: &str) -> Option<&User> {
        self.users.iter().find(|user| user.username == username)
    }

    /// Replaces the user with the same name, or adds one.
    pub(crate) fn put_user(&mut self, user: User) {
        put(&mut self.users, user, |user| &user.username);
    }

    /// Replaces the organization with the same name, or adds one.
    pub(crate) fn put_organization(&mut self, organization: Organization) {
        put(&mut self.organizations, organization, |organization| &organization.username);
    }

    /// Replaces the app with the same client id, or adds one.
    pub(crate) fn put_app(&mut self, app: App) {
        put(&mut self.apps, app, |app| &app.client_id);
    }

    /// Revokes what a user permitted an app. Returns whether there was anything to revoke.
    pub(crate) fn revoke(&mut self, sub: &str, client_id: &str) -> bool {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.sub != sub || grant.client_id != client_id);
        let any = self.grants.len() < before;
        if any && self.switches.revoked_app == RevokedApp::KillsTokens {
            self.end_tokens("the user revoked the app", |of| of.sub == sub && of.client_id == client_id);
        }
        any
    }

    /// Removes an app and its permissions. Returns whether it existed.
    pub(crate) fn remove_app(&mut self, client_id: &str) -> bool {
        self.grants.retain(|grant| grant.client_id != client_id);
        let before = self.apps.len();
        self.apps.retain(|app| app.client_id != client_id);
        self.clients.remove(client_id).is_some() || self.apps.len() < before
    }

    /// Removes a user and the permissions of that user. Returns whether the user existed.
    pub(crate) fn remove_user(&mut self, username: &str) -> bool {
        let Some(at) = self.users.iter().position(|user| user.username == username) else {
            return false;
        };
        let user = self.users.remove(at);
        self.grants.retain(|grant| grant.sub != user.sub);
        true
    }

    /// The existing organizations of a user, in the user's order.
    pub(crate) fn organizations_of<'a>(&'a self, user: &'a User) -> impl Iterator<Item = &'a Organization> {
        user.orgs.iter().filter_map(|member| self.organization_named(&member.org))
    }

    pub(crate) fn organization_named(&self, username: &str) -> Option<&Organization> {
        self.organizations.iter().find(|org| org.username == username)
    }

    /// The permission for exactly this set of scopes.
    pub(crate) fn grant(&self, sub: &str, client_id: &str, scopes: &Scopes) -> Option<&Grant> {
        self.grants
            .iter()
            .find(|grant| grant.sub == sub && grant.client_id == client_id && grant.scopes.same_set(scopes))
    }

    /// Stores a permission, replacing an earlier one for the same scopes.
    pub(crate) fn put_grant(&mut self, grant: Grant) {
        self.grants.retain(|own| {
            own.sub != grant.sub || own.client_id != grant.client_id || !own.scopes.same_set(&grant.scopes)
        });
        self.grants.push(grant);
    }

    /// Ends every token whose authorization `of` selects.
    pub(crate) fn end_tokens(&mut self, reason: &'static str, of: impl Fn(&Authorization) -> bool) {
        for token in self.access_tokens.values_mut().chain(self.refresh_tokens.values_mut()) {
            if of(&token.authorization) && token.ended.is_none() {
                token.ended = Some(reason);
            }
        }
    }
}
