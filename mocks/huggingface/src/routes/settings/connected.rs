//! `/settings/connected-applications`: which apps have access, and taking it back.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};

use super::guard::{Refusal, submitter, viewer};
use crate::config::User;
use crate::{HuggingFace, answer, pages};

const LIST: &str = "/settings/connected-applications";

pub(super) async fn list(State(mock): State<HuggingFace>, uri: Uri, headers: HeaderMap) -> Response {
    match viewer(&mock, &headers, &uri) {
        Ok(user) => {
            let store = mock.store();
            let own = store.grants.iter().filter(|grant| grant.sub == user.sub);
            let name = |id: &str| store.app(id).map_or_else(|| id.to_owned(), |app| app.name.clone());
            let grants: Vec<_> = own.map(|grant| (grant.clone(), name(&grant.client_id))).collect();
            answer::html(StatusCode::OK, pages::connected(&grants))
        }
        Err(refusal) => refusal.answer(),
    }
}

pub(super) async fn revoke(
    State(mock): State<HuggingFace>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match submitter(&mock, &headers, LIST).and_then(|user| take_back(&mock, &user, &client_id)) {
        Ok(()) => answer::see_other(LIST),
        Err(refusal) => refusal.answer(),
    }
}

/// Forgets every permission the user gave this app, whatever the scopes.
fn take_back(mock: &HuggingFace, user: &User, client_id: &str) -> Result<(), Refusal> {
    match mock.store().revoke(&user.sub, client_id) {
        true => Ok(()),
        false => Err(Refusal::NoGrant(user.username.clone(), client_id.to_owned())),
    }
}
