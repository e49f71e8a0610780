//! `GET /oidc/auth` (contract §1.3). The checks are an ordered list: first those whose refusal is
//! shown, because the redirect URI cannot be trusted yet, then those whose refusal is sent to the
//! application.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use oauth::params::Params;

use super::checks;
use super::endpoint::Refuse as _;
use super::form;
use super::pushed::{self, Opened};
use super::refusal::Refusal;
use super::respond::ResponseMode;
use super::{finish, session};
use crate::shared::{Shared, SharedState};
use crate::store::{Session, Store, lifetime};
use crate::wire::{Cookies, Query, SetCookies};

/// The request in the query.
pub(super) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    answer(&shared, &params, &headers)
}

/// The request in a body: treated as GET.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    match form::parse(&headers, &body, "/auth") {
        Ok(params) => answer(&shared, &params, &headers),
        Err(error) => {
            let mut wire = error.wire();
            wire.iss = Some(shared.issuer());
            wire.uncached(error.to_string())
        }
    }
}

fn answer(shared: &Shared, params: &Params, headers: &HeaderMap) -> Response {
    // A parameter without a value counts as absent.
    let params: Params = params.iter().filter(|(_, value)| !value.is_empty()).collect();
    let cookies = Cookies::of(headers);
    let mut store = shared.store();
    let opened = pushed::open(&store, params, shared.now());
    let session = session::of(shared, &mut store, &cookies);
    let kept = session.as_ref().map(|session| session.id.clone());
    next(shared, &mut store, &opened, session, &cookies).unwrap_or_else(|refused| {
        // A session that is read is extended by two weeks.
        let mut set = SetCookies::default();
        if let Some(id) = kept {
            set.session(&shared.cookie_key, &id, shared.now() + lifetime::SESSION);
        }
        set.into(refused)
    })
}

/// What to ask the person for, or the refusal.
fn next(
    shared: &Shared,
    store: &mut Store,
    opened: &Opened,
    session: Option<Session>,
    cookies: &Cookies,
) -> Result<Response, Response> {
    let (params, refused) = match opened {
        Opened::Request(params) => (params, None),
        Opened::Refused(params, refusal) => (params, Some(refusal)),
    };
    let state = params.one("state").ok().flatten();
    let issuer = shared.issuer();
    let checked = checks::direct(store, params).map_err(|refusal| match (refusal, refused) {
        (unknown @ Refusal::UnknownClient(_), _) => unknown.shown(state, &issuer),
        // The error cannot be reported to a redirect URI.
        (_, Some(refused)) => refused.shown(state, &issuer),
        (refusal, None) => refusal.shown(state, &issuer),
    })?;
    let sent =
        |refusal: Refusal| refusal.sent(ResponseMode::of(params), &checked.redirect_uri, state, &issuer);
    if let Some(refused) = refused {
        return Err(sent(refused.clone()));
    }
    let request = checks::redirected(shared, store, &checked, params).map_err(sent)?;
    finish::proceed(shared, store, &request, session, None, cookies).map_err(sent)
}
