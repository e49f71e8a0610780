//! `/settings/connected-applications`: the apps that have access, and revoking it.

use axum::extract::{Path, State};
use axum::response::{Response, Result};
use http::{HeaderMap, StatusCode, Uri};

use super::guard::{Refusal, submitter, viewer};
use crate::{HuggingFace, answer, pages};

const LIST: &str = "/settings/connected-applications";

pub(in crate::routes) fn list(
    State(mock): State<HuggingFace>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    let user = viewer(&mock, &headers, &uri)?;
    let store = mock.store();
    let own = store.grants.iter().filter(|grant| grant.sub == user.sub);
    let name = |id: &str| store.app(id).map_or_else(|| id.to_owned(), |app| app.name.clone());
    let grants: Vec<_> = own.map(|grant| (grant.clone(), name(&grant.client_id))).collect();
    Ok(answer::html(StatusCode::OK, pages::connected(&grants)))
}

/// Removes all permissions that the user gave this app, for any scopes.
pub(in crate::routes) fn revoke(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let user = submitter(&mock, &headers, LIST)?;
    match mock.store().revoke(&user.sub, &client_id) {
        true => Ok(answer::see_other(LIST)),
        false => Err(Refusal::NoGrant(user.username, client_id).into()),
    }
}
