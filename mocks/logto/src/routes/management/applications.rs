//! Applications and their secrets (contract §4, "Applications").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::unanswered;
use crate::context::Fixed;
use crate::routes::redirect_uri;
use crate::shared::Shared;
use crate::store::{Application, ApplicationSecret, ConsentScopes};
use crate::wire::body::{self, object};
use crate::wire::{Answer, ApiError, Code, Complaint, Issue, Json, kind};

/// `SAML` is a type, but such applications are not created here.
const KINDS: [&str; 6] = ["Native", "SPA", "Traditional", "MachineToMachine", "Protected", "SAML"];

pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::unknown("applications", id)
}

/// Query parameters that this double does not support.
const UNKNOWN_QUERIES: [&str; 3] = ["search", "excludeRoleId", "excludeOrganizationId"];

/// `GET /applications`, newest first: all of them, unless the query has a page.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let params = &page.params;
    unanswered::query(params, &UNKNOWN_QUERIES, "applications")?;
    let kinds: Vec<&str> = params.all("types").collect();
    let third_party = params.first("isThirdParty").map(|text| text == "true");
    let wanted = |application: &&Application| {
        (kinds.is_empty() || kinds.contains(&application.kind.as_str()))
            && third_party.is_none_or(|wanted| wanted == application.is_third_party)
    };
    let store = shared.store();
    let found: Vec<&Application> = store.applications.iter().filter(wanted).collect();
    Ok(page.or_all(&shared, found.iter().map(|application| application.json(shared.context.version))))
}

/// `POST /applications`: 200, not 201, and the response has no secret.
pub(super) fn create(shared: Authorized, text: String) -> Answer {
    let mut application = made(&shared, &object(&text)?)?;
    let mut store = shared.store();
    if store.applications.is_empty() {
        fix(&mut application, &shared.context.fixed);
    }
    let answer = application.json(shared.context.version);
    store.applications.insert(0, application);
    Ok(Json(answer))
}

/// Gives an application the id and secret that its client already knows.
fn fix(application: &mut Application, fixed: &Fixed) {
    if let Some(id) = &fixed.application_id {
        application.id.clone_from(id);
    }
    if let (Some(value), Some(secret)) = (&fixed.application_secret, application.secrets.first_mut()) {
        secret.value.clone_from(value);
    }
}

fn made(shared: &Shared, members: &Map<String, Value>) -> Result<Application, ApiError> {
    checked(members, true)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let (kind, name) = (text("type").unwrap_or_default(), text("name").unwrap_or_default());
    if kind == "SAML" {
        return Err(Code::ApplicationSamlUseSamlAppApi.error());
    }
    if kind == "Protected" && !members.contains_key("protectedAppMetadata") {
        return Err(Code::ApplicationProtectedAppMetadataIsRequired.error());
    }
    let is_third_party = members.get("isThirdParty") == Some(&Value::Bool(true));
    if is_third_party && !matches!(kind, "Traditional" | "SPA" | "Native") {
        return Err(Code::ApplicationInvalidThirdPartyApplicationType.error());
    }
    let now = shared.context.clock.millis();
    let secret = ApplicationSecret {
        name: "Default secret".to_owned(),
        value: shared.secret(),
        created_at: now,
        expires_at: None,
    };
    let object = || Value::Object(Map::new());
    Ok(Application {
        id: shared.long_id(),
        name: name.to_owned(),
        description: text("description").map(ToOwned::to_owned),
        kind: kind.to_owned(),
        oidc_client_metadata: members
            .get("oidcClientMetadata")
            .cloned()
            .unwrap_or_else(|| json!({ "redirectUris": [], "postLogoutRedirectUris": [] })),
        custom_client_metadata: members.get("customClientMetadata").map_or_else(object, known_custom),
        custom_data: members.get("customData").cloned().unwrap_or_else(object),
        is_third_party,
        consent: ConsentScopes::default(),
        branding: None,
        created_at: now,
        secrets: if matches!(kind, "Traditional" | "MachineToMachine" | "Protected") {
            vec![secret]
        } else {
            vec![]
        },
    })
}

/// The known members of `customClientMetadata`; others are dropped.
fn known_custom(given: &Value) -> Value {
    let known = |name: &str| CUSTOM.iter().any(|(known, _)| *known == name);
    let members = given.as_object().into_iter().flatten().filter(|(name, _)| known(name));
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// The checks of a body, in the order of the members of an application.
fn checked(members: &Map<String, Value>, creates: bool) -> Result<(), ApiError> {
    let mut issues = vec![
        body::text(members, "name", creates),
        body::empty(members, "name"),
        body::typed(members, &["description"], "string").filter(|_| members["description"] != Value::Null),
    ];
    if creates {
        issues.push(body::needed_choice(members, &["type"], &KINDS));
    }
    for (name, check) in [
        ("oidcClientMetadata", uris as fn(&Map<String, Value>) -> Vec<Option<Issue>>),
        ("customClientMetadata", custom),
    ] {
        issues.push(body::typed(members, &[name], "object"));
        issues.extend(members.get(name).and_then(Value::as_object).map(check).into_iter().flatten());
    }
    issues.push(body::typed(members, &["isThirdParty"], "boolean"));
    body::without(issues)
}

/// Both lists are required, and contain absolute URLs.
fn uris(metadata: &Map<String, Value>) -> Vec<Option<Issue>> {
    let mut issues = Vec::new();
    for name in ["redirectUris", "postLogoutRedirectUris"] {
        let path = ["oidcClientMetadata", name];
        issues.push(body::needed(metadata, &path, "array"));
        let items = metadata.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
        issues.extend(items.map(|(index, uri)| {
            let complaint = match uri.as_str() {
                None => Complaint::Type { expected: "string", received: kind(uri) },
                Some(uri) if !redirect_uri::may_be_registered(uri) => Complaint::Custom,
                Some(_) => return None,
            };
            Some(Issue::new(&path, complaint).at(index))
        }));
    }
    issues
}

/// Members of `customClientMetadata`, with their types.
const CUSTOM: [(&str, &str); 10] = [
    ("corsAllowedOrigins", "array"),
    ("idTokenTtl", "number"),
    ("refreshTokenTtl", "number"),
    ("refreshTokenTtlInDays", "number"),
    ("tenantId", "string"),
    ("alwaysIssueRefreshToken", "boolean"),
    ("rotateRefreshToken", "boolean"),
    ("allowTokenExchange", "boolean"),
    ("isDeviceFlow", "boolean"),
    ("maxAllowedGrants", "number"),
];
const REFRESH_TOKEN_DAYS: std::ops::RangeInclusive<i64> = 1..=180;

fn custom(metadata: &Map<String, Value>) -> Vec<Option<Issue>> {
    let path = |name| ["customClientMetadata", name];
    let mut issues: Vec<_> =
        CUSTOM.iter().map(|(name, expected)| body::typed(metadata, &path(*name), expected)).collect();
    let days = metadata.get("refreshTokenTtlInDays").and_then(Value::as_i64);
    issues.push(days.filter(|days| !REFRESH_TOKEN_DAYS.contains(days)).map(|days| {
        let complaint = if days < *REFRESH_TOKEN_DAYS.start() {
            Complaint::TooSmall(*REFRESH_TOKEN_DAYS.start())
        } else {
            Complaint::TooLarge(*REFRESH_TOKEN_DAYS.end())
        };
        Issue::new(&path("refreshTokenTtlInDays"), complaint)
    }));
    issues
}

/// `GET /applications/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let mut answer =
        shared.store().application(&id).ok_or_else(|| unknown(&id))?.json(shared.context.version);
    answer["isAdmin"] = Value::Bool(false);
    Ok(Json(answer))
}

/// `PATCH /applications/:id` replaces the given members wholesale.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = object(&text)?;
    checked(&members, false)?;
    let mut store = shared.store();
    let application = store.application_mut(&id).ok_or_else(|| unknown(&id))?;
    if members.get("appLevelAccessControlEnabled") == Some(&Value::Bool(true)) {
        // Rules need organizations or roles of an application, which the double does not support.
        let text = "Application access control must include at least one rule before it can be enabled.";
        return Err(ApiError { status: 422, ..Code::RequestInvalidInput.about(&[text]) }.into());
    }
    for (name, value) in members {
        match name.as_str() {
            "name" => value.as_str().unwrap_or_default().clone_into(&mut application.name),
            "description" => application.description = value.as_str().map(ToOwned::to_owned),
            "oidcClientMetadata" => application.oidc_client_metadata = value,
            "customClientMetadata" => application.custom_client_metadata = known_custom(&value),
            "customData" => application.custom_data = value,
            _ => {}
        }
    }
    Ok(Json(application.json(shared.context.version)))
}

/// `DELETE /applications/:id`.
pub(super) fn delete(shared: Authorized, Path(id): Path<String>) -> Answer<StatusCode> {
    let mut store = shared.store();
    store.application(&id).ok_or_else(|| unknown(&id))?;
    store.applications.retain(|application| application.id != id);
    store.roles.iter_mut().for_each(|role| role.applications.retain(|holder| *holder != id));
    store.revoke_grants(|grant| grant.client == id);
    Ok(StatusCode::NO_CONTENT)
}
