//! The holders of a role (contract §14, "Roles"): users and machine-to-machine applications,
//! accessible from either side.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, MatchedPath, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::role_error::{RoleError, changeable};
use super::role_scopes::some_ids;
use crate::store::{Role, RoleKind, Store};
use crate::version::Fact;
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Json};

/// The kind of holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Users,
    Applications,
}

impl Side {
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

    /// Only users and machine-to-machine applications can have roles.
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
        if let Some(role) = store.role_mut(role)
            && !self.holds(role, holder)
        {
            self.of(role).push(holder.to_owned());
        }
    }

    fn take(self, store: &mut Store, role: &str, holder: &str) -> Result<(), RoleError> {
        let holders = self.of(store.role_mut(role).ok_or(RoleError::NotFound)?);
        let at = holders.iter().position(|known| known == holder).ok_or(RoleError::NotFound)?;
        holders.remove(at);
        Ok(())
    }
}

/// The route determines the side: its path has `users` or `applications` in it.
impl<S: Sync> FromRequestParts<S> for Side {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        Ok(if route.contains("/applications") { Self::Applications } else { Self::Users })
    }
}

/// `GET /users/:id/roles`, `GET /applications/:id/roles`: a page.
pub(super) fn roles(
    shared: Authorized,
    side: Side,
    Path(holder): Path<String>,
    page: Page,
) -> Answer<Response> {
    let store = shared.store();
    side.check(&store, &holder)?;
    let held = store.roles.iter().filter(|role| side.holds(role, &holder) && role.kind == side.kind());
    let held: Vec<&Role> = held.collect();
    Ok(page.answer(&shared, held.iter().map(|role| role.json())))
}

/// `GET /roles/:id/users`, `GET /roles/:id/applications`: a page.
pub(super) fn holders(
    shared: Authorized,
    side: Side,
    Path(id): Path<String>,
    page: Page,
) -> Answer<Response> {
    let store = shared.store();
    let role = store.role(&id).ok_or_else(|| RoleError::Unknown(id.clone()))?;
    let version = shared.context.version;
    let held: Vec<Value> = match side {
        Side::Users => store
            .users
            .iter()
            .filter(|user| side.holds(role, &user.id))
            .map(|user| user.json(version))
            .collect(),
        Side::Applications => {
            let held = store.applications.iter().filter(|known| side.holds(role, &known.id));
            held.map(|known| known.json(version)).collect()
        }
    };
    Ok(page.answer(&shared, held.into_iter()))
}

fn role_ids(text: &str) -> Result<Map<String, Value>, ApiError> {
    let members = object(text)?;
    let list = body::needed(&members, &["roleIds"], "array");
    body::without([list].into_iter().chain(body::text_items(&members, "roleIds")))?;
    Ok(members)
}

/// `POST /users/:id/roles`, `POST /applications/:id/roles`: 201. Roles that the holder already has
/// are skipped.
pub(super) fn give(
    shared: Authorized,
    side: Side,
    Path(holder): Path<String>,
    text: String,
) -> Answer<Response> {
    let members = role_ids(&text)?;
    let mut store = shared.store();
    side.check(&store, &holder)?;
    let mut added: Vec<&str> = Vec::new();
    let skips = side == Side::Users || shared.has(Fact::RolesAnswer);
    for id in body::texts(&members, "roleIds") {
        let held = store.role(id).is_some_and(|role| side.holds(role, &holder));
        if held && !skips {
            return Err(RoleError::ApplicationHasRole(id.to_owned()).into());
        }
        if !skips && added.contains(&id) {
            return Err(RoleError::Twice.into());
        }
        if !held && !added.contains(&id) {
            added.push(id);
        }
    }
    for id in &added {
        if store.role(id).is_some_and(|role| role.kind != side.kind()) {
            let error = if side == Side::Users { RoleError::NotForUsers } else { RoleError::NotForMachines };
            return Err(error.into());
        }
    }
    known(&store, &added)?;
    added.iter().for_each(|id| side.give(&mut store, id, &holder));
    if !skips {
        return Ok(wire::text(StatusCode::CREATED, "Created"));
    }
    let answer = json!({ "roleIds": members["roleIds"], "addedRoleIds": added });
    Ok(wire::json(StatusCode::CREATED, &answer))
}

fn known(store: &Store, ids: &[&str]) -> Result<(), RoleError> {
    match ids.iter().find(|id| store.role(id).is_none()) {
        Some(id) => Err(RoleError::Unknown((*id).to_owned())),
        None => Ok(()),
    }
}

/// `PUT /users/:id/roles`, `PUT /applications/:id/roles`: assigns these roles and removes all
/// others.
pub(super) fn replace(
    shared: Authorized,
    side: Side,
    Path(holder): Path<String>,
    text: String,
) -> Answer<Response> {
    let members = role_ids(&text)?;
    let mut store = shared.store();
    side.check(&store, &holder)?;
    let wanted = body::texts(&members, "roleIds");
    known(&store, &wanted)?;
    for role in &mut store.roles {
        if !wanted.contains(&role.id.as_str()) {
            side.of(role).retain(|known| *known != holder);
        }
    }
    let added = wanted.iter().filter(|id| !store.role(id).is_some_and(|role| side.holds(role, &holder)));
    let added: Vec<&str> = added.copied().collect();
    added.iter().for_each(|id| side.give(&mut store, id, &holder));
    match side {
        Side::Users => Ok(Json(json!({ "roleIds": wanted })).into_response()),
        // Logto inserts the new roles even if there are none, which its database refuses for
        // applications; the removals remain.
        Side::Applications if added.is_empty() => Err(ApiError::nothing_to_change().into()),
        Side::Applications => Ok(wire::text(StatusCode::OK, "OK")),
    }
}

/// `POST /roles/:id/users`, `POST /roles/:id/applications`: 201. None of the holders may already
/// have the role.
pub(super) fn add(shared: Authorized, side: Side, Path(id): Path<String>, text: String) -> Answer<Response> {
    let name = if side == Side::Users { "userIds" } else { "applicationIds" };
    let members = some_ids(&text, name)?;
    let mut store = shared.store();
    let role = changeable(&mut store, &id)?;
    let wanted = body::texts(&members, name);
    if let Some(holder) = wanted.iter().find(|holder| side.holds(role, holder)) {
        let error = match side {
            Side::Users => RoleError::UserHasIt((*holder).to_owned()),
            Side::Applications => RoleError::ApplicationHasIt,
        };
        return Err(error.into());
    }
    for holder in &wanted {
        side.exists(&store, holder)?;
    }
    wanted.iter().for_each(|holder| side.give(&mut store, &id, holder));
    Ok(wire::text(StatusCode::CREATED, "Created"))
}

/// `DELETE /users/:id/roles/:roleId`, `DELETE /applications/:id/roles/:roleId`.
pub(super) fn take(
    shared: Authorized,
    side: Side,
    Path((holder, role)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let mut store = shared.store();
    if side == Side::Applications {
        side.check(&store, &holder)?;
    }
    side.take(&mut store, &role, &holder)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /roles/:id/users/:userId`, `DELETE /roles/:id/applications/:applicationId`.
pub(super) fn remove(
    shared: Authorized,
    side: Side,
    Path((role, holder)): Path<(String, String)>,
) -> Answer<StatusCode> {
    side.take(&mut shared.store(), &role, &holder)?;
    Ok(StatusCode::NO_CONTENT)
}
