//! `GET /oidc/auth` (contract §1.3). The checks are an ordered list: first those
//! whose refusal is shown, because the redirect URI is not to be trusted yet,
//! then those whose refusal goes back to the application.

mod checks;
mod refusal;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use oauth::params::Params;

use super::finish;
use crate::shared::Shared;
use crate::store::lifetime;
use crate::wire::{self, Cookies, SetCookies};

/// The request in the query.
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(&shared, &Params::parse(&query.unwrap_or_default()), &headers)
}

/// The request in a form: treated as GET.
pub(super) async fn post(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    answer(&shared, &Params::parse(&body), &headers)
}

fn answer(shared: &Shared, params: &Params, headers: &HeaderMap) -> Response {
    let mut store = shared.store();
    let checked = match checks::direct(&store, params) {
        Ok(checked) => checked,
        Err(refusal) => {
            let state = params.one("state").ok().flatten();
            return refusal.shown(state, &shared.issuer());
        }
    };
    let request = match checks::redirected(&checked, params) {
        Ok(request) => request,
        Err(refusal) => return refused(shared, &checked.redirect_uri, params, &refusal),
    };
    let cookies = Cookies::of(headers);
    let session = cookies.signed(&shared.cookie_key, "_session").and_then(|id| {
        store.live_session(id, shared.now()).filter(|session| session.account.is_some()).cloned()
    });
    let kept = session.as_ref().map(|session| session.id.clone());
    match finish::proceed(shared, &mut store, &request, session, None, &cookies) {
        Ok(response) => response,
        Err(refusal) => {
            let response = refused(shared, &checked.redirect_uri, params, &refusal);
            // A session that was looked at lives on for another two weeks.
            let mut set = SetCookies::default();
            if let Some(id) = kept {
                set.session(&shared.cookie_key, &id, shared.now() + lifetime::SESSION);
            }
            set.into(response)
        }
    }
}

/// Back to the application, with the error (RFC 6749 §4.1.2.1) and the issuer (RFC 9207).
fn refused(shared: &Shared, redirect_uri: &str, params: &Params, refusal: &Refusal) -> Response {
    let state = params.one("state").ok().flatten();
    let location = refusal.location(redirect_uri, state, &shared.issuer());
    let mut response = wire::redirect(StatusCode::SEE_OTHER, &location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    kit::note(response, refusal.to_string())
}

pub(super) use refusal::Refusal;
