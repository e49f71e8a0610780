//! `GET /oidc/auth` (contract §1.3).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use oauth::params::Params;

use super::checks::Examined;
use super::endpoint::Refuse as _;
use super::respond::ResponseMode;
use super::{finish, form, session};
use crate::shared::{Shared, SharedState};
use crate::store::lifetime;
use crate::wire::{Cookies, Query, SetCookies};

/// The request in the query.
pub(super) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    answer(&shared, &params, &headers)
}

/// The request in a body: treated as GET.
pub(super) fn post(State(shared): SharedState, headers: HeaderMap, body: String) -> Response {
    match form::sent(&headers, &body, "/auth") {
        Ok(params) => answer(&shared, &params, &headers),
        Err(error) => {
            let mut wire = error.wire();
            wire.iss = Some(shared.issuer());
            wire.uncached(error.to_string())
        }
    }
}

fn answer(shared: &Shared, params: &Params, headers: &HeaderMap) -> Response {
    let cookies = Cookies::of(headers);
    let mut store = shared.store();
    let session = session::of(shared, &mut store, &cookies);
    let kept = session.as_ref().map(|session| session.id.clone());
    let (mut examined, checked) = Examined::authorization(shared, &store, params);
    let next =
        checked.and_then(|request| finish::proceed(shared, &mut store, &request, session, None, &cookies));
    next.unwrap_or_else(|refusal| {
        let (refusal, redirect_uri) = examined.reported(&store, refusal);
        let (state, issuer) = (examined.params.first("state"), shared.issuer());
        let refused = match redirect_uri {
            Some(uri) => refusal.sent(ResponseMode::of(&examined.params), &uri, state, &issuer),
            None => refusal.shown(state, &issuer),
        };
        // A session that is read is extended by two weeks.
        let mut set = SetCookies::default();
        if let Some(id) = kept {
            set.session(&shared.cookie_key, &id, shared.now() + lifetime::SESSION);
        }
        set.into(refused)
    })
}
