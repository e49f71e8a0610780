//! The scopes that a third-party application may request (contract §14, "Third-party
//! applications").

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::applications;
use super::auth::Authorized;
use crate::store::{ApiResource, Application, Store};
use crate::version::Version;
use crate::wire::body::{self, object};
use crate::wire::{self, Answer, ApiError, Code, Complaint, Issue, Json, kind, refusals};

/// Scopes about the user that can be enabled; `openid` and `offline_access` always are.
const USER_SCOPES: &[&str] = &[
    "profile",
    "email",
    "phone",
    "address",
    "custom_data",
    "identities",
    "roles",
    "urn:logto:scope:organizations",
    "urn:logto:scope:organization_roles",
    "urn:logto:scope:sessions",
    "urn:logto:scope:trusted_devices",
];

/// Those that this version knows: the newest are last.
fn user_scopes(version: Version) -> &'static [&'static str] {
    let known = USER_SCOPES.iter().take_while(|scope| version.has_scope(scope)).count();
    &USER_SCOPES[..known]
}

/// Kinds of scopes in the path of a `DELETE`.
const KINDS: &[&str] =
    &["organization-scopes", "resource-scopes", "organization-resource-scopes", "user-scopes"];

refusals! {
    /// Why scopes are not listed, enabled or disabled.
    enum ConsentScopeError {
        #[error("no application has the id `{0}`")]
        Application(id: String) => applications::unknown(id),
        #[error("the application is not a third-party application")]
        FirstParty => Code::ApplicationThirdPartyApplicationOnly.error(),
        #[error("some of the scopes do not exist: {0}")]
        Unknown(scopes: Value) => Code::ApplicationUserConsentScopesNotFound.error().with_data(scopes.clone()),
        #[error("scopes of the Management API are not for third parties")]
        ManagementApi => Code::ApplicationConsentManagementApiScopesNotAllowed.error(),
        #[error("`{0}` is not a kind of scopes")]
        Kind(given: String) => {
            let complaint = Complaint::Choice { options: KINDS, received: Some(json!(given)) };
            ApiError::guard_of("params", &[Issue::new(&["scopeType"], complaint)])
        },
        #[error("the scope is not enabled")]
        NotThere => ApiError::not_found(),
    }
}

fn changeable<'s>(store: &'s mut Store, id: &str) -> Result<&'s mut Application, ConsentScopeError> {
    store.application_mut(id).ok_or_else(|| ConsentScopeError::Application(id.to_owned()))
}

/// `GET /applications/:id/user-consent-scopes`.
pub(super) fn list(shared: Authorized, Path(id): Path<String>) -> Answer {
    let store = shared.store();
    let application = store.application(&id).ok_or(ConsentScopeError::Application(id))?;
    let consent = &application.consent;
    Ok(Json(json!({
        "organizationScopes": [],
        "resourceScopes": by_resource(&store, &consent.resource),
        "organizationResourceScopes": by_resource(&store, &consent.organization),
        "userScopes": consent.user,
    })))
}

/// Scopes of API resources, by resource.
fn by_resource(store: &Store, wanted: &BTreeSet<String>) -> Value {
    let shown = store.resources.iter().filter_map(|resource| {
        let scopes = resource
            .scopes
            .iter()
            .filter(|scope| wanted.contains(&scope.id))
            .map(|scope| json!({ "id": scope.id, "name": scope.name, "description": scope.description }));
        let scopes: Vec<Value> = scopes.collect();
        let of = json!({ "id": resource.id, "name": resource.name, "indicator": resource.indicator });
        (!scopes.is_empty()).then(|| json!({ "resource": of, "scopes": scopes }))
    });
    shown.collect()
}

/// `POST /applications/:id/user-consent-scopes`: 201. Scopes that are already enabled are
/// unchanged.
pub(super) fn add(shared: Authorized, Path(id): Path<String>, text: String) -> Answer<Response> {
    let members = object(&text)?;
    let mut issues = Vec::new();
    for name in LISTS {
        issues.push(body::typed(&members, &[name], "array"));
        issues.extend(items(&members, name, user_scopes(shared.context.version)));
    }
    body::without(issues)?;
    let mut store = shared.store();
    if !changeable(&mut store, &id)?.is_third_party {
        return Err(ConsentScopeError::FirstParty.into());
    }
    exist(&store, &members)?;
    let consent = &mut changeable(&mut store, &id)?.consent;
    let given = |name: &str| body::texts(&members, name).into_iter().map(ToOwned::to_owned);
    consent.user.extend(given("userScopes"));
    consent.resource.extend(given("resourceScopes"));
    consent.organization.extend(given("organizationResourceScopes"));
    Ok(wire::text(StatusCode::CREATED, "Created"))
}

const LISTS: [&str; 4] = ["organizationScopes", "resourceScopes", "organizationResourceScopes", "userScopes"];

/// Ids are texts; scopes about the user are identified by name.
fn items(
    members: &Map<String, Value>,
    name: &str,
    user_scopes: &'static [&'static str],
) -> Vec<Option<Issue>> {
    let items = members.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    let complaint = |item: &Value| match item.as_str() {
        Some(text) if name != "userScopes" || user_scopes.contains(&text) => None,
        None if name != "userScopes" => Some(Complaint::Type { expected: "string", received: kind(item) }),
        _ => Some(Complaint::Choice { options: user_scopes, received: Some(item.clone()) }),
    };
    items.map(|(index, item)| Some(Issue::new(&[name], complaint(item)?).at(index))).collect()
}

fn exist(store: &Store, members: &Map<String, Value>) -> Result<(), ConsentScopeError> {
    let resource =
        |id: &str| store.resources.iter().find(|resource| resource.scopes.iter().any(|scope| scope.id == id));
    let given = |name: &str| body::texts(members, name);
    let unknown =
        |name: &str| -> Vec<&str> { given(name).into_iter().filter(|id| resource(id).is_none()).collect() };
    // There are no organizations, and so no scopes of organizations.
    let (organization, of_resources, of_both) =
        (given("organizationScopes"), unknown("resourceScopes"), unknown("organizationResourceScopes"));
    if !organization.is_empty() || !of_resources.is_empty() || !of_both.is_empty() {
        return Err(ConsentScopeError::Unknown(json!({
            "invalidOrganizationScopes": organization,
            "invalidResourceScopes": of_resources,
            "invalidOrganizationResourceScopes": of_both,
        })));
    }
    let mut named = given("resourceScopes").into_iter().chain(given("organizationResourceScopes"));
    let forbidden = named.any(|id| resource(id).is_some_and(ApiResource::is_management_api));
    if forbidden { Err(ConsentScopeError::ManagementApi) } else { Ok(()) }
}

/// `DELETE /applications/:id/user-consent-scopes/:kind/:scopeId`. Existing consents stay granted.
pub(super) fn remove(
    shared: Authorized,
    Path((id, kind, scope)): Path<(String, String, String)>,
) -> Answer<StatusCode> {
    if !KINDS.contains(&kind.as_str()) {
        return Err(ConsentScopeError::Kind(kind).into());
    }
    let mut store = shared.store();
    let consent = &mut changeable(&mut store, &id)?.consent;
    let was_there = match kind.as_str() {
        "user-scopes" => consent.user.remove(&scope),
        "resource-scopes" => consent.resource.remove(&scope),
        "organization-resource-scopes" => consent.organization.remove(&scope),
        _ => false,
    };
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ConsentScopeError::NotThere.into()) }
}
