//! Roles (contract §14, "Roles").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::{Page, PaginationError};
use super::resources::empty;
use super::role_scopes;
use crate::shared::Shared;
use crate::store::{Role, RoleKind, Store};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError};

/// Why a role is not given, made, changed, assigned or deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoleError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error(transparent)]
    Pagination(#[from] PaginationError),
    #[error("there is no role with the id `{0}`")]
    Unknown(String),
    #[error("there is a role with the name `{0}`")]
    NameTaken(String),
    #[error("no member of the body can be changed")]
    NothingToChange,
    #[error("there is no scope with the id `{0}`")]
    UnknownScope(String),
    #[error("the role has the scope `{0}`")]
    HasScope(String),
    #[error("a role for users cannot have scopes of the Management API")]
    ManagementApi,
    #[error("there is no such user, or it has no such role")]
    NotFound,
    #[error("there is no application with the id `{0}`")]
    UnknownApplication(String),
    #[error("the role is not for users")]
    NotForUsers,
    #[error("the role is not for machines")]
    NotForMachines,
    #[error("the application is not machine-to-machine")]
    NoMachine,
    #[error("the user `{0}` has the role")]
    UserHasIt(String),
    #[error("the application has the role")]
    ApplicationHasIt,
}

impl RoleError {
    fn wire(&self) -> ApiError {
        let unknown = |what: &str, id: &str| {
            let text = format!("The {what} with ID `{id}` does not exist.");
            ApiError::new(404, "entity.not_exists_with_id", text)
        };
        match self {
            Self::Body(error) => error.clone(),
            Self::Pagination(error) => error.wire(),
            Self::Unknown(id) => unknown("roles", id),
            Self::UnknownScope(id) => unknown("scopes", id),
            Self::UnknownApplication(id) => unknown("applications", id),
            Self::NameTaken(name) => {
                ApiError::new(422, "role.name_in_use", format!("This role name {name} is already in use"))
            }
            Self::NothingToChange => ApiError::nothing_to_change(),
            Self::HasScope(id) => {
                let text = format!("The scope id {id} has already been added to this role");
                ApiError::new(422, "role.scope_exists", text)
            }
            Self::ManagementApi => ApiError::new(
                400,
                "role.management_api_scopes_not_assignable_to_user_role",
                "Cannot assign Management API scopes to a user role.",
            ),
            Self::NotFound => ApiError::not_found(),
            Self::NotForUsers => ApiError::new(
                422,
                "user.invalid_role_type",
                "Invalid role type, can not assign machine-to-machine role to user.",
            ),
            Self::NotForMachines => ApiError::new(
                422,
                "application.invalid_role_type",
                "Can not assign user type role to machine to machine application.",
            ),
            Self::NoMachine => ApiError::new(
                422,
                "application.invalid_type",
                "Only machine to machine applications can have associated roles.",
            ),
            Self::UserHasIt(id) => {
                let text = format!("The user id {id} is already been added to this role");
                ApiError::new(422, "role.user_exists", text)
            }
            Self::ApplicationHasIt => {
                // Logto does not fill in the placeholder (contract §0.2).
                let text = "The application id {{applicationId}} is already been added to this role";
                ApiError::new(422, "role.application_exists", text)
            }
        }
    }

    pub(super) fn response(&self) -> Response {
        self.wire().response(self.to_string())
    }
}

/// The role that may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Role, RoleError> {
    let found = store.roles.iter_mut().find(|role| role.id == id);
    found.ok_or_else(|| RoleError::Unknown(id.to_owned()))
}

pub(super) fn answer(status: StatusCode, done: Result<Value, RoleError>) -> Response {
    match done {
        Ok(value) => wire::json(status, &value),
        Err(error) => error.response(),
    }
}

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
    if let Some(name) =
        UNKNOWN_QUERIES.iter().find(|name| params.iter().any(|(known, _)| known.starts_with(**name)))
    {
        let response = wire::text(StatusCode::NOT_IMPLEMENTED, "Not Implemented");
        return kit::note(response, format!("this double lists roles without `{name}`"));
    }
    let kind = params.first("type").and_then(RoleKind::parse);
    let store = shared.store();
    let found: Vec<&Role> =
        store.roles.iter().filter(|role| kind.is_none_or(|kind| role.kind == kind)).collect();
    page.answer(&shared.endpoint("/roles"), &params, found.iter().map(|role| featured(&store, role)))
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
