//! `GET|POST /oidc/session/end` and its form (contract §1.8; OIDC RP-Initiated Logout).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kit::Note;
use oauth::params::Params;
use oauth::redirect_uri::Differences;
use serde_json::Value;
use url::Url;

use super::endpoint::Refuse as _;
use super::{back_channel, form, session};
use crate::pages;
use crate::routes::redirect_uri as uris;
use crate::shared::{Shared, SharedState};
use crate::store::{Authorization, LogoutState, Session, Store, lifetime};
use crate::wire::{self, Cookies, ErrorCode, OidcError, Query, SetCookies};

/// Why a sign-out is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum EndSessionError {
    #[error(transparent)]
    ContentType(#[from] form::WrongContentType),
    #[error("`{0}` is given twice")]
    Twice(String),
    #[error("id_token_hint is not a JWT")]
    HintUndecodable,
    #[error("id_token_hint is not signed by this Logto")]
    HintInvalid,
    #[error("client_id is not the audience of id_token_hint")]
    HintOfOther,
    #[error("no application has the id `{0}`")]
    UnknownClient(String),
    #[error("post_logout_redirect_uri is not registered: {0}")]
    RedirectUri(Differences),
    #[error("no sign-out is in progress in this session")]
    NoDetails,
    #[error("xsrf is not the one of the last sign-out page")]
    Xsrf,
}

impl EndSessionError {
    fn wire(&self) -> OidcError {
        match self {
            Self::ContentType(error) => error.wire(),
            Self::Twice(name) => {
                OidcError::invalid_request(format!("'{name}' parameter must not be provided twice"))
            }
            Self::HintUndecodable => OidcError::invalid_request("could not decode id_token_hint"),
            Self::HintInvalid => OidcError::invalid_request("could not validate id_token_hint"),
            Self::HintOfOther => {
                OidcError::invalid_request("client_id does not match the provided id_token_hint")
            }
            Self::UnknownClient(id) => {
                OidcError::new(400, ErrorCode::InvalidClient, format!("invalid client {id}"))
            }
            Self::RedirectUri(_) => OidcError::invalid_request("post_logout_redirect_uri not registered"),
            Self::NoDetails => OidcError::invalid_request("could not find logout details"),
            Self::Xsrf => OidcError::invalid_request("xsrf token invalid"),
        }
    }
}

/// The request in the query.
pub(super) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    answer(&shared, &headers, begin(&shared, &params, &headers))
}

/// The request in a form.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let done = begin(&shared, &Params::parse(&body), &headers);
    answer(&shared, &headers, done)
}

/// The form of the sign-out page. The applications are told before anything ends.
pub(super) async fn confirm(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    let form = form::parse(&headers, &body, "/session/end/confirm").map_err(EndSessionError::from);
    let (form, notices) = match form.and_then(|form| {
        let store = shared.store();
        let (session, logout) = confirmed(&shared, &store, &form, &headers)?;
        let only = if is_whole(&form) { None } else { Some(logout.client.unwrap_or_default()) };
        let notices = back_channel::notices(&shared, &store, &session, only.as_deref());
        Ok((form, notices))
    }) {
        Ok(confirmed) => confirmed,
        Err(error) => return answer(&shared, &headers, Err(error)),
    };
    let failed = back_channel::send(&shared, notices).await;
    let response = answer(&shared, &headers, end(&shared, &form, &headers));
    match failed.is_empty() {
        true => response,
        false => kit::note(response, Note::new("logto/back-channel-logout", failed.join("; "))),
    }
}

/// Whether the session ends, and not only its part of one application.
fn is_whole(form: &Params) -> bool {
    form.first("logout").is_some()
}

/// Where a sign-out without a redirect URI ends: for the application that was signed out alone, if any.
pub(super) fn success(State(shared): SharedState, Query(params): Query) -> Response {
    let client = params.one("client_id").map_err(|twice| EndSessionError::Twice(twice.0));
    let known = client.and_then(|client| match client.filter(|id| !id.is_empty()) {
        Some(id) if shared.store().application(id).is_none() => {
            Err(EndSessionError::UnknownClient(id.to_owned()))
        }
        _ => Ok(()),
    });
    match known {
        Ok(()) => wire::uncached(wire::html(pages::SIGNED_OUT)),
        Err(error) => error.wire().uncached(error.to_string()),
    }
}

/// A refusal still extends the session by two weeks.
fn answer(shared: &Shared, headers: &HeaderMap, done: Result<Response, EndSessionError>) -> Response {
    done.unwrap_or_else(|error| {
        let mut set = SetCookies::default();
        if let Some(session) = session::of(shared, &mut shared.store(), &Cookies::of(headers)) {
            set.session(&shared.cookie_key, &session.id, session.expires);
        }
        set.into(error.wire().uncached(error.to_string()))
    })
}

fn begin(shared: &Shared, params: &Params, headers: &HeaderMap) -> Result<Response, EndSessionError> {
    if let Some(name) = params.repeated().first() {
        return Err(EndSessionError::Twice((*name).to_owned()));
    }
    let mut store = shared.store();
    let client = client(shared, &store, params)?;
    let redirect_uri = redirect_uri_of(&store, client.as_deref(), params)?;
    let now = shared.now();
    let cookies = Cookies::of(headers);
    let known = session::of(shared, &mut store, &cookies);
    let mut session = known.unwrap_or_else(|| Session::empty(shared.opaque(), shared.opaque(), now));
    let secret = shared.context.random.hex(24);
    let sent = params.first("state").map_or(0, str::len);
    session.logout = Some(LogoutState {
        secret: secret.clone(),
        client,
        redirect_uri,
        state: params.first("state").map(ToOwned::to_owned),
        resumes: None,
    });
    let action = shared.here("/oidc/session/end/confirm");
    let page = match session.account {
        Some(_) => pages::sign_out(&action, &secret),
        None => pages::submitting(&action, &[("xsrf", &secret), ("logout", "yes")]),
    };
    let mut set = SetCookies::default();
    set.session(&shared.cookie_key, &session.id, session.expires);
    store.sessions.insert_sized(session.id.clone(), session, sent);
    Ok(set.into(wire::uncached(wire::html(page))))
}

/// The application, by hint or by id (RP-Initiated Logout §2). The hint may have expired.
fn client(shared: &Shared, store: &Store, params: &Params) -> Result<Option<String>, EndSessionError> {
    let id = params.first("client_id").map(ToOwned::to_owned);
    let hinted = match params.first("id_token_hint") {
        None => None,
        Some(hint) => {
            if !is_jwt(hint) {
                return Err(EndSessionError::HintUndecodable);
            }
            let claims = shared.keys.verify(hint).ok_or(EndSessionError::HintInvalid)?;
            claims.get("aud").and_then(Value::as_str).map(ToOwned::to_owned)
        }
    };
    if let (Some(id), Some(hinted)) = (&id, &hinted)
        && id != hinted
    {
        return Err(EndSessionError::HintOfOther);
    }
    let client = id.or(hinted);
    match &client {
        Some(id) if store.application(id).is_none() => Err(EndSessionError::UnknownClient(id.clone())),
        _ => Ok(client),
    }
}

fn is_jwt(text: &str) -> bool {
    use base64::Engine as _;
    let decoded = |part: &str| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()
    };
    let mut parts = text.split('.');
    parts.next().and_then(decoded).is_some() && parts.next().and_then(decoded).is_some() && parts.count() == 1
}

/// A URI without an application is silently ignored (contract §1.8).
fn redirect_uri_of(
    store: &Store,
    client: Option<&str>,
    params: &Params,
) -> Result<Option<String>, EndSessionError> {
    let (Some(application), Some(given)) =
        (client.and_then(|id| store.application(id)), params.first("post_logout_redirect_uri"))
    else {
        return Ok(None);
    };
    let registered = application.post_logout_redirect_uris();
    if uris::matches(store.version, &registered, given) {
        return Ok(Some(given.to_owned()));
    }
    Err(EndSessionError::RedirectUri(Differences::of(&registered, given)))
}

/// The session, and the sign-out that its page asked for.
fn confirmed(
    shared: &Shared,
    store: &Store,
    form: &Params,
    headers: &HeaderMap,
) -> Result<(Session, LogoutState), EndSessionError> {
    let cookies = Cookies::of(headers);
    let id = cookies.signed(&shared.cookie_key, "_session");
    let session = id.and_then(|id| store.live_session(id, shared.now())).cloned();
    let mut session = session.ok_or(EndSessionError::NoDetails)?;
    let logout = session.logout.take().ok_or(EndSessionError::NoDetails)?;
    if form.first("xsrf") != Some(logout.secret.as_str()) {
        return Err(EndSessionError::Xsrf);
    }
    Ok((session, logout))
}

fn end(shared: &Shared, form: &Params, headers: &HeaderMap) -> Result<Response, EndSessionError> {
    let mut store = shared.store();
    let now = shared.now();
    let (mut session, logout) = confirmed(shared, &store, form, headers)?;
    let location = match (&logout.resumes, &logout.redirect_uri) {
        (Some(path), _) => shared.here(path),
        (None, Some(uri)) => target(uri, logout.state.as_deref()),
        (None, None) => {
            let left = logout.client.as_ref().filter(|_| !is_whole(form));
            let query = left.map(|client| format!("?client_id={client}")).unwrap_or_default();
            shared.here(&format!("/oidc/session/end/success{query}"))
        }
    };
    let mut set = SetCookies::default();
    store.sessions.remove(&session.id);
    if is_whole(form) {
        // Grants without offline access end with the session.
        for Authorization { grant, .. } in session.authorizations.values() {
            let offline =
                store.grants.get(grant).is_some_and(|grant| grant.scopes.contains("offline_access"));
            if !offline {
                store.revoke_grant(grant);
            }
        }
        set.clear_session(&shared.cookie_key);
    } else {
        // Only the session's authorization for this application is removed.
        if let Some(left) =
            logout.client.as_ref().and_then(|client| session.authorizations.shift_remove(client))
        {
            store.revoke_grant(&left.grant);
        }
        session.id = shared.opaque();
        set.session(&shared.cookie_key, &session.id, now + lifetime::SESSION);
        store.sessions.insert(session.id.clone(), session);
    }
    Ok(set.into(wire::uncached(wire::redirect(StatusCode::SEE_OTHER, &location))))
}

/// Where the person goes: the registered URI as the URL standard writes it, so a bare origin gets a slash
/// (contract §1.8).
fn target(uri: &str, state: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(uri) else { return uri.to_owned() };
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.into()
}
