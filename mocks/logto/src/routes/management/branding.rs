//! Branding of an application's own pages (contract §14, "Third-party applications"): names, logos
//! and links that its consent page shows.

use super::applications;
use super::auth::Authorized;
use super::experience_guard::{ADDRESS, BRANDING, is_hex_color};
use crate::store::Branding;
use crate::wire::Guard::{Nullable, Object, Optional, Text};
use crate::wire::{self, Answer, ApiError, Guard, Json, Rule};
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

/// `GET /applications/:id/sign-in-experience`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let application = store.application(&id).ok_or_else(|| applications::unknown(&id))?;
    let branding = application.branding.as_ref();
    let unknown = || ApiError::unknown("application_sign_in_experiences", &id);
    Ok(Json(branding.ok_or_else(unknown)?.json(&id)))
}

/// `PUT /applications/:id/sign-in-experience`: 201 the first time, then 200. Absent members are
/// unchanged.
pub(super) fn put(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let known = GUARD.members(&text)?;
    let mut store = shared.store();
    let application = store.application_mut(&id).ok_or_else(|| applications::unknown(&id))?;
    let status = match application.branding {
        Some(_) if known.is_empty() => return Err(ApiError::nothing_to_change().into()),
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    let branding = application.branding.get_or_insert_with(Branding::default);
    known.into_iter().for_each(|(name, value)| branding.set(&name, value));
    Ok(wire::json(status, &branding.json(&id)))
}

/// The body of a `PUT`: of `color` any part may be left out.
static GUARD: Guard = Object(&[
    ("color", Optional(&COLOR)),
    ("branding", Optional(&BRANDING)),
    ("customCss", Optional(&Nullable(&Text(&[])))),
    ("displayName", Optional(&Nullable(&Text(&[Rule::Most(256)])))),
    ("termsOfUseUrl", Optional(&ADDRESS)),
    ("privacyPolicyUrl", Optional(&ADDRESS)),
]);

static COLOR: Guard = Object(&[
    ("primaryColor", Optional(&Text(&[Rule::Fits(is_hex_color)]))),
    ("isDarkModeEnabled", Optional(&Guard::Flag)),
    ("darkPrimaryColor", Optional(&Text(&[Rule::Fits(is_hex_color)]))),
]);
