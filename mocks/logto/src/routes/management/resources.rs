//! API resources (contract §4, "Resources").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};

use super::auth::Authorized;
use super::pagination::Page;
use crate::store::{ApiResource, Store, lifetime};
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Code, Guard, Json, Rule, refusals};

refusals! {
    /// Why a resource is not returned, created, changed or deleted.
    pub(super) enum ResourceError {
        #[error("no API resource has the id `{0}`")]
        Unknown(id: String) => ApiError::unknown("resources", id),
        #[error("no API resource has this id, so it cannot be made the default")]
        NoneToSwitch => Code::EntityNotExists.about(&["resource"]),
        #[error("a resource with the indicator `{0}` already exists")]
        IndicatorTaken(indicator: String) => Code::ResourceResourceIdentifierInUse.about(&[indicator]),
        #[error("the body has no member that can be changed")]
        NothingToChange => ApiError::nothing_to_change(),
        // The database refuses the number, which Logto reports as an empty change.
        #[error("accessTokenTtl has a fraction")]
        Fraction => ApiError::nothing_to_change(),
        #[error("the Management API cannot be changed")]
        ManagementApi => Code::ResourceCannotModifyManagementApi.error(),
        #[error("the Management API cannot be deleted")]
        ManagementApiStays => Code::ResourceCannotDeleteManagementApi.error(),
    }
}

/// The resource, if it may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut ApiResource, ResourceError> {
    let resource = store.resource_mut(id).ok_or_else(|| ResourceError::Unknown(id.to_owned()))?;
    if resource.is_management_api() { Err(ResourceError::ManagementApi) } else { Ok(resource) }
}

static NAME: Guard = Guard::Text(&[Rule::Least(1)]);
static LIFETIME: Guard = Guard::Number(&[]);

static NEW: Guard = Guard::Object(&[
    ("name", Guard::Text(&[Rule::Least(1)])),
    ("indicator", Guard::Text(&[Rule::Least(1)])),
    ("accessTokenTtl", Guard::Optional(&LIFETIME)),
]);

static CHANGE: Guard =
    Guard::Object(&[("name", Guard::Optional(&NAME)), ("accessTokenTtl", Guard::Optional(&LIFETIME))]);

/// Refuses a lifetime with a fraction.
fn whole_seconds(members: &Map<String, Value>) -> Result<(), ResourceError> {
    let ttl = members.get("accessTokenTtl").and_then(Value::as_f64);
    if ttl.is_some_and(|ttl| ttl.fract() != 0.0) { Err(ResourceError::Fraction) } else { Ok(()) }
}

/// `GET /resources`: all of them, unless the query has a page.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let with_scopes = page
        .params
        .first("includeScopes")
        .is_some_and(|text| ["yes", "y", "true", "1"].contains(&text.to_ascii_lowercase().as_str()));
    let shown =
        |resource: &ApiResource| if with_scopes { resource.json_with_scopes() } else { resource.json() };
    Ok(page.or_all(&shared, shared.store().resources.iter().map(shown)))
}

/// `POST /resources`: 201.
pub(super) fn create(shared: Authorized, text: String) -> Answer<Response> {
    let members = NEW.members(&text)?;
    whole_seconds(&members)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut store = shared.store();
    if store.resource(&text("indicator")).is_some() {
        return Err(ResourceError::IndicatorTaken(text("indicator")).into());
    }
    let made = ApiResource {
        id: shared.long_id(),
        name: text("name"),
        indicator: text("indicator"),
        is_default: false,
        access_token_ttl: members
            .get("accessTokenTtl")
            .and_then(Value::as_i64)
            .unwrap_or(lifetime::ACCESS_TOKEN),
        scopes: vec![],
    };
    let answer = made.json_with_scopes();
    store.resources.push(made);
    Ok(wire::json(StatusCode::CREATED, &answer))
}

/// `GET /resources/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let found = shared.store().resource_mut(&id).map(|resource| resource.json());
    Ok(Json(found.ok_or(ResourceError::Unknown(id))?))
}

/// `PATCH /resources/:id`: name and lifetime of access tokens.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = CHANGE.members(&text)?;
    whole_seconds(&members)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, &id)?;
    let (name, ttl) =
        (members.get("name").and_then(Value::as_str), members.get("accessTokenTtl").and_then(Value::as_i64));
    if name.is_none() && ttl.is_none() {
        return Err(ResourceError::NothingToChange.into());
    }
    if let Some(name) = name {
        name.clone_into(&mut resource.name);
    }
    resource.access_token_ttl = ttl.unwrap_or(resource.access_token_ttl);
    Ok(Json(resource.json()))
}

/// `PATCH /resources/:id/is-default`: at most one resource is the default.
pub(super) fn set_default(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    body::without([body::needed(&members, &["isDefault"], "boolean")])?;
    let is_default = members.get("isDefault") == Some(&Value::Bool(true));
    let mut store = shared.store();
    store.resource_mut(&id).ok_or(ResourceError::NoneToSwitch)?;
    let mut answer = Value::Null;
    for resource in &mut store.resources {
        if resource.id == id {
            resource.is_default = is_default;
            answer = resource.json();
        } else if is_default {
            resource.is_default = false;
        }
    }
    Ok(Json(answer))
}

/// `DELETE /resources/:id`: also deletes its scopes.
pub(super) fn delete(shared: Authorized, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut store = shared.store();
    changeable(&mut store, &id).map_err(|error| match error {
        ResourceError::ManagementApi => ResourceError::ManagementApiStays,
        error => error,
    })?;
    store.resources.retain(|resource| resource.id != id);
    Ok(StatusCode::NO_CONTENT)
}
