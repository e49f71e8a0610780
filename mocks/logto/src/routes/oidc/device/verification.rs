//! `/oidc/device` (RFC 8628 §3.3): the person enters the code, or follows an address that contains
//! it, and confirms it.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use oauth::params::Params;

use super::authorization::{denormalized, normalized};
use super::error::usable;
use super::page::{self, Says};
use super::{DeviceError, approval};
use crate::pages;
use crate::routes::oidc::shown::Shown;
use crate::routes::oidc::{checks, finish, form, session};
use crate::shared::{Shared, SharedState};
use crate::store::{DeviceState, Session, Store, lifetime};
use crate::wire::{self, Cookies, ErrorCode, Query, SetCookies};

/// Starts the verification; an address with the code is answered by a page that submits itself.
pub(in crate::routes::oidc) fn get(
    State(shared): SharedState,
    Query(query): Query,
    headers: HeaderMap,
) -> Response {
    let (cookies, now) = (Cookies::of(&headers), shared.now());
    let mut store = shared.store();
    let session = session::of(&shared, &mut store, &cookies).unwrap_or_else(|| {
        let session = Session::empty(shared.opaque(), shared.opaque(), now);
        store.sessions.insert(session.id.clone(), session.clone());
        session
    });
    let secret = page::fresh_secret(&shared, &mut store, &session.id);
    let mut set = SetCookies::default();
    let response = match query.first("user_code").filter(|code| !code.is_empty()) {
        Some(code) => {
            let fields = [("xsrf", secret.as_str()), ("user_code", code)];
            wire::html(pages::submitting(&shared.here("/oidc/device"), &fields))
        }
        None => page::to(&shared, &mut set, &secret, &Shown::of(&query), &Says::Type),
    };
    set.session(&shared.cookie_key, &session.id, now + lifetime::SESSION);
    set.into(response)
}

/// Receives the code: to be confirmed by the person, already confirmed, or denied.
pub(in crate::routes::oidc) fn post(
    State(shared): SharedState,
    Query(query): Query,
    headers: HeaderMap,
    body: String,
) -> Response {
    let cookies = Cookies::of(&headers);
    let mut store = shared.store();
    let session = session::of(&shared, &mut store, &cookies);
    let form = form::parse(&headers, &body, "/device").map_err(DeviceError::from);
    let step = form.and_then(|form| step(&shared, &mut store, session.as_ref(), &form));
    match (step, session) {
        (Ok(Step::Ask { secret, user_code, request }), Some(session)) => {
            let mut set = SetCookies::default();
            let shown = Shown::of(&query).or(request);
            let response = page::to(&shared, &mut set, &secret, &shown, &Says::Confirm(&user_code));
            set.session(&shared.cookie_key, &session.id, shared.now() + lifetime::SESSION);
            set.into(response)
        }
        (Ok(Step::Confirmed { code }), Some(session)) => {
            confirmed(&shared, &mut store, &code, session, &query, &cookies)
        }
        (Ok(_), None) => page::wrong(&shared, &mut store, None, &query, &DeviceError::NoForm),
        (Err(error), session) => page::wrong(&shared, &mut store, session.as_ref(), &query, &error),
    }
}

/// The next step.
enum Step {
    /// Ask whether it is the code on the device.
    Ask { secret: String, user_code: String, request: Shown },
    /// Sign in, as with any other application.
    Confirmed { code: String },
}

/// Supported parameters, which must not be repeated.
const PARAMETERS: [&str; 4] = ["xsrf", "user_code", "confirm", "abort"];

fn step(
    shared: &Shared,
    store: &mut Store,
    session: Option<&Session>,
    form: &Params,
) -> Result<Step, DeviceError> {
    let repeated = form.repeated();
    if let Some(twice) = PARAMETERS.into_iter().find(|name| repeated.contains(name)) {
        return Err(DeviceError::Twice(twice));
    }
    let session = session.ok_or(DeviceError::NoForm)?;
    let secret = session.device_xsrf.clone().ok_or(DeviceError::NoForm)?;
    if form.first("xsrf") != Some(secret.as_str()) {
        return Err(DeviceError::Xsrf);
    }
    let given = |name: &str| form.first(name).filter(|value| !value.is_empty());
    let typed = given("user_code").ok_or(DeviceError::NoCode)?;
    let plain = normalized(typed);
    let found = store.device_codes.iter().find(|(_, code)| code.user_code == plain);
    let code = usable(found.map(|(_, code)| code), Some(typed), false, shared.now())?;
    let request = Shown::of(&code.params);
    let id = found.map(|(id, _)| id.clone()).unwrap_or_default();
    if given("abort").is_some() {
        let description = Some("End-User aborted interaction".to_owned());
        let state = DeviceState::Refused { error: ErrorCode::AccessDenied, description };
        approval::settle(store, &id, state);
        return Err(DeviceError::Aborted);
    }
    if given("confirm").is_none() {
        return Ok(Step::Ask { secret, user_code: denormalized(&plain), request });
    }
    approval::settle(store, &id, DeviceState::InFlight);
    if let Some(session) = store.sessions.get_mut(&session.id) {
        session.device_xsrf = None;
    }
    Ok(Step::Confirmed { code: id })
}

/// From here on it is an authorization request like any other.
fn confirmed(
    shared: &Shared,
    store: &mut Store,
    code: &str,
    session: Session,
    query: &Params,
    cookies: &Cookies,
) -> Response {
    let session = Session { device_xsrf: None, ..session };
    let kept = store.device_codes.get(code).cloned();
    let application = kept.as_ref().and_then(|kept| store.application(&kept.client)).cloned();
    let checked = match (kept, application) {
        (Some(kept), Some(application)) => checks::device(shared, store, &application, &kept.params)
            .map_err(|refusal| approval::refuse(store, code, &refusal)),
        _ => Err(approval::refuse_because(store, code, ErrorCode::InvalidClient, Some("client is invalid"))),
    };
    let response = checked
        .and_then(|mut request| {
            request.device_code = Some(code.to_owned());
            finish::proceed(shared, store, &request, Some(session.clone()), None, cookies)
                .map_err(|refusal| approval::refuse(store, code, &refusal))
        })
        .unwrap_or_else(|error| page::wrong(shared, store, Some(&session), query, &error));
    wire::uncached(response)
}
