//! Roles (contract §14, "Roles").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::resources::empty;
use super::role_error::{RoleError, answer, changeable};
use super::role_scopes;
use super::unanswered;
use crate::shared::Shared;
use crate::store::{Role, RoleKind, Store};
use crate::wire::body::{self, object};

/// Queries that this double does not answer.
const UNKNOWN_QUERIES: [&str; 3] = ["search", "excludeUserId", "excludeApplicationId"];

/// How many holders a list names.
const FEATURED: usize = 3;

/// `GET /roles`: a page, with some of those who hold each role.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let page = match Page::of(&params) {
        Ok(page) => page,
        Err(error) => return RoleError::from(error).response(),
    };
    if let Some(refusal) = unanswered::query(&params, &UNKNOWN_QUERIES, "roles") {
        return refusal;
    }
    let kind = params.first("type").and_then(RoleKind::parse);
    let store = shared.store();
    let found: Vec<&Role> =
        store.roles.iter().filter(|role| kind.is_none_or(|kind| role.kind == kind)).collect();
    page.answer(&shared.here("/roles"), &params, found.iter().map(|role| featured(&store, role)))
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

/// `POST /roles`: 200.
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    answer(StatusCode::OK, made(&shared, &body))
}

fn made(shared: &Shared, text: &str) -> Result<Value, RoleError> {
    let members = object(text).map_err(RoleError::Body)?;
    let mut issues = vec![
        body::needed(&members, &["name"], "string"),
        empty(&members, "name"),
        body::needed(&members, &["description"], "string"),
        empty(&members, "description"),
        body::choice(&members, &["type"], RoleKind::NAMES),
        body::typed(&members, &["isDefault"], "boolean"),
        body::typed(&members, &["scopeIds"], "array"),
    ];
    issues.extend(body::text_items(&members, "scopeIds"));
    body::without(issues).map_err(RoleError::Body)?;
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
    // The role stays, even if its scopes are refused.
    store.roles.push(made);
    let scopes = body::texts(&members, "scopeIds");
    if !scopes.is_empty() {
        role_scopes::assign(&mut store, &id, &scopes)?;
    }
    Ok(answer)
}

/// No other role has this name.
fn free(store: &Store, name: &str, except: Option<&str>) -> Result<(), RoleError> {
    let taken = |role: &Role| role.name == name && Some(role.id.as_str()) != except;
    if store.roles.iter().any(taken) { Err(RoleError::NameTaken(name.to_owned())) } else { Ok(()) }
}

/// `GET /roles/:id`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let store = shared.store();
    answer(StatusCode::OK, store.role(&id).map(Role::json).ok_or(RoleError::Unknown(id)))
}

/// `PATCH /roles/:id`: name, description, and whether it is a default.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(StatusCode::OK, changed(&shared, &id, &body))
}

fn changed(shared: &Shared, id: &str, text: &str) -> Result<Value, RoleError> {
    let members = object(text).map_err(RoleError::Body)?;
    body::without([
        body::typed(&members, &["name"], "string"),
        empty(&members, "name"),
        body::typed(&members, &["description"], "string"),
        empty(&members, "description"),
        body::typed(&members, &["isDefault"], "boolean"),
    ])
    .map_err(RoleError::Body)?;
    let mut store = shared.store();
    changeable(&mut store, id)?;
    let name = members.get("name").and_then(Value::as_str);
    if let Some(name) = name {
        free(&store, name, Some(id))?;
    }
    set(changeable(&mut store, id)?, &members)
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

/// `DELETE /roles/:id`: whoever has it loses it.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let mut store = shared.store();
    if let Err(error) = changeable(&mut store, &id) {
        return error.response();
    }
    store.roles.retain(|role| role.id != id);
    StatusCode::NO_CONTENT.into_response()
}
