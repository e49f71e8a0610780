//! API resources (contract §4, "Resources").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value};

use super::auth::Authorized;
use super::pagination::{Page, PaginationError};
use crate::shared::Shared;
use crate::store::{ApiResource, Store, lifetime};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError, Complaint, Issue};

/// Why a resource is not given, made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResourceError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error(transparent)]
    Pagination(#[from] PaginationError),
    #[error("there is no API resource with the id `{0}`")]
    Unknown(String),
    #[error("there is no API resource with this id to make the default")]
    NoneToSwitch,
    #[error("there is a resource with the indicator `{0}`")]
    IndicatorTaken(String),
    #[error("no member of the body can be changed")]
    NothingToChange,
    #[error("the Management API cannot be changed")]
    ManagementApi,
    #[error("the Management API cannot be deleted")]
    ManagementApiStays,
}

impl ResourceError {
    fn wire(&self) -> ApiError {
        match self {
            Self::Body(error) => error.clone(),
            Self::Pagination(error) => error.wire(),
            Self::Unknown(id) => {
                let text = format!("The resources with ID `{id}` does not exist.");
                ApiError::new(404, "entity.not_exists_with_id", text)
            }
            Self::NoneToSwitch => ApiError::new(404, "entity.not_exists", "The resource does not exist."),
            Self::IndicatorTaken(indicator) => {
                let text = format!("The API identifier {indicator} is already in use");
                ApiError::new(422, "resource.resource_identifier_in_use", text)
            }
            Self::NothingToChange => ApiError::nothing_to_change(),
            Self::ManagementApi => ApiError::new(
                400,
                "resource.cannot_modify_management_api",
                "Cannot modify Logto Management API.",
            ),
            Self::ManagementApiStays => ApiError::new(
                400,
                "resource.cannot_delete_management_api",
                "Cannot delete Logto Management API.",
            ),
        }
    }

    pub(super) fn response(&self) -> Response {
        self.wire().response(self.to_string())
    }
}

/// The resource that may be changed.
pub(super) fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut ApiResource, ResourceError> {
    let found = store.resources.iter_mut().find(|resource| resource.id == id);
    let resource = found.ok_or_else(|| ResourceError::Unknown(id.to_owned()))?;
    if resource.is_management_api() { Err(ResourceError::ManagementApi) } else { Ok(resource) }
}

/// `GET /resources`: all of them unless a page is asked for.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let page = match Page::optional(&params) {
        Ok(page) => page,
        Err(error) => return ResourceError::from(error).response(),
    };
    let with_scopes = params
        .first("includeScopes")
        .is_some_and(|text| ["yes", "y", "true", "1"].contains(&text.to_ascii_lowercase().as_str()));
    let shown =
        |resource: &ApiResource| if with_scopes { resource.json_with_scopes() } else { resource.json() };
    let store = shared.store();
    match page {
        Some(page) => page.answer(&shared.here("/resources"), &params, store.resources.iter().map(shown)),
        None => wire::json(StatusCode::OK, &store.resources.iter().map(shown).collect()),
    }
}

/// `POST /resources`: 201.
pub(super) async fn create(_: Authorized, State(shared): State<Arc<Shared>>, body: String) -> Response {
    match made(&shared, &body) {
        Ok(made) => wire::json(StatusCode::CREATED, &made),
        Err(error) => error.response(),
    }
}

fn made(shared: &Shared, text: &str) -> Result<Value, ResourceError> {
    let members = object(text).map_err(ResourceError::Body)?;
    body::without([
        body::needed(&members, &["name"], "string"),
        empty(&members, "name"),
        body::needed(&members, &["indicator"], "string"),
        empty(&members, "indicator"),
        body::typed(&members, &["accessTokenTtl"], "number"),
    ])
    .map_err(ResourceError::Body)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut store = shared.store();
    if store.resource(&text("indicator")).is_some() {
        return Err(ResourceError::IndicatorTaken(text("indicator")));
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
    Ok(answer)
}

/// A text that is there and empty.
pub(super) fn empty(members: &Map<String, Value>, name: &str) -> Option<Issue> {
    (members.get(name)? == "").then(|| Issue::new(&[name], Complaint::TooShort(1)))
}

/// `GET /resources/:id`.
pub(super) async fn read(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    match shared.store().resources.iter().find(|resource| resource.id == id) {
        Some(resource) => wire::json(StatusCode::OK, &resource.json()),
        None => ResourceError::Unknown(id).response(),
    }
}

/// `PATCH /resources/:id`: name and lifetime of tokens.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match changed(&shared, &id, &body) {
        Ok(changed) => wire::json(StatusCode::OK, &changed),
        Err(error) => error.response(),
    }
}

fn changed(shared: &Shared, id: &str, text: &str) -> Result<Value, ResourceError> {
    let members = object(text).map_err(ResourceError::Body)?;
    body::without([
        body::typed(&members, &["name"], "string"),
        empty(&members, "name"),
        body::typed(&members, &["accessTokenTtl"], "number"),
    ])
    .map_err(ResourceError::Body)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, id)?;
    let (name, ttl) =
        (members.get("name").and_then(Value::as_str), members.get("accessTokenTtl").and_then(Value::as_i64));
    if name.is_none() && ttl.is_none() {
        return Err(ResourceError::NothingToChange);
    }
    if let Some(name) = name {
        name.clone_into(&mut resource.name);
    }
    resource.access_token_ttl = ttl.unwrap_or(resource.access_token_ttl);
    Ok(resource.json())
}

/// `PATCH /resources/:id/is-default`: one resource at most is the default.
pub(super) async fn set_default(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match switched(&shared, &id, &body) {
        Ok(switched) => wire::json(StatusCode::OK, &switched),
        Err(error) => error.response(),
    }
}

fn switched(shared: &Shared, id: &str, text: &str) -> Result<Value, ResourceError> {
    let members = object(text).map_err(ResourceError::Body)?;
    body::without([body::needed(&members, &["isDefault"], "boolean")]).map_err(ResourceError::Body)?;
    let is_default = members.get("isDefault") == Some(&Value::Bool(true));
    let mut store = shared.store();
    if store.resources.iter().all(|resource| resource.id != id) {
        return Err(ResourceError::NoneToSwitch);
    }
    let mut answer = Value::Null;
    for resource in &mut store.resources {
        if resource.id == id {
            resource.is_default = is_default;
            answer = resource.json();
        } else if is_default {
            resource.is_default = false;
        }
    }
    Ok(answer)
}

/// `DELETE /resources/:id`: its scopes go with it.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Response {
    let mut store = shared.store();
    match changeable(&mut store, &id) {
        Ok(_) => {
            store.resources.retain(|resource| resource.id != id);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(ResourceError::ManagementApi) => ResourceError::ManagementApiStays.response(),
        Err(error) => error.response(),
    }
}
