//! The outcome of the device flow: what the device receives when it polls again.

use axum::response::Response;
use http::StatusCode;
use oauth::params::Params;

use super::error::usable;
use super::{DeviceError, page};
use crate::pages;
use crate::routes::oidc::endpoint::Refuse as _;
use crate::routes::oidc::finish;
use crate::routes::oidc::refusal::Refusal;
use crate::routes::oidc::request::AuthorizationRequest;
use crate::shared::Shared;
use crate::store::{Approval, DeviceState, Session, Store, lifetime};
use crate::wire::{self, ErrorCode, SetCookies};

/// Checks that the code of an interaction can still be approved.
pub(in crate::routes::oidc) fn check(store: &Store, code: &str, now: i64) -> Result<(), DeviceError> {
    usable(store.device_codes.get(code), None, true, now).map(|_| ())
}

/// Refuses the device: the device and the person learn why.
pub(in crate::routes::oidc) fn refused(
    shared: &Shared,
    store: &mut Store,
    code: &str,
    refusal: &Refusal,
    session: Option<&Session>,
) -> Response {
    let error = refuse(store, code, refusal);
    page::wrong(shared, store, session, &Params::default(), &error)
}

pub(super) fn refuse(store: &mut Store, code: &str, refusal: &Refusal) -> DeviceError {
    let told = refusal.wire();
    refuse_because(store, code, told.error, told.description.as_deref())
}

pub(super) fn refuse_because(
    store: &mut Store,
    code: &str,
    error: ErrorCode,
    description: Option<&str>,
) -> DeviceError {
    settle(store, code, DeviceState::Refused { error, description: description.map(ToOwned::to_owned) });
    DeviceError::Refused(error)
}

pub(super) fn settle(store: &mut Store, code: &str, state: DeviceState) {
    if let Some(code) = store.device_codes.get_mut(code) {
        code.state = state;
    }
}

/// Approves the device; the page tells the person that it worked.
pub(in crate::routes::oidc) fn approve(
    shared: &Shared,
    store: &mut Store,
    code: &str,
    request: &AuthorizationRequest,
    session: &Session,
    grant: String,
    interaction: Option<&str>,
) -> Response {
    let approval = Approval {
        request: request.clone(),
        grant,
        account: session.account.clone().unwrap_or_default(),
        scopes: request.granted_scopes(),
        session_uid: session.uid.clone(),
        auth_time: request.max_age.is_some().then_some(session.login_at),
        sid: finish::sid(store, request, session),
    };
    settle(store, code, DeviceState::Approved(Box::new(approval)));
    let mut set = SetCookies::default();
    if let Some(uid) = interaction {
        set.clear_resume(&shared.cookie_key, &request.resume_path(uid));
    }
    page::clear(shared, &mut set);
    set.session(&shared.cookie_key, &session.id, shared.now() + lifetime::SESSION);
    set.into(wire::uncached(wire::redirect(StatusCode::FOUND, pages::DEVICE_SUCCESS)))
}
