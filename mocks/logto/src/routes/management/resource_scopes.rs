//! Scopes of API resources (contract §4, "Resources").

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::params::Params;
use serde_json::Value;

use super::auth::Authorized;
use super::pagination::Page;
use super::resources::{ResourceError, changeable, empty};
use crate::shared::Shared;
use crate::store::{ApiResource, ResourceScope};
use crate::wire::body::{self, object};
use crate::wire::{self, ApiError};

/// Why a scope is not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
enum ScopeError {
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error(transparent)]
    Resource(#[from] ResourceError),
    #[error("there is white space in the name `{0}`")]
    NameWithSpace(String),
    #[error("the resource has a scope `{0}`")]
    NameTaken(String),
    #[error("the resource has no scope with this id to change")]
    NoneToChange,
    #[error("the resource has no scope with this id to delete")]
    NoneToDelete,
    #[error("no member of the body can be changed")]
    NothingToChange,
}

impl ScopeError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Body(error) => error.clone(),
            Self::Resource(error) => return error.response(),
            Self::NameWithSpace(_) => ApiError::new(
                400,
                "scope.name_with_space",
                "The name of the scope cannot contain any spaces.",
            ),
            Self::NameTaken(name) => {
                ApiError::new(422, "scope.name_exists", format!("The scope name {name} is already in use"))
            }
            Self::NoneToChange => ApiError::new(404, "entity.not_exists", "The scope does not exist."),
            Self::NoneToDelete => ApiError::not_found(),
            Self::NothingToChange => ApiError::nothing_to_change(),
        };
        error.response(self.to_string())
    }
}

/// `GET /resources/:id/scopes`: a page; none of an unknown resource.
pub(super) async fn list(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let page = match Page::of(&params) {
        Ok(page) => page,
        Err(error) => return ResourceError::from(error).response(),
    };
    let store = shared.store();
    let resource = store.resources.iter().find(|resource| resource.id == id);
    let scopes: Vec<&ResourceScope> =
        resource.into_iter().flat_map(|resource| resource.scopes.iter()).collect();
    let address = shared.here(&format!("/resources/{id}/scopes"));
    page.answer(&address, &params, scopes.iter().map(|scope| scope.json(&id)))
}

/// `POST /resources/:id/scopes`: 201.
pub(super) async fn create(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: String,
) -> Response {
    match made(&shared, &id, &body) {
        Ok(made) => wire::json(StatusCode::CREATED, &made),
        Err(error) => error.response(),
    }
}

fn made(shared: &Shared, id: &str, text: &str) -> Result<Value, ScopeError> {
    let given = Given::of(text, true)?;
    let name = given.name.unwrap_or_default();
    unspaced(&name)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, id)?;
    free(resource, &name, None)?;
    let made = ResourceScope {
        id: shared.long_id(),
        name,
        description: given.description.flatten(),
        created_at: shared.context.clock.millis(),
    };
    let answer = made.json(id);
    resource.scopes.push(made);
    Ok(answer)
}

/// The members of a body; a description may be `null`.
struct Given {
    name: Option<String>,
    description: Option<Option<String>>,
}

impl Given {
    fn of(text: &str, creates: bool) -> Result<Self, ScopeError> {
        let members = object(text).map_err(ScopeError::Body)?;
        let name = match creates {
            true => body::needed(&members, &["name"], "string"),
            false => body::typed(&members, &["name"], "string"),
        };
        let description = body::typed(&members, &["description"], "string");
        body::without([
            name,
            empty(&members, "name"),
            description.filter(|_| members["description"] != Value::Null),
        ])
        .map_err(ScopeError::Body)?;
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        Ok(Self {
            name: members.get("name").and_then(text),
            description: members.get("description").map(text),
        })
    }
}

fn unspaced(name: &str) -> Result<(), ScopeError> {
    if name.contains(char::is_whitespace) { Err(ScopeError::NameWithSpace(name.to_owned())) } else { Ok(()) }
}

/// No other scope of the resource has this name.
fn free(resource: &ApiResource, name: &str, except: Option<&str>) -> Result<(), ScopeError> {
    let taken = |scope: &ResourceScope| scope.name == name && Some(scope.id.as_str()) != except;
    if resource.scopes.iter().any(taken) { Err(ScopeError::NameTaken(name.to_owned())) } else { Ok(()) }
}

/// `PATCH /resources/:id/scopes/:scopeId`.
pub(super) async fn patch(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, scope)): Path<(String, String)>,
    body: String,
) -> Response {
    match changed(&shared, &id, &scope, &body) {
        Ok(changed) => wire::json(StatusCode::OK, &changed),
        Err(error) => error.response(),
    }
}

fn changed(shared: &Shared, id: &str, scope: &str, text: &str) -> Result<Value, ScopeError> {
    let given = Given::of(text, false)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, id)?;
    if let Some(name) = &given.name {
        unspaced(name)?;
        free(resource, name, Some(scope))?;
    }
    if given.name.is_none() && given.description.is_none() {
        return Err(ScopeError::NothingToChange);
    }
    let found = resource.scopes.iter_mut().find(|known| known.id == scope);
    let found = found.ok_or(ScopeError::NoneToChange)?;
    if let Some(name) = given.name {
        found.name = name;
    }
    if let Some(description) = given.description {
        found.description = description;
    }
    Ok(found.json(id))
}

/// `DELETE /resources/:id/scopes/:scopeId`.
pub(super) async fn delete(
    _: Authorized,
    State(shared): State<Arc<Shared>>,
    Path((id, scope)): Path<(String, String)>,
) -> Response {
    let mut store = shared.store();
    let gone = changeable(&mut store, &id).map_err(ScopeError::from).and_then(|resource| {
        let at = resource.scopes.iter().position(|known| known.id == scope);
        at.map(|at| resource.scopes.remove(at)).ok_or(ScopeError::NoneToDelete)
    });
    match gone {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.response(),
    }
}
