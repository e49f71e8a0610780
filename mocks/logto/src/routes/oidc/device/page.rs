//! Redirects to the page: Logto's own application shows it, and is controlled by the address and
//! two cookies.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kit::Note;
use oauth::params::Params;

use super::DeviceError;
use crate::pages;
use crate::routes::oidc::shown::Shown;
use crate::shared::{Shared, SharedState};
use crate::store::{Session, Store, lifetime};
use crate::wire::{self, Cookies, SetCookies};

/// The cookie from which the page reads the secret.
const XSRF: &str = "_logto_device_flow_xsrf";

/// What the page shows.
pub(super) enum Says<'a> {
    /// "Enter the code."
    Type,
    /// "Is this the code that your device shows?"
    Confirm(&'a str),
    Wrong(&'a DeviceError),
}

/// Generates a secret for the page and stores it in the session.
pub(super) fn fresh_secret(shared: &Shared, store: &mut Store, session: &str) -> String {
    let secret: String =
        shared.context.random.bytes::<24>().iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(session) = store.sessions.get_mut(session) {
        session.device_xsrf = Some(secret.clone());
        // A session expects one page at a time.
        session.logout = None;
    }
    secret
}

/// Redirects to the page, with its cookies.
pub(super) fn to(
    shared: &Shared,
    set: &mut SetCookies,
    secret: &str,
    shown: &Shown,
    says: &Says<'_>,
) -> Response {
    let expires = shared.now() + lifetime::DEVICE_CODE;
    set.readable(&shared.cookie_key, XSRF, secret, pages::DEVICE, expires);
    set.logto(shared, &shown.cookie());
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, _, value) in shown.pairs() {
        query.extend_pairs(value.map(|value| (name, value)));
    }
    match says {
        Says::Type => {}
        Says::Confirm(code) => {
            query.append_pair("user_code", code);
        }
        Says::Wrong(error) => {
            query.extend_pairs(error.input_code().map(|code| ("input_code", code)));
            query.append_pair("error", &error.name());
        }
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    wire::redirect(StatusCode::FOUND, &format!("{}{mark}{query}", pages::DEVICE))
}

/// Redirects to the page with an error. Without a session the page's secret belongs to none, so its form
/// cannot be sent.
pub(super) fn wrong(
    shared: &Shared,
    store: &mut Store,
    session: Option<&Session>,
    query: &Params,
    error: &DeviceError,
) -> Response {
    let mut set = SetCookies::default();
    if let Some(session) = session {
        set.session(&shared.cookie_key, &session.id, shared.now() + lifetime::SESSION);
    }
    let id = session.map(|session| session.id.as_str()).unwrap_or_default();
    let secret = fresh_secret(shared, store, id);
    let page = to(shared, &mut set, &secret, &Shown::of(query), &Says::Wrong(error));
    set.into(kit::note(page, Note::new("logto/user-code", error.to_string())))
}

/// Removes the page's secret once the code is confirmed.
pub(super) fn clear(shared: &Shared, set: &mut SetCookies) {
    set.readable(&shared.cookie_key, XSRF, "", pages::DEVICE, 0);
}

/// `GET /device`: short enough to be typed. A browser that has not visited the OIDC provider yet is
/// sent there first, for the cookies.
pub(in crate::routes::oidc) fn shortcut(
    State(shared): SharedState,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if Cookies::of(&headers).signed(&shared.cookie_key, XSRF).is_some() {
        return pages::device();
    }
    let search = query.map(|query| format!("?{query}")).unwrap_or_default();
    wire::redirect(StatusCode::FOUND, &format!("/oidc/device{search}"))
}
