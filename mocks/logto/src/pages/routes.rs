//! Which page each address shows (contract §2.3).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};
use kit::{Note, Route};

use super::phrases::Language;
use super::{assets, callback, document, html, phrases};
use crate::routes::{interaction_uid, oidc};
use crate::shared::{Shared, SharedState};
use crate::store::Store;
use crate::wire::{self, Cookies, Query};

/// Path prefixes that require a running interaction.
const GUARDED: [&str; 6] =
    ["/sign-in", "/register", "/consent", "/single-sign-on", "/forgot-password", "/social/register"];

/// The account center. Logto takes every path with this beginning from the sign-in application, and finds
/// nothing at `/account-center` (recorded).
const ACCOUNT: &str = "/account";

fn account(rest: &str) -> Response {
    if !rest.is_empty() && !rest.starts_with('/') {
        return wire::text(StatusCode::NOT_FOUND, "Not Found");
    }
    document::without_settings()
}

/// Where a person enters a device's code (contract §1.1).
pub(crate) const DEVICE: &str = "/device";

/// Where the device flow ends.
pub(crate) const DEVICE_SUCCESS: &str = "/device/success";

/// The provider redirects the person to `/callback`; the page does the rest.
pub(crate) fn routes() -> [Route<Arc<Shared>>; 4] {
    [
        Route::get("/api/.well-known/phrases", phrases::get),
        Route::get(DEVICE_SUCCESS, device),
        Route::get("/callback/{connector}", returned),
        Route::post("/callback/{connector}", callback::post),
    ]
}

fn returned(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    document::document(&shared, &params, &headers)
}

/// Serves everything that is not a route of an API.
pub(crate) async fn fallback(
    State(shared): SharedState,
    method: Method,
    uri: Uri,
    Query(params): Query,
    headers: HeaderMap,
) -> Response {
    let path = uri.path();
    if path == "/oidc" || path.starts_with("/oidc/") {
        return oidc::unknown_route(&method, path);
    }
    if let Some(name) = path.strip_prefix("/assets/") {
        return assets::asset(name);
    }
    let of_no_page = ["/api/", "/.well-known/"];
    if path == "/api" || of_no_page.iter().any(|start| path.starts_with(start)) {
        return wire::text(StatusCode::NOT_FOUND, "Not Found");
    }
    if let Some(rest) = path.strip_prefix(ACCOUNT) {
        return account(rest);
    }
    let preview = params.first("preview").is_some();
    let guarded = path == "/" || GUARDED.iter().any(|start| path.starts_with(start));
    if guarded && !preview && !interaction_runs(&shared, &headers) {
        return unknown_session(&shared, &shared.store(), "no interaction is in progress for this browser");
    }
    document::document(&shared, &params, &headers)
}

/// Redirects to the page for browsers without an interaction, or to the address that the tenant
/// configured.
pub(crate) fn unknown_session(shared: &Shared, store: &Store, reason: &'static str) -> Response {
    let configured = store.sign_in_experience.get("unknownSessionRedirectUrl").and_then(|url| url.as_str());
    let target = configured.map_or_else(|| shared.endpoint("/unknown-session"), ToOwned::to_owned);
    kit::note(wire::redirect(StatusCode::FOUND, &target), Note::new("logto/no-interaction", reason))
}

fn interaction_runs(shared: &Shared, headers: &HeaderMap) -> bool {
    let uid = interaction_uid(shared, &Cookies::of(headers), None);
    let (now, store) = (shared.now(), shared.store());
    let found = uid.and_then(|uid| store.interactions.get(&uid));
    found.is_some_and(|found| found.expires > now && !store.is_orphaned(found))
}

/// The page of a device's code.
pub(crate) fn device() -> Response {
    document::page(html::DEVICE, Some(Language::English))
}
