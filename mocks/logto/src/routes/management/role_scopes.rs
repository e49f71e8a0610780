//! Scopes of roles (contract §14, "Roles").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};

use super::auth::Authorized;
use super::pagination::Page;
use super::role_error::{RoleError, changeable};
use crate::store::{ApiResource, ResourceScope, Role, RoleKind, Store};
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Complaint, Issue};

/// The scopes of a role that still exist, with their resources.
fn of<'s>(store: &'s Store, role: &Role) -> Vec<(&'s ApiResource, &'s ResourceScope)> {
    let all = store.resources.iter().flat_map(|known| known.scopes.iter().map(move |scope| (known, scope)));
    all.filter(|(_, scope)| role.scopes.contains(&scope.id)).collect()
}

/// `GET /roles/:id/scopes`: all of them, unless the query has a page.
pub(super) fn list(shared: Authorized, Path(id): Path<String>, page: Page) -> Answer<Response> {
    let store = shared.store();
    let role = store.role(&id).ok_or_else(|| RoleError::Unknown(id.clone()))?;
    let found = of(&store, role);
    let shown = found.iter().map(|(resource, scope)| {
        let mut json = scope.json(&resource.id);
        json["resource"] = resource.json();
        json
    });
    Ok(page.or_all(&shared, shown))
}

/// `POST /roles/:id/scopes`: 201, with all scopes of the role.
pub(super) fn add(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let members = some_ids(&text, "scopeIds")?;
    let mut store = shared.store();
    assign(&mut store, &id, &body::texts(&members, "scopeIds"))?;
    let role = store.role(&id).ok_or(RoleError::Unknown(id))?;
    let all = of(&store, role).into_iter().map(|(resource, scope)| scope.json(&resource.id)).collect();
    Ok(wire::json(StatusCode::CREATED, &all))
}

/// A body with a list of at least one id.
pub(super) fn some_ids(text: &str, name: &str) -> Result<Map<String, Value>, ApiError> {
    let members = object(text)?;
    let is_empty = members.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty);
    let none = is_empty.then(|| Issue::new(&[name], Complaint::TooFew(1)));
    let issues = [body::needed(&members, &[name], "array"), none];
    body::without(issues.into_iter().chain(body::text_items(&members, name)))?;
    Ok(members)
}

/// Assigns scopes to a role. Those of the Management API are for machines only.
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
pub(super) fn remove(shared: Authorized, Path((id, scope)): Path<(String, String)>) -> Answer<StatusCode> {
    let mut store = shared.store();
    let scopes = &mut store.role_mut(&id).ok_or(RoleError::NotFound)?.scopes;
    let at = scopes.iter().position(|known| *known == scope).ok_or(RoleError::NotFound)?;
    scopes.remove(at);
    Ok(StatusCode::NO_CONTENT)
}
