//! Who holds a role (contract §14, "Roles"): users and machine-to-machine
//! applications, told from either side.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::role_error::{RoleError, answer, changeable};
use super::role_scopes::none;
use crate::shared::Shared;
use crate::store::{Application, Role, RoleKind, Store, User};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError};

/// Which side of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Users,
    Applications,
}

impl Side {
    fn path(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Applications => "applications",
        }
    }

    fn kind(self) -> RoleKind {
        match self {
            Self::Users => RoleKind::User,
            Self::Applications => RoleKind::MachineToMachine,
        }
    }

    fn of(self, role: &mut Role) -> &mut Vec<String> {
        match self {
            Self::Users => &mut role.users,
            Self::Applications => &mut role.applications,
        }
    }

    fn holds(self, role: &Role, holder: &str) -> bool {
        let holders = if self == Self::Users { &role.users } else { &role.applications };
        holders.iter().any(|known| known == holder)
    }

    /// Only users, and machine-to-machine applications, have roles.
    fn check(self, store: &Store, holder: &str) -> Result<(), RoleError> {
        self.exists(store, holder)?;
        let machine = store.application(holder).is_some_and(|known| known.kind == "MachineToMachine");
        if self == Self::Applications && !machine { Err(RoleError::NoMachine) } else { Ok(()) }
    }

    fn exists(self, store: &Store, holder: &str) -> Result<(), RoleError> {
        match self {
            Self::Users => store.user(holder).map(|_| ()).ok_or(RoleError::NotFound),
            Self::Applications => {
                let found = store.application(holder).map(|_| ());
                found.ok_or_else(|| RoleError::UnknownApplication(holder.to_owned()))
            }
        }
    }

    fn give(self, store: &mut Store, role: &str, holder: &str) {
        if let Some(role) = store.roles.iter_mut().find(|known| known.id == role)
            && !self.holds(role, holder)
        {
            self.of(role).push(holder.to_owned());
        }
    }

    fn take(self, store: &mut Store, role: &str, holder: &str) -> Result<(), RoleError> {
        let role = store.roles.iter_mut().find(|known| known.id == role).ok_or(RoleError::NotFound)?;
        let holders = self.of(role);
        let at = holders.iter().position(|known| known == holder).ok_or(RoleError::NotFound)?;
        holders.remove(at);
        Ok(())
    }
}

fn no_content(done: Result<(), RoleError>) -> Response {
    done.map_or_else(|error| error.response(), |()| StatusCode::NO_CONTENT.into_response())
}

fn created(done: Result<(), RoleError>) -> Response {
    done.map_or_else(|error| error.response(), |()| wire::text(StatusCode::CREATED, "Created"))
}

/// The roles of a holder: a page.
fn roles(shared: &Shared, side: Side, holder: &str, query: Option<&str>) -> Result<Response, RoleError> {
    let params = Params::parse(query.unwrap_or_default());
    let page = Page::of(&params)?;
    let store = shared.store();
    side.check(&store, holder)?;
    let held = store.roles.iter().filter(|role| side.holds(role, holder) && role.kind == side.kind());
    let held: Vec<&Role> = held.collect();
    let address = shared.here(&format!("/{}/{holder}/roles", side.path()));
    Ok(page.answer(&address, &params, held.iter().map(|role| role.json())))
}

/// The holders of a role: a page.
fn holders(shared: &Shared, side: Side, id: &str, query: Option<&str>) -> Result<Response, RoleError> {
    let params = Params::parse(query.unwrap_or_default());
    let page = Page::of(&params)?;
    let store = shared.store();
    let role = store.role(id).ok_or_else(|| RoleError::Unknown(id.to_owned()))?;
    let held: Vec<Value> = match side {
        Side::Users => store.users.iter().filter(|user| side.holds(role, &user.id)).map(User::json).collect(),
        Side::Applications => {
            let held = store.applications.iter().filter(|known| side.holds(role, &known.id));
            held.map(Application::json).collect()
        }
    };
    let address = shared.here(&format!("/roles/{id}/{}", side.path()));
    Ok(page.answer(&address, &params, held.into_iter()))
}

fn ids(text: &str, name: &str, some: bool) -> Result<Map<String, Value>, RoleError> {
    let members = object(text).map_err(RoleError::Body)?;
    let mut issues = vec![body::needed(&members, &[name], "array")];
    issues.extend(some.then(|| none(&members, name)));
    issues.extend(body::text_items(&members, name));
    body::without(issues).map_err(RoleError::Body)?;
    Ok(members)
}

/// Gives roles to a holder; those it has are passed over.
fn give(shared: &Shared, side: Side, holder: &str, text: &str) -> Result<Value, RoleError> {
    let members = ids(text, "roleIds", false)?;
    let mut store = shared.store();
    side.check(&store, holder)?;
    let mut added: Vec<&str> = Vec::new();
    for id in body::texts(&members, "roleIds") {
        let held = store.role(id).is_some_and(|role| side.holds(role, holder));
        if !held && !added.contains(&id) {
            added.push(id);
        }
    }
    for id in &added {
        if store.role(id).is_some_and(|role| role.kind != side.kind()) {
            return Err(if side == Side::Users { RoleError::NotForUsers } else { RoleError::NotForMachines });
        }
    }
    known(&store, &added)?;
    added.iter().for_each(|id| side.give(&mut store, id, holder));
    Ok(json!({ "roleIds": members["roleIds"], "addedRoleIds": added }))
}

fn known(store: &Store, ids: &[&str]) -> Result<(), RoleError> {
    match ids.iter().find(|id| store.role(id).is_none()) {
        Some(id) => Err(RoleError::Unknown((*id).to_owned())),
        None => Ok(()),
    }
}

/// Gives these roles to a holder and takes all others.
fn replace(shared: &Shared, side: Side, holder: &str, text: &str) -> Result<Vec<String>, RoleError> {
    let members = ids(text, "roleIds", false)?;
    let mut store = shared.store();
    side.check(&store, holder)?;
    let wanted = body::texts(&members, "roleIds");
    known(&store, &wanted)?;
    for role in &mut store.roles {
        if !wanted.contains(&role.id.as_str()) {
            side.of(role).retain(|known| known != holder);
        }
    }
    let added = wanted.iter().filter(|id| !store.role(id).is_some_and(|role| side.holds(role, holder)));
    let added: Vec<&str> = added.copied().collect();
    added.iter().for_each(|id| side.give(&mut store, id, holder));
    // Logto inserts what is new even where nothing is, which its database
    // refuses for applications; what was taken stays taken.
    if side == Side::Applications && added.is_empty() {
        return Err(RoleError::Body(ApiError::nothing_to_change()));
    }
    Ok(wanted.iter().map(|id| (*id).to_owned()).collect())
}

/// Gives a role to holders, none of whom may have it.
fn give_to(shared: &Shared, side: Side, id: &str, text: &str) -> Result<(), RoleError> {
    let name = if side == Side::Users { "userIds" } else { "applicationIds" };
    let members = ids(text, name, true)?;
    let mut store = shared.store();
    let role = changeable(&mut store, id)?;
    let wanted = body::texts(&members, name);
    if let Some(holder) = wanted.iter().find(|holder| side.holds(role, holder)) {
        return Err(match side {
            Side::Users => RoleError::UserHasIt((*holder).to_owned()),
            Side::Applications => RoleError::ApplicationHasIt,
        });
    }
    for holder in &wanted {
        side.exists(&store, holder)?;
    }
    wanted.iter().for_each(|holder| side.give(&mut store, id, holder));
    Ok(())
}

type Shown = State<Arc<Shared>>;

/// `GET /users/:id/roles`.
pub(super) async fn of_user(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    roles(&shared, Side::Users, &id, query.as_deref()).unwrap_or_else(|error| error.response())
}

/// `GET /applications/:id/roles`.
pub(super) async fn of_application(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    roles(&shared, Side::Applications, &id, query.as_deref()).unwrap_or_else(|error| error.response())
}

/// `POST /users/:id/roles`: 201.
pub(super) async fn give_user(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(StatusCode::CREATED, give(&shared, Side::Users, &id, &body))
}

/// `POST /applications/:id/roles`: 201.
pub(super) async fn give_application(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    answer(StatusCode::CREATED, give(&shared, Side::Applications, &id, &body))
}

/// `PUT /users/:id/roles`.
pub(super) async fn replace_user(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    let done = replace(&shared, Side::Users, &id, &body);
    answer(StatusCode::OK, done.map(|ids| json!({ "roleIds": ids })))
}

/// `PUT /applications/:id/roles`.
pub(super) async fn replace_application(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match replace(&shared, Side::Applications, &id, &body) {
        Ok(_) => wire::text(StatusCode::OK, "OK"),
        Err(error) => error.response(),
    }
}

/// `DELETE /users/:id/roles/:roleId`.
pub(super) async fn take_user(
    _: Authorized,
    State(shared): Shown,
    Path((id, role)): Path<(String, String)>,
) -> Response {
    no_content(Side::Users.take(&mut shared.store(), &role, &id))
}

/// `DELETE /applications/:id/roles/:roleId`.
pub(super) async fn take_application(
    _: Authorized,
    State(shared): Shown,
    Path((id, role)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let checked = Side::Applications.check(&store, &id);
    no_content(checked.and_then(|()| Side::Applications.take(&mut store, &role, &id)))
}

/// `GET /roles/:id/users`.
pub(super) async fn users(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    holders(&shared, Side::Users, &id, query.as_deref()).unwrap_or_else(|error| error.response())
}

/// `GET /roles/:id/applications`.
pub(super) async fn applications(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    holders(&shared, Side::Applications, &id, query.as_deref()).unwrap_or_else(|error| error.response())
}

/// `POST /roles/:id/users`: 201.
pub(super) async fn add_users(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    created(give_to(&shared, Side::Users, &id, &body))
}

/// `POST /roles/:id/applications`: 201.
pub(super) async fn add_applications(
    _: Authorized,
    State(shared): Shown,
    Path(id): Path<String>,
    body: String,
) -> Response {
    created(give_to(&shared, Side::Applications, &id, &body))
}

/// `DELETE /roles/:id/users/:userId`.
pub(super) async fn remove_user(
    _: Authorized,
    State(shared): Shown,
    Path((id, user)): Path<(String, String)>,
) -> Response {
    no_content(Side::Users.take(&mut shared.store(), &id, &user))
}

/// `DELETE /roles/:id/applications/:applicationId`.
pub(super) async fn remove_application(
    _: Authorized,
    State(shared): Shown,
    Path((id, application)): Path<(String, String)>,
) -> Response {
    no_content(Side::Applications.take(&mut shared.store(), &id, &application))
}
