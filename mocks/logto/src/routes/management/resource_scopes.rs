//! Scopes of API resources (contract §4, "Resources").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::auth::Authorized;
use super::pagination::Page;
use super::resources::changeable;
use crate::store::{ApiResource, ResourceScope};
use crate::wire::{self, Answer, ApiError, Code, Guard, Json, Rule, refusals};

refusals! {
    /// Why a scope is not created, changed or deleted.
    enum ScopeError {
        #[error("the name `{0}` contains white space")]
        NameWithSpace(_: String) => Code::ScopeNameWithSpace.error(),
        #[error("the resource already has a scope `{0}`")]
        NameTaken(name: String) => Code::ScopeNameExists.about(&[name]),
        #[error("the resource has no scope with this id to change")]
        NoneToChange => Code::EntityNotExists.about(&["scope"]),
        #[error("the resource has no scope with this id to delete")]
        NoneToDelete => ApiError::not_found(),
        #[error("the body has no member that can be changed")]
        NothingToChange => ApiError::nothing_to_change(),
    }
}

/// `GET /resources/:id/scopes`: a page, which is empty for an unknown resource.
pub(super) fn list(shared: Authorized, Path(id): Path<String>, page: Page) -> Answer<Response> {
    let store = shared.store();
    let resource = store.resources.iter().find(|resource| resource.id == id);
    let scopes: Vec<&ResourceScope> = resource.into_iter().flat_map(|resource| &resource.scopes).collect();
    Ok(page.answer(&shared, scopes.iter().map(|scope| scope.json(&id))))
}

/// `POST /resources/:id/scopes`: 201.
pub(super) fn create(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let given = Given::of(&text, true)?;
    let name = given.name.unwrap_or_default();
    unspaced(&name)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, &id)?;
    free(resource, &name, None)?;
    let made = ResourceScope {
        id: shared.long_id(),
        name,
        description: given.description.flatten(),
        created_at: shared.context.clock.millis(),
    };
    let answer = made.json(&id);
    resource.scopes.push(made);
    Ok(wire::json(StatusCode::CREATED, &answer))
}

const NAME: Guard = Guard::Text(&[Rule::Least(1), Rule::Most(256)]);
static DESCRIPTION: Guard = Guard::Nullable(&Guard::Text(&[]));

static NEW: Guard = Guard::Object(&[("name", NAME), ("description", Guard::Optional(&DESCRIPTION))]);

static CHANGE: Guard =
    Guard::Object(&[("name", Guard::Optional(&NAME)), ("description", Guard::Optional(&DESCRIPTION))]);

/// The members of a body; a description may be `null`.
struct Given {
    name: Option<String>,
    description: Option<Option<String>>,
}

impl Given {
    fn of(text: &str, creates: bool) -> Result<Self, ApiError> {
        let members = if creates { &NEW } else { &CHANGE }.members(text)?;
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

/// Checks that no other scope of the resource has this name.
fn free(resource: &ApiResource, name: &str, except: Option<&str>) -> Result<(), ScopeError> {
    let taken = |scope: &ResourceScope| scope.name == name && Some(scope.id.as_str()) != except;
    if resource.scopes.iter().any(taken) { Err(ScopeError::NameTaken(name.to_owned())) } else { Ok(()) }
}

/// `PATCH /resources/:id/scopes/:scopeId`.
pub(super) fn patch(shared: Authorized, Path((id, scope)): Path<(String, String)>, text: String) -> Answer {
    let given = Given::of(&text, false)?;
    let mut store = shared.store();
    let resource = changeable(&mut store, &id)?;
    if let Some(name) = &given.name {
        unspaced(name)?;
        free(resource, name, Some(&scope))?;
    }
    if given.name.is_none() && given.description.is_none() {
        return Err(ScopeError::NothingToChange.into());
    }
    let found = resource.scopes.iter_mut().find(|known| known.id == scope);
    let found = found.ok_or(ScopeError::NoneToChange)?;
    if let Some(name) = given.name {
        found.name = name;
    }
    if let Some(description) = given.description {
        found.description = description;
    }
    Ok(Json(found.json(&id)))
}

/// `DELETE /resources/:id/scopes/:scopeId`.
pub(super) fn delete(shared: Authorized, Path((id, scope)): Path<(String, String)>) -> Answer<StatusCode> {
    let mut store = shared.store();
    let scopes = &mut changeable(&mut store, &id)?.scopes;
    let at = scopes.iter().position(|known| known.id == scope).ok_or(ScopeError::NoneToDelete)?;
    scopes.remove(at);
    Ok(StatusCode::NO_CONTENT)
}
