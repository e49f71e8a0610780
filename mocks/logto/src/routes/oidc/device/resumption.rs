//! Resuming the device flow after the pages.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use oauth::params::Params;

use super::{DeviceError, page};
use crate::routes::oidc::resume::{self, ResumeError};
use crate::routes::oidc::session;
use crate::shared::SharedState;
use crate::wire::{self, Cookies};

/// `GET /oidc/device/:uid`: as at the authorization endpoint, except that the page reports errors.
pub(in crate::routes::oidc) fn get(State(shared): SharedState, headers: HeaderMap) -> Response {
    let cookies = Cookies::of(&headers);
    let mut store = shared.store();
    let session = session::of(&shared, &mut store, &cookies);
    let response = resume::resume(&shared, &mut store, session.clone(), &cookies).unwrap_or_else(|error| {
        let error = match error {
            ResumeError::Device(error) => error,
            ResumeError::NoCookie | ResumeError::Gone | ResumeError::OtherSession => {
                DeviceError::SessionNotFound
            }
        };
        page::wrong(&shared, &mut store, session.as_ref(), &Params::default(), &error)
    });
    wire::uncached(response)
}
