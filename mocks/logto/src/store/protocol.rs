//! The state of running and completed sign-ins. Times are seconds since the epoch.

use std::sync::Arc;

use indexmap::IndexMap;
use oauth::Scopes;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::user::Identity;

use crate::routes::oidc::AuthorizationRequest;
use crate::wire::without_nulls;

/// Lifetimes (contract §1.9).
pub(crate) mod lifetime {
    pub(crate) const CODE: i64 = 60;
    pub(crate) const PUSHED_REQUEST: i64 = 60;
    pub(crate) const DEVICE_CODE: i64 = 600;
    pub(crate) const ONE_TAP: i64 = 10;
    pub(crate) const ACCESS_TOKEN: i64 = 3600;
    pub(crate) const ID_TOKEN: i64 = 3600;
    pub(crate) const REFRESH_TOKEN: i64 = 14 * 24 * 3600;
    pub(crate) const INTERACTION: i64 = 3600;
    pub(crate) const SESSION: i64 = 14 * 24 * 3600;
    pub(crate) const GRANT: i64 = 180 * 24 * 3600;
}

/// What an interaction asks the person for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    Login,
    Consent,
}

/// An authorization request that waits for the person: one for the login, a second one for the
/// consent (contract §1.4).
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) uid: String,
    /// Where it is resumed: at the origin where it began.
    pub(crate) return_to: String,
    pub(crate) request: AuthorizationRequest,
    pub(crate) prompt: Prompt,
    /// Whether the person has signed in for this very request.
    pub(crate) logged_in: bool,
    /// The scopes to consent to.
    pub(crate) missing_scopes: Scopes,
    /// The same, by API resource.
    pub(crate) missing_resource_scopes: IndexMap<String, Scopes>,
    /// The session at the time, by uid, if a person was signed in.
    pub(crate) session_uid: Option<String>,
    /// The user who signed in, once the page has submitted.
    pub(crate) login: Option<String>,
    /// The grant that the person consented to.
    pub(crate) grant: Option<String>,
    /// The state of the Experience API, once started.
    pub(crate) experience: Option<Experience>,
    pub(crate) expires: i64,
}

/// State of the Experience API within an interaction.
#[derive(Debug, Clone)]
pub(crate) struct Experience {
    pub(crate) event: String,
    /// At most one of a kind, in the order in which the first of each kind was created.
    pub(crate) verifications: Vec<Verification>,
    /// A person for whom a provider vouched once needs no captcha, whatever comes after.
    pub(crate) skips_captcha: bool,
    /// The data that the person has entered so far.
    pub(crate) profile: Profile,
    /// Whether the current call took over what a provider told: the audit log then has a place for the
    /// provider's tokens, too.
    pub(crate) takes_over: bool,
    /// The user, once identified.
    pub(crate) user: Option<String>,
}

impl Experience {
    /// Adds a verification; one of its kind is replaced in its place.
    pub(crate) fn keep(&mut self, verification: Verification) {
        let kind = std::mem::discriminant(&verification);
        match self.verifications.iter_mut().find(|known| std::mem::discriminant(*known) == kind) {
            Some(known) => *known = verification,
            None => self.verifications.push(verification),
        }
    }

    pub(crate) fn verification(&self, id: &str) -> Option<&Verification> {
        self.verifications.iter().find(|known| known.id() == id)
    }

    /// The social verification with that id.
    pub(crate) fn social(&mut self, id: &str) -> Option<&mut SocialVerification> {
        self.verifications.iter_mut().find_map(|known| match known {
            Verification::Social(social) if social.id == id => Some(social),
            _ => None,
        })
    }
}

/// The changes to the user when the interaction completes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) primary_email: Option<String>,
    pub(crate) primary_phone: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    /// Members of the profile, and of the custom data.
    pub(crate) extra: Option<(Map<String, Value>, Map<String, Value>)>,
    /// Target and identity.
    pub(crate) social: Option<(String, Arc<SocialUser>)>,
}

impl Profile {
    /// Adds what else is known; it replaces what was.
    pub(crate) fn set(&mut self, told: Self) {
        let Self { username, password, primary_email, primary_phone, name, avatar, extra, social } = told;
        for (slot, told) in [
            (&mut self.username, username),
            (&mut self.password, password),
            (&mut self.primary_email, primary_email),
            (&mut self.primary_phone, primary_phone),
            (&mut self.name, name),
            (&mut self.avatar, avatar),
        ] {
            if told.is_some() {
                *slot = told;
            }
        }
        self.extra = extra.or(self.extra.take());
        self.social = social.or(self.social.take());
    }

    /// Adds what else is known, but keeps what was.
    pub(crate) fn fill(&mut self, mut told: Self) {
        told.set(std::mem::take(self));
        *self = told;
    }
}

/// What a person has proved, or is about to. A password verification that fails is not stored.
#[derive(Debug, Clone)]
pub(crate) enum Verification {
    Social(SocialVerification),
    /// Of an existing user, by an identifier of this type and value.
    Password {
        id: String,
        identifier: String,
        value: String,
    },
    /// Of a person who is about to register.
    NewPasswordIdentity {
        id: String,
        username: String,
        password: String,
    },
}

impl Verification {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Social(SocialVerification { id, .. })
            | Self::Password { id, .. }
            | Self::NewPasswordIdentity { id, .. } => id,
        }
    }
}

/// A social verification.
#[derive(Debug, Clone)]
pub(crate) struct SocialVerification {
    pub(crate) id: String,
    pub(crate) connector: String,
    pub(crate) state: VerificationState,
}

/// The progress of a social verification.
#[derive(Debug, Clone)]
pub(crate) enum VerificationState {
    /// The person is at the provider.
    Pending(ConnectorSession),
    /// A code was tried: the connector's session is used up (contract §2.2).
    Spent,
    /// The provider identified the person.
    Verified(Arc<SocialUser>),
}

/// What a connector must remember until the callback.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ConnectorSession {
    /// The redirect URI that it sent to the provider.
    pub(crate) redirect_uri: String,
    /// The nonce that must be in the ID token.
    pub(crate) nonce: Option<String>,
}

/// The profile from the provider.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SocialUser {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) raw: Value,
}

impl SocialUser {
    /// The identity that a user gets from it.
    pub(crate) fn identity(&self) -> Identity {
        let details = without_nulls(json!({
            "id": self.id, "name": self.name, "email": self.email, "phone": self.phone, "avatar": self.avatar,
            "rawData": self.raw,
        }));
        Identity { user_id: self.id.clone(), details: Some(Value::Object(details)) }
    }
}

/// A browser's session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Value of the cookie; changes at every resume.
    pub(crate) id: String,
    /// Never changes.
    pub(crate) uid: String,
    /// `None` for the session of a browser that only opened the sign-out page.
    pub(crate) account: Option<String>,
    pub(crate) login_at: i64,
    /// By application.
    pub(crate) authorizations: IndexMap<String, Authorization>,
    pub(crate) logout: Option<LogoutState>,
    /// The secret of a page that waits for a user code.
    pub(crate) device_xsrf: Option<String>,
    pub(crate) expires: i64,
}

/// What an application was given in a session.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) grant: String,
    /// The name of the session for this application, `sid` of its tokens.
    pub(crate) sid: String,
}

impl Session {
    /// The grant of an application.
    pub(crate) fn grant_of(&self, client: &str) -> Option<&String> {
        self.authorizations.get(client).map(|authorization| &authorization.grant)
    }

    /// A session without a user, with a new id and uid.
    pub(crate) fn empty(id: String, uid: String, now: i64) -> Self {
        Self {
            id,
            uid,
            account: None,
            login_at: now,
            authorizations: IndexMap::new(),
            logout: None,
            device_xsrf: None,
            expires: now + lifetime::SESSION,
        }
    }
}

/// A sign-out whose form is not submitted yet.
#[derive(Debug, Clone)]
pub(crate) struct LogoutState {
    pub(crate) secret: String,
    pub(crate) client: Option<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) state: Option<String>,
    /// The interaction to continue afterwards, if another person signed in.
    pub(crate) resumes: Option<String>,
}

/// What a person allowed an application.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) scopes: Scopes,
    /// Scopes by API resource.
    pub(crate) resources: IndexMap<String, Scopes>,
    pub(crate) expires: i64,
}

/// A pushed authorization request (RFC 9126).
#[derive(Debug, Clone)]
pub(crate) struct PushedRequest {
    pub(crate) client: String,
    pub(crate) params: Params,
    pub(crate) expires: i64,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) grant: String,
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) request: AuthorizationRequest,
    pub(crate) scopes: Scopes,
    pub(crate) session_uid: String,
    /// Set only if the request asked for it (contract §1.6).
    pub(crate) auth_time: Option<i64>,
    /// Set only if the application wants it.
    pub(crate) sid: Option<String>,
    pub(crate) used: bool,
    pub(crate) expires: i64,
}

/// An opaque access token.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) grant: String,
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) scopes: Scopes,
    /// The session with which it ends, unless the grant is offline (contract §1.6).
    pub(crate) session_uid: Option<String>,
    /// When it was issued.
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) grant: String,
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) scopes: Scopes,
    /// API resources of the authorization request.
    pub(crate) resources: Vec<String>,
    /// Their scopes, as far as they were granted by then.
    pub(crate) api_scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) sid: Option<String>,
    pub(crate) session_uid: Option<String>,
    /// When it was issued.
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// When it was last exchanged for another one, in milliseconds since the epoch.
    pub(crate) consumed_at: Option<i64>,
}
