//! The state of a tenant, in memory.

mod configuration;
mod consent;
mod device;
mod log;
mod protocol;
mod resource;
mod role;
mod sentinel;
mod user;

pub use configuration::seeded_sign_in_experience;
pub(crate) use configuration::{Application, ApplicationSecret, Connector, MessageConnector, column};
pub(crate) use consent::{Branding, ConsentScopes};
pub(crate) use device::{Approval, DeviceCode, DeviceState};
pub(crate) use log::{LogDetails, LogDraft, LogEntry};
pub(crate) use protocol::{
    AccessToken, Authorization, Code, ConnectorSession, Experience, Grant, Interaction, LogoutState, Profile,
    Prompt, PushedRequest, RefreshToken, Session, SocialUser, SocialVerification, Verification,
    VerificationState, lifetime,
};
pub(crate) use resource::{ApiResource, ResourceScope};
pub(crate) use role::{Role, RoleKind};
pub(crate) use sentinel::{Policy, Sentinel};
pub(crate) use user::{Identity, PROFILE, User};

use std::collections::VecDeque;

use kit::Bounded;
use serde_json::{Map, Value};

use crate::connectors::MessageKind;
use crate::version::{Fact, Version};

/// Maximum number of sessions, codes, tokens and so on. A test needs only a few; a stack that runs
/// thousands of walks does not grow beyond this.
pub(crate) const CAPACITY: usize = 1024;

/// The default tenant.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) applications: Vec<Application>,
    pub(crate) connectors: Vec<Connector>,
    /// A tenant has at most one of each kind: a second replaces the first.
    pub(crate) messages: Vec<MessageConnector>,
    pub(crate) resources: Vec<ApiResource>,
    pub(crate) roles: Vec<Role>,
    pub(crate) sign_in_experience: Map<String, Value>,
    pub(crate) users: Vec<User>,
    pub(crate) interactions: Bounded<Interaction>,
    pub(crate) sessions: Bounded<Session>,
    pub(crate) grants: Bounded<Grant>,
    pub(crate) pushed_requests: Bounded<PushedRequest>,
    pub(crate) codes: Bounded<Code>,
    pub(crate) device_codes: Bounded<DeviceCode>,
    pub(crate) access_tokens: Bounded<AccessToken>,
    pub(crate) refresh_tokens: Bounded<RefreshToken>,
    pub(crate) sentinel: Sentinel,
    /// Oldest first.
    pub(crate) logs: VecDeque<LogEntry>,
    /// The version of Logto that is played.
    pub(crate) version: Version,
    purged_at: i64,
}

impl Store {
    /// Whether this is true of the version of Logto that is played.
    pub(crate) fn has(&self, fact: Fact) -> bool {
        self.version.has(fact)
    }

    /// Whether a user may have tokens.
    pub(crate) fn admits(&self, user: &User) -> bool {
        !(user.is_suspended && self.has(Fact::SuspendedRefused))
    }

    /// As after `db seed` (contract §5), at this time in milliseconds since the epoch.
    pub(crate) fn seeded(now: i64, version: Version) -> Self {
        Self {
            applications: vec![],
            connectors: vec![],
            messages: vec![],
            resources: vec![ApiResource::management_api(now)],
            roles: vec![Role::management_api()],
            sign_in_experience: configuration::sign_in_experience(version),
            users: vec![],
            interactions: Bounded::with_capacity(CAPACITY),
            sessions: Bounded::with_capacity(CAPACITY),
            grants: Bounded::with_capacity(CAPACITY),
            pushed_requests: Bounded::with_capacity(CAPACITY),
            codes: Bounded::with_capacity(CAPACITY),
            device_codes: Bounded::with_capacity(CAPACITY),
            access_tokens: Bounded::with_capacity(CAPACITY),
            refresh_tokens: Bounded::with_capacity(CAPACITY),
            sentinel: Sentinel::new(),
            logs: VecDeque::new(),
            version,
            purged_at: 0,
        }
    }

    /// Removes what has expired, at most once per second. This only saves memory: code that depends
    /// on an expiry checks it itself.
    pub(crate) fn purge(&mut self, now: i64) {
        if now == self.purged_at {
            return;
        }
        self.purged_at = now;
        self.interactions.retain(|_, interaction| interaction.expires > now);
        self.sessions.retain(|_, session| session.expires > now);
        self.pushed_requests.retain(|_, request| request.expires > now);
        self.codes.retain(|_, code| code.expires > now);
        self.access_tokens.retain(|_, token| token.expires > now);
        self.refresh_tokens.retain(|_, token| token.expires > now);
        self.grants.retain(|_, grant| grant.expires > now);
    }

    pub(crate) fn application(&self, id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.id == id)
    }

    pub(crate) fn application_mut(&mut self, id: &str) -> Option<&mut Application> {
        self.applications.iter_mut().find(|application| application.id == id)
    }

    pub(crate) fn connector(&self, id: &str) -> Option<&Connector> {
        self.connectors.iter().find(|connector| connector.id == id)
    }

    /// The resource that is used if a request names none.
    pub(crate) fn default_resource(&self) -> Option<&ApiResource> {
        self.resources.iter().find(|resource| resource.is_default)
    }

    /// The API resource with that indicator.
    pub(crate) fn resource(&self, indicator: &str) -> Option<&ApiResource> {
        self.resources.iter().find(|resource| resource.indicator == indicator)
    }

    /// Lifetime of access tokens for a resource, in seconds; `None` if Logto does not know it.
    pub(crate) fn access_token_ttl(&self, indicator: &str) -> Option<i64> {
        if resource::is_reserved(indicator) {
            return Some(lifetime::ACCESS_TOKEN);
        }
        self.resource(indicator).map(|resource| resource.access_token_ttl)
    }

    pub(crate) fn resource_mut(&mut self, id: &str) -> Option<&mut ApiResource> {
        self.resources.iter_mut().find(|resource| resource.id == id)
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The user with an identity of this target.
    pub(crate) fn user_by_identity(&self, target: &str, identity: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.identities.get(target).is_some_and(|known| known.user_id == identity))
    }

    /// Whether the tenant has a connector that sends codes this way.
    pub(crate) fn sends(&self, kind: MessageKind) -> bool {
        self.messages.iter().any(|connector| connector.kind == kind)
    }

    /// The user with an identifier of this type. Usernames are case-sensitive as seeded, e-mail
    /// addresses are not.
    pub(crate) fn user_by_identifier(&self, kind: &str, value: &str) -> Option<&User> {
        self.users.iter().find(|user| match kind {
            "username" => user.username.as_deref() == Some(value),
            "email" => user.primary_email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(value)),
            "phone" => user.primary_phone.as_deref() == Some(value),
            _ => false,
        })
    }

    /// Ends a grant: everything issued for it becomes invalid at once.
    pub(crate) fn revoke_grant(&mut self, id: &str) {
        self.grants.remove(id);
        self.access_tokens.retain(|_, token| token.grant != id);
        self.refresh_tokens.retain(|_, token| token.grant != id);
        self.codes.retain(|_, code| code.grant != id);
        self.device_codes.retain(|_, code| match &code.state {
            DeviceState::Approved(approval) => approval.grant != id,
            DeviceState::Pending | DeviceState::InFlight | DeviceState::Refused { .. } => true,
        });
        for session in self.sessions.values_mut() {
            session.authorizations.retain(|_, authorization| authorization.grant != id);
        }
    }

    /// Ends all grants that `ends` selects.
    pub(crate) fn revoke_grants(&mut self, ends: impl Fn(&Grant) -> bool) {
        let ended: Vec<String> =
            self.grants.iter().filter(|(_, grant)| ends(grant)).map(|(id, _)| id.clone()).collect();
        ended.iter().for_each(|id| self.revoke_grant(id));
    }

    /// A session, if it has not expired.
    pub(crate) fn live_session(&self, id: &str, now: i64) -> Option<&Session> {
        self.sessions.get(id).filter(|session| session.expires > now)
    }

    /// Whether the session in which an interaction began has ended.
    pub(crate) fn is_orphaned(&self, interaction: &Interaction) -> bool {
        interaction.session_uid.as_ref().is_some_and(|uid| self.session_by_uid(uid).is_none())
    }

    /// The session with that uid: the id of a session changes, its uid does not.
    pub(crate) fn session_by_uid(&self, uid: &str) -> Option<&Session> {
        self.sessions.values().find(|session| session.uid == uid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::MASTER;

    /// Seen with 1.42.0 and the main branch after it.
    #[test]
    fn a_suspended_user_may_have_tokens_until_that_was_refused() {
        let mut user = User::new("u".to_owned(), 0);
        user.is_suspended = true;
        assert!(Store::seeded(0, Version::default()).admits(&user));
        assert!(!Store::seeded(0, MASTER).admits(&user));
        user.is_suspended = false;
        assert!(Store::seeded(0, MASTER).admits(&user));
    }
}
