//! What a sign-in leaves behind while it runs. Times are seconds since the epoch.

use std::sync::Arc;

use indexmap::IndexMap;
use oauth::Scopes;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::user::Identity;

use crate::routes::oidc::AuthorizationRequest;

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

/// What an interaction asks of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    Login,
    Consent,
}

/// An authorization request that waits for the person: one for the login, a
/// second one for the consent (contract §1.4).
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) uid: String,
    /// Where it goes on: under the origin at which it began.
    pub(crate) return_to: String,
    pub(crate) request: AuthorizationRequest,
    pub(crate) prompt: Prompt,
    /// Whether the person has signed in for this very request.
    pub(crate) logged_in: bool,
    /// The scopes that a consent is asked for.
    pub(crate) missing_scopes: Scopes,
    /// The same by API resource.
    pub(crate) missing_resource_scopes: IndexMap<String, Scopes>,
    /// The signed-in session at the time, by uid.
    pub(crate) session_uid: Option<String>,
    /// Who signed in, once the page has submitted.
    pub(crate) login: Option<String>,
    /// The grant the person consented to.
    pub(crate) grant: Option<String>,
    /// What the Experience API has been told.
    pub(crate) experience: Option<Experience>,
    pub(crate) expires: i64,
}

/// State of the Experience API within an interaction.
#[derive(Debug, Clone)]
pub(crate) struct Experience {
    pub(crate) event: String,
    pub(crate) verifications: Vec<Verification>,
    /// Whoever a provider vouched for once is no robot, whatever comes after.
    pub(crate) skips_captcha: bool,
    pub(crate) passwords: Vec<PasswordVerification>,
    /// What the person has told about themselves so far.
    pub(crate) profile: Profile,
    /// Who the person is, once identified.
    pub(crate) user: Option<String>,
}

/// What becomes of the user when the interaction ends.
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

/// A password verification that succeeded; others are not kept.
#[derive(Debug, Clone)]
pub(crate) enum PasswordVerification {
    /// Of a known user, by an identifier of this type and value.
    Known { id: String, identifier: String, value: String, user: String },
    /// Of somebody who is going to register.
    New { id: String, username: String, password: String },
}

impl PasswordVerification {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Known { id, .. } | Self::New { id, .. } => id,
        }
    }
}

/// A social verification.
#[derive(Debug, Clone)]
pub(crate) struct Verification {
    pub(crate) id: String,
    pub(crate) connector: String,
    pub(crate) state: VerificationState,
}

/// How far a social verification is.
#[derive(Debug, Clone)]
pub(crate) enum VerificationState {
    /// The person is at the provider.
    Pending(ConnectorSession),
    /// A code was tried: the connector's session is used up (contract §2.2).
    Spent,
    /// The provider said who it is.
    Verified(Arc<SocialUser>),
}

/// What a connector has to know again when the person is back.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ConnectorSession {
    /// What it told the provider.
    pub(crate) redirect_uri: String,
    /// What has to come back in the ID token.
    pub(crate) nonce: Option<String>,
}

/// Who the provider says it is.
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
    /// The identity that a user has by it.
    pub(crate) fn identity(&self) -> Identity {
        let mut details = Map::new();
        details.insert("id".to_owned(), json!(self.id));
        for (name, value) in
            [("name", &self.name), ("email", &self.email), ("phone", &self.phone), ("avatar", &self.avatar)]
        {
            if let Some(value) = value {
                details.insert(name.to_owned(), json!(value));
            }
        }
        details.insert("rawData".to_owned(), self.raw.clone());
        Identity { user_id: self.id.clone(), details: Some(Value::Object(details)) }
    }
}

/// A browser's session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Value of the cookie; changes at every resume.
    pub(crate) id: String,
    /// Stays.
    pub(crate) uid: String,
    /// Absent for the session of somebody who only opened the sign-out page.
    pub(crate) account: Option<String>,
    pub(crate) login_at: i64,
    /// Grant by application.
    pub(crate) authorizations: IndexMap<String, String>,
    pub(crate) logout: Option<LogoutState>,
    /// The secret of a page that waits for a user code.
    pub(crate) device_xsrf: Option<String>,
    pub(crate) expires: i64,
}

impl Session {
    /// Nobody's, with a fresh id and uid.
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

/// A sign-out that waits for its form.
#[derive(Debug, Clone)]
pub(crate) struct LogoutState {
    pub(crate) secret: String,
    pub(crate) client: Option<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) state: Option<String>,
    /// Where an interaction goes on afterwards, when somebody else signed in.
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
    /// Only where the request asked for it (contract §1.6).
    pub(crate) auth_time: Option<i64>,
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
    /// The session it dies with, unless the grant is offline (contract §1.6).
    pub(crate) session_uid: Option<String>,
    /// When it was given out.
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
    /// Scopes of these, as far as they were granted by then.
    pub(crate) api_scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) session_uid: Option<String>,
    /// When it was given out.
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// When it was last exchanged for another one, in milliseconds since the epoch.
    pub(crate) consumed_at: Option<i64>,
}
