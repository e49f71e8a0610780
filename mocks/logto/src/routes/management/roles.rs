//! Roles (contract §14, "Roles").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::role_error::{RoleError, changeable};
use super::role_scopes;
use super::unanswered;
use crate::store::{Role, RoleKind, Store};
use crate::wire::{Answer, Guard, Json, Rule, body};

/// Query parameters that this double does not support.
const UNKNOWN_QUERIES: [&str; 3] = ["search", "excludeUserId", "excludeApplicationId"];

/// Number of holders that a list shows.
const FEATURED: usize = 3;

/// `GET /roles`: a page, with some holders of each role.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    unanswered::query(&page.params, &UNKNOWN_QUERIES, "roles")?;
    let kind = page.params.first("type").and_then(RoleKind::parse);
    let store = shared.store();
    let found: Vec<&Role> =
        store.roles.iter().filter(|role| kind.is_none_or(|kind| role.kind == kind)).collect();
    Ok(page.answer(&shared, found.iter().map(|role| featured(&store, role))))
}

fn featured(store: &Store, role: &Role) -> Value {
    let users = role.users.iter().filter_map(|id| store.user(id)).take(FEATURED);
    let users: Vec<Value> =
        users.map(|user| json!({ "id": user.id, "avatar": user.avatar, "name": user.name })).collect();
    let applications = role.applications.iter().filter_map(|id| store.application(id)).take(FEATURED);
    let applications: Vec<Value> =
        applications.map(|known| json!({ "id": known.id, "name": known.name, "type": known.kind })).collect();
    let mut json = role.json();
    json["usersCount"] = json!(role.users.len());
    json["featuredUsers"] = json!(users);
    json["applicationsCount"] = json!(role.applications.len());
    json["featuredApplications"] = json!(applications);
    json
}

const TEXT: Guard = Guard::Text(&[Rule::Least(1), Rule::Most(128)]);

static NEW: Guard = Guard::Object(&[
    ("name", TEXT),
    ("description", TEXT),
    ("type", Guard::Optional(&Guard::Choice(RoleKind::NAMES))),
    ("isDefault", Guard::Optional(&Guard::Flag)),
    ("scopeIds", Guard::Optional(&Guard::List(&Guard::Text(&[Rule::Least(1)])))),
]);

static CHANGE: Guard = Guard::Object(&[
    ("name", Guard::Optional(&TEXT)),
    ("description", Guard::Optional(&TEXT)),
    ("isDefault", Guard::Optional(&Guard::Flag)),
]);

/// `POST /roles`: 200.
pub(super) fn create(shared: Authorized, text: String) -> Answer {
    let members = NEW.members(&text)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut store = shared.store();
    free(&store, &text("name"), None)?;
    let made = Role {
        id: shared.long_id(),
        name: text("name"),
        description: text("description"),
        kind: RoleKind::parse(&text("type")).unwrap_or(RoleKind::User),
        is_default: members.get("isDefault") == Some(&Value::Bool(true)),
        scopes: vec![],
        users: vec![],
        applications: vec![],
    };
    let (id, answer) = (made.id.clone(), made.json());
    // The role remains, even if its scopes are refused.
    store.roles.push(made);
    let scopes = body::texts(&members, "scopeIds");
    if !scopes.is_empty() {
        role_scopes::assign(&mut store, &id, &scopes)?;
    }
    Ok(Json(answer))
}

/// Checks that no other role has this name.
fn free(store: &Store, name: &str, except: Option<&str>) -> Result<(), RoleError> {
    let taken = |role: &Role| role.name == name && Some(role.id.as_str()) != except;
    if store.roles.iter().any(taken) { Err(RoleError::NameTaken(name.to_owned())) } else { Ok(()) }
}

/// `GET /roles/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let found = shared.store().role(&id).map(Role::json);
    Ok(Json(found.ok_or(RoleError::Unknown(id))?))
}

/// `PATCH /roles/:id`: name, description, and whether it is a default.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = CHANGE.members(&text)?;
    let mut store = shared.store();
    changeable(&mut store, &id)?;
    if let Some(name) = members.get("name").and_then(Value::as_str) {
        free(&store, name, Some(&id))?;
    }
    Ok(Json(set(changeable(&mut store, &id)?, &members)?))
}

fn set(role: &mut Role, members: &Map<String, Value>) -> Result<Value, RoleError> {
    let known = |name: &&str| members.contains_key(*name);
    if !["name", "description", "isDefault"].iter().any(known) {
        return Err(RoleError::NothingToChange);
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if let Some(name) = text("name") {
        name.clone_into(&mut role.name);
    }
    if let Some(description) = text("description") {
        description.clone_into(&mut role.description);
    }
    role.is_default = members.get("isDefault").and_then(Value::as_bool).unwrap_or(role.is_default);
    Ok(role.json())
}

/// `DELETE /roles/:id`: also removes it from its holders.
pub(super) fn delete(shared: Authorized, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut store = shared.store();
    changeable(&mut store, &id)?;
    store.roles.retain(|role| role.id != id);
    Ok(StatusCode::NO_CONTENT)
}
