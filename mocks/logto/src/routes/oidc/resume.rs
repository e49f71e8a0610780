//! `GET /oidc/auth/:uid` (contract §1.4): the path-scoped cookie determines the interaction, not
//! the path.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::audit;
use super::device::{DeviceError, approval};
use super::finish::{self, Done};
use super::refusal::Refusal;
use super::request::AuthorizationRequest;
use super::session;
use crate::pages;
use crate::shared::{Shared, SharedState};
use crate::store::{Authorization, Interaction, LogoutState, Session, Store, lifetime};
use crate::wire::{self, Cookies, OidcError, SetCookies};

/// Why a resume is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum ResumeError {
    #[error("the _interaction_resume cookie is missing, or its signature is invalid")]
    NoCookie,
    #[error("the interaction has ended or expired")]
    Gone,
    #[error("the _session cookie is not that of the interaction")]
    OtherSession,
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl ResumeError {
    fn wire(&self, issuer: &str) -> OidcError {
        let description = match self {
            Self::NoCookie => "authorization request has expired",
            Self::Gone => "interaction session not found",
            Self::OtherSession => "interaction session and authentication session mismatch",
            // Codes are checked on the device flow's own way back.
            Self::Device(_) => "request is invalid",
        };
        let mut error = OidcError::invalid_request(description);
        error.iss = Some(issuer.to_owned());
        error
    }
}

/// Resumes after a page.
pub(super) fn get(State(shared): SharedState, headers: HeaderMap) -> Response {
    let cookies = Cookies::of(&headers);
    let mut store = shared.store();
    let session = session::of(&shared, &mut store, &cookies);
    let kept = session.as_ref().map(|session| session.id.clone());
    resume(&shared, &mut store, session, &cookies).unwrap_or_else(|error| {
        // A session that is read is extended by two weeks.
        let mut set = SetCookies::default();
        if let Some(id) = kept {
            set.session(&shared.cookie_key, &id, shared.now() + lifetime::SESSION);
        }
        set.into(error.wire(&shared.issuer()).uncached(error.to_string()))
    })
}

pub(super) fn resume(
    shared: &Shared,
    store: &mut Store,
    session: Option<Session>,
    cookies: &Cookies,
) -> Result<Response, ResumeError> {
    let now = shared.now();
    let uid = cookies.signed(&shared.cookie_key, "_interaction_resume").ok_or(ResumeError::NoCookie)?;
    let found = store.interactions.get(uid).filter(|interaction| interaction.expires > now).cloned();
    let interaction = found.ok_or(ResumeError::Gone)?;
    let known = session.as_ref().map(|session| &session.uid);
    if interaction.session_uid.is_some() && interaction.session_uid.as_ref() != known {
        return Err(ResumeError::OtherSession);
    }
    if let Some(code) = &interaction.request.device_code {
        approval::check(store, code, now)?;
    }
    if let (Some(user), Some(session)) = (&interaction.login, &session)
        && session.account.as_ref().is_some_and(|account| account != user)
    {
        return Ok(ask_to_end(shared, store, session, &interaction));
    }
    store.interactions.remove(uid);
    let session = renewed(shared, store, &interaction, session);
    let done = Done {
        uid: uid.to_owned(),
        logged_in: interaction.logged_in || interaction.login.is_some(),
        consented: interaction.grant.is_some(),
    };
    let request = &interaction.request;
    let kept = session.clone();
    let next = still_there(store, request).and_then(|()| {
        let id = session.as_ref().map_or_else(|| shared.opaque(), |session| session.id.clone());
        audit::ended(shared, store, request, &id, uid);
        finish::proceed(shared, store, request, session, Some(&done), cookies)
    });
    Ok(next.unwrap_or_else(|refusal| {
        if let Some(code) = &request.device_code {
            return approval::refused(shared, store, code, &refusal, kept.as_ref());
        }
        let (state, issuer) = (request.state.as_deref(), shared.issuer());
        let mut set = SetCookies::default();
        set.clear_resume(&shared.cookie_key, &request.resume_path(uid));
        if let Some(session) = kept {
            set.session(&shared.cookie_key, &session.id, now + lifetime::SESSION);
        }
        set.into(match refusal.is_shown() {
            true => refusal.shown(state, &issuer),
            false => refusal.sent(request.response_mode, &request.redirect_uri, state, &issuer),
        })
    }))
}

/// The provider looks the application and the API resources up again: they may have been deleted
/// meanwhile.
fn still_there(store: &Store, request: &AuthorizationRequest) -> Result<(), Refusal> {
    if store.application(&request.client_id).is_none() {
        return Err(Refusal::UnknownClient(request.client_id.clone()));
    }
    match request.resources.iter().find(|resource| store.access_token_ttl(resource).is_none()) {
        Some(gone) => Err(Refusal::Resource(gone.clone())),
        None => Ok(()),
    }
}

/// The session after a resume: with a new id, and the login and the grant of the interaction.
fn renewed(
    shared: &Shared,
    store: &mut Store,
    interaction: &Interaction,
    session: Option<Session>,
) -> Option<Session> {
    let now = shared.now();
    let mut session = match (session, &interaction.login) {
        (Some(session), _) => session,
        (None, Some(_)) => Session::empty(String::new(), shared.opaque(), now),
        (None, None) => return None,
    };
    store.sessions.remove(&session.id);
    if let Some(user) = &interaction.login {
        session.account = Some(user.clone());
        session.login_at = now;
    }
    if let Some(grant) = &interaction.grant {
        let (client, sid) = (interaction.request.client_id.clone(), shared.opaque());
        let authorization = session.authorizations.entry(client);
        authorization.or_insert(Authorization { grant: String::new(), sid }).grant.clone_from(grant);
    }
    session.id = shared.opaque();
    session.expires = now + lifetime::SESSION;
    store.sessions.insert(session.id.clone(), session.clone());
    Some(session)
}

/// Another person is signed in: a page that signs out first, then returns here.
fn ask_to_end(shared: &Shared, store: &mut Store, session: &Session, interaction: &Interaction) -> Response {
    let secret = shared.opaque();
    // The session in which the interaction began is about to end.
    if let Some(interaction) = store.interactions.get_mut(&interaction.uid) {
        interaction.session_uid = None;
    }
    if let Some(session) = store.sessions.get_mut(&session.id) {
        session.device_xsrf = None;
        session.logout = Some(LogoutState {
            secret: secret.clone(),
            client: Some(interaction.request.client_id.clone()),
            redirect_uri: None,
            state: None,
            resumes: Some(interaction.request.resume_path(&interaction.uid)),
        });
    }
    let fields = [("xsrf", secret.as_str()), ("logout", "yes")];
    let html = pages::submitting(&shared.here("/oidc/session/end/confirm"), &fields);
    let mut set = SetCookies::default();
    set.session(&shared.cookie_key, &session.id, shared.now() + lifetime::SESSION);
    set.into(wire::uncached(wire::html(html)))
}
