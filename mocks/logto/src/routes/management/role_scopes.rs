//! Scopes of roles (contract §14, "Roles").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::Value;

use super::auth::Authorized;
use super::pagination::Page;
use super::role_error::{RoleError, answer, changeable};
use crate::shared::Shared;
use crate::store::{ApiResource, ResourceScope, Role, RoleKind, Store};
use crate::wire::body::{self, object};
use crate::wire::{self, Complaint, Issue};

/// The scopes of a role that still exist, with their resources.
fn of<'s>(store: &'s Store, role: &Role) -> Vec<(&'s ApiResource, &'s ResourceScope)> {
    let all = store.resources.iter().flat_map(|known| known.scopes.iter().map(move |scope| (known, scope)));
    all.filter(|(_, scope)| role.scopes.contains(&scope.id)).collect()
}

/// `GET /roles/:id/scopes`: all of them unless a page is asked for.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let page = match Page::optional(&params) {
        Ok(page) => page,
        Err(error) => return RoleError::from(error).response(),
    };
    let store = shared.store();
    let Some(role) = store.role(&id) else { return RoleError::Unknown(id).response() };
    let found = of(&store, role);
    let shown = found.iter().map(|(resource, scope)| {
        let mut json = scope.json(&resource.id);
        json["resource"] = resource.json();
        json
    });
    match page {
        Some(page) => page.answer(&shared.here(&format!("/roles/{id}/scopes")), &params, shown),
        None => wire::json(StatusCode::OK, &shown.collect()),
    }
}

/// `POST /roles/:id/scopes`: 201, with every scope that the role has now.
pub(super) async fn add(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(StatusCode::CREATED, added(&shared, &id, &body))
}

fn added(shared: &Shared, id: &str, text: &str) -> Result<Value, RoleError> {
    let members = object(text).map_err(RoleError::Body)?;
    let mut issues = vec![body::needed(&members, &["scopeIds"], "array"), none(&members, "scopeIds")];
    issues.extend(body::text_items(&members, "scopeIds"));
    body::without(issues).map_err(RoleError::Body)?;
    let mut store = shared.store();
    assign(&mut store, id, &body::texts(&members, "scopeIds"))?;
    let role = store.role(id).ok_or_else(|| RoleError::Unknown(id.to_owned()))?;
    Ok(of(&store, role).into_iter().map(|(resource, scope)| scope.json(&resource.id)).collect())
}

/// A list that is there and empty.
pub(super) fn none(members: &serde_json::Map<String, Value>, name: &str) -> Option<Issue> {
    let is_empty = members.get(name)?.as_array()?.is_empty();
    is_empty.then(|| Issue::new(&[name], Complaint::TooFew(1)))
}

/// Gives scopes to a role. Those of the Management API are for machines only.
pub(super) fn assign(store: &mut Store, id: &str, scopes: &[&str]) -> Result<(), RoleError> {
    let kind = changeable(store, id)?.kind;
    for given in scopes {
        if store.role(id).is_some_and(|role| role.scopes.iter().any(|known| known == given)) {
            return Err(RoleError::HasScope((*given).to_owned()));
        }
    }
    for given in scopes {
        let resource =
            store.resources.iter().find(|known| known.scopes.iter().any(|scope| scope.id == *given));
        let resource = resource.ok_or_else(|| RoleError::UnknownScope((*given).to_owned()))?;
        if kind == RoleKind::User && resource.is_management_api() {
            return Err(RoleError::ManagementApi);
        }
    }
    changeable(store, id)?.scopes.extend(scopes.iter().map(|scope| (*scope).to_owned()));
    Ok(())
}

/// `DELETE /roles/:id/scopes/:scopeId`.
pub(super) async fn remove(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, scope)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let known = changeable(&mut store, &id).ok();
    let at = known.and_then(|role| Some((role.scopes.iter().position(|known| *known == scope)?, role)));
    match at {
        Some((at, role)) => {
            role.scopes.remove(at);
            StatusCode::NO_CONTENT.into_response()
        }
        None => RoleError::NotFound.response(),
    }
}
