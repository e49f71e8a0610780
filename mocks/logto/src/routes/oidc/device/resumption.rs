//! The way back from the pages.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue};
use oauth::params::Params;

use super::{DeviceError, page};
use crate::routes::oidc::resume::{self, ResumeError};
use crate::routes::oidc::session;
use crate::shared::Shared;
use crate::wire::Cookies;

/// `GET /oidc/device/:uid`: as at the authorization endpoint, except that errors
/// go to the page.
pub(in crate::routes::oidc) async fn get(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let cookies = Cookies::of(&headers);
    let mut store = shared.store();
    let session = session::of(&shared, &mut store, &cookies);
    let mut response =
        resume::resume(&shared, &mut store, session.clone(), &cookies).unwrap_or_else(|error| {
            let error = match error {
                ResumeError::Device(error) => error,
                ResumeError::NoCookie | ResumeError::Gone | ResumeError::OtherSession => {
                    DeviceError::SessionNotFound
                }
            };
            page::wrong(&shared, &mut store, session.as_ref(), &Params::default(), &error)
        });
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
