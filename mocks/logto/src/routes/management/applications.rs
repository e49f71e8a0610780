//! Applications and their secrets (contract §4, "Applications").

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use oauth::params::Params;
use serde_json::{Map, Value, json};

use super::auth::Authorized;
use super::pagination::Page;
use super::search::{Fields, Search, SearchError};
use crate::context::Fixed;
use crate::routes::redirect_uri;
use crate::shared::Shared;
use crate::store::{Application, ApplicationSecret, ConsentScopes, Store, column};
use crate::wire::Guard::{Choice, Either, Flag, List, Nullable, Number, Object, Optional, Record, Text};
use crate::wire::{Answer, ApiError, Bound, Code, Guard, Json, NotImplemented, Rule, refusals};

/// `SAML` is a type, but such applications are not created here.
const KINDS: [&str; 6] = ["Native", "SPA", "Traditional", "MachineToMachine", "Protected", "SAML"];

pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::unknown("applications", id)
}

refusals! {
    /// Why no applications are listed.
    enum ListError {
        #[error("an application cannot be left out by a role and by an organization at once")]
        TwoExclusions => Code::RequestInvalidInput
            .about(&["Parameter `excludeRoleId` and `excludeOrganizationId` cannot be used at the same time."]),
        // Unlike in lists of users, Logto does not handle these errors (trial of a real Logto, §3.3).
        #[error("{0}")]
        Search(_: String) => ApiError::internal(),
        #[error("this double searches by `like` and `exact` only")]
        Mode => NotImplemented,
    }
}

/// Fields that can be searched.
const FIELDS: Fields = &[("id", "id"), ("name", "name"), ("description", "description")];

/// The schema of the query: one type or several.
static FILTERS: Guard = Object(&[
    ("types", Optional(&Either(&[List(&Choice(&KINDS)), Choice(&KINDS)]))),
    ("isThirdParty", Optional(&Either(&[Guard::Only("true"), Guard::Only("false")]))),
]);

/// `GET /applications`, newest first: all of them, unless the query has a page.
pub(super) fn list(shared: Authorized, page: Page) -> Answer<Response> {
    let params = &page.params;
    let (kinds, third_party) = filters(params)?;
    let excluded = params.first("excludeRoleId").filter(|id| !id.is_empty());
    if excluded.is_some() && params.first("excludeOrganizationId").is_some_and(|id| !id.is_empty()) {
        return Err(ListError::TwoExclusions.into());
    }
    let search = Search::of(params, FIELDS).map_err(|error| match error {
        SearchError::Invalid(why) => ListError::Search(why),
        SearchError::Mode => ListError::Mode,
    })?;
    let store = shared.store();
    let holders = excluded.and_then(|id| store.role(id)).map(|role| role.applications.as_slice());
    let wanted = |application: &&Application| {
        let held = [Some(&application.id), Some(&application.name), application.description.as_ref()];
        (kinds.is_empty() || kinds.contains(&application.kind))
            && third_party.is_none_or(|wanted| wanted == application.is_third_party)
            && !holders.is_some_and(|holders| holders.contains(&application.id))
            && search.finds(FIELDS, &held.map(|held| held.map(String::as_str)))
    };
    let found: Vec<&Application> = store.applications.iter().filter(wanted).collect();
    Ok(page.or_all(&shared, found.iter().map(|application| application.json(shared.context.version))))
}

/// The wanted types, all if there are none, and whether third-party applications are wanted.
fn filters(params: &Params) -> Result<(Vec<String>, Option<bool>), ApiError> {
    let mut query = Map::new();
    for name in ["types", "isThirdParty"] {
        let mut given: Vec<Value> = params.all(name).map(Value::from).collect();
        match given.len() {
            0 => {}
            1 => drop(query.insert(name.to_owned(), given.remove(0))),
            _ => drop(query.insert(name.to_owned(), given.into())),
        }
    }
    let query = FILTERS.parse_part("query", query.into())?;
    let kinds = match query.get("types") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        Some(Value::String(kind)) => vec![kind.clone()],
        _ => vec![],
    };
    Ok((kinds, query.get("isThirdParty").map(|text| text == "true")))
}

refusals! {
    /// Why an application is not created or changed.
    enum ChangeError {
        #[error("applications for SAML have their own API")]
        Saml => Code::ApplicationSamlUseSamlAppApi.error(),
        #[error("only native applications use the device flow")]
        DeviceFlow => Code::ApplicationDeviceFlowNativeOnly.error(),
        #[error("the device flow of an application cannot be switched on or off")]
        FixedDeviceFlow => Code::ApplicationDeviceFlowNotChangeable.error(),
        #[error("a protected application needs metadata")]
        NoMetadata => Code::ApplicationProtectedAppMetadataIsRequired.error(),
        #[error("only Logto Cloud protects applications")]
        NotProtected => Code::ApplicationProtectedAppNotConfigured.error(),
        #[error("the application is not protected")]
        ProtectedOnly => Code::ApplicationProtectedApplicationOnly.error(),
        #[error("an application of this type cannot be a third party's")]
        ThirdParty => Code::ApplicationInvalidThirdPartyApplicationType.error(),
        #[error("a third party must not exchange tokens")]
        ThirdPartyExchange => Code::ApplicationThirdPartyApplicationCannotEnableTokenExchange.error(),
        #[error("no application has the id `{0}`")]
        Unknown(id: String) => unknown(id),
        // Rules need organizations or roles of an application, which the double does not support.
        #[error("access control without rules")]
        NoRules => ApiError {
            status: 422,
            ..Code::RequestInvalidInput.about(&[
                "Application access control must include at least one rule before it can be enabled.",
            ])
        },
    }
}

/// `POST /applications`: 200, not 201, and the response has no secret.
pub(super) fn create(shared: Authorized, text: String) -> Answer {
    let mut application = made(&shared, &CREATE.members(&text)?)?;
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

fn made(shared: &Shared, members: &Map<String, Value>) -> Result<Application, ChangeError> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let (kind, name) = (text("type").unwrap_or_default(), text("name").unwrap_or_default());
    if kind == "SAML" {
        return Err(ChangeError::Saml);
    }
    let custom = |name: &str| members.get("customClientMetadata").is_some_and(|custom| custom[name] == true);
    if kind != "Native" && custom("isDeviceFlow") {
        return Err(ChangeError::DeviceFlow);
    }
    let has_metadata = members.contains_key("protectedAppMetadata");
    if kind == "Protected" && !has_metadata {
        return Err(ChangeError::NoMetadata);
    }
    let is_third_party = members.get("isThirdParty") == Some(&Value::Bool(true));
    if is_third_party && !matches!(kind, "Traditional" | "SPA" | "Native") {
        return Err(ChangeError::ThirdParty);
    }
    if is_third_party && custom("allowTokenExchange") {
        return Err(ChangeError::ThirdPartyExchange);
    }
    if kind == "Protected" {
        return Err(ChangeError::NotProtected);
    }
    let now = shared.context.clock.millis();
    let secret = ApplicationSecret {
        name: "Default secret".to_owned(),
        value: shared.secret(),
        created_at: now,
        expires_at: None,
    };
    let given = |name: &str| members.get(name).map_or_else(|| json!({}), column);
    let mut oidc = Map::from_iter([
        ("redirectUris".to_owned(), json!([])),
        ("postLogoutRedirectUris".to_owned(), json!([])),
    ]);
    oidc.extend(given("oidcClientMetadata").as_object().cloned().unwrap_or_default());
    Ok(Application {
        id: shared.long_id(),
        name: name.to_owned(),
        description: text("description").map(ToOwned::to_owned),
        kind: kind.to_owned(),
        oidc_client_metadata: column(&oidc.into()),
        custom_client_metadata: given("customClientMetadata"),
        custom_data: given("customData"),
        is_third_party,
        consent: ConsentScopes::default(),
        branding: None,
        created_at: now,
        secrets: if matches!(kind, "Traditional" | "MachineToMachine") { vec![secret] } else { vec![] },
    })
}

/// The body of a new application.
static CREATE: Guard = Object(&[
    ("name", NAME),
    ("description", Optional(&Nullable(&TEXT))),
    ("type", Choice(&KINDS)),
    ("oidcClientMetadata", Optional(&OIDC)),
    ("customClientMetadata", Optional(&CUSTOM)),
    ("customData", Optional(&DATA)),
    ("isThirdParty", Optional(&FLAG)),
    ("protectedAppMetadata", Optional(&Object(&[("subDomain", Text(&[])), ("origin", Text(&[]))]))),
]);

/// The body of a change. Type and owner cannot be changed: they are dropped.
static CHANGE: Guard = Object(&[
    ("name", Optional(&NAME)),
    ("description", Optional(&Nullable(&TEXT))),
    ("oidcClientMetadata", Optional(&OIDC)),
    ("customClientMetadata", Optional(&CUSTOM)),
    ("customData", Optional(&DATA)),
    ("appLevelAccessControlEnabled", Optional(&FLAG)),
    ("protectedAppMetadata", Optional(&Nullable(&PROTECTED))),
    ("isAdmin", Optional(&FLAG)),
]);

const NAME: Guard = Text(&[Rule::Least(1), Rule::Most(256)]);
static TEXT: Guard = Text(&[]);
static FLAG: Guard = Flag;
static NUMBER: Guard = Number(&[]);
static DATA: Guard = Record(&Guard::Anything);

/// Both lists are required, and contain absolute URLs.
static OIDC: Guard = Object(&[
    ("redirectUris", List(&URI)),
    ("postLogoutRedirectUris", List(&URI)),
    ("backchannelLogoutUri", Optional(&Text(&[Rule::Url]))),
    ("backchannelLogoutSessionRequired", Optional(&FLAG)),
    ("logoUri", Optional(&TEXT)),
]);
static URI: Guard = Text(&[Rule::Passes(redirect_uri::may_be_registered)]);

static CUSTOM: Guard = Object(&[
    ("corsAllowedOrigins", Optional(&List(&Text(&[Rule::Least(1)])))),
    ("idTokenTtl", Optional(&NUMBER)),
    ("refreshTokenTtl", Optional(&NUMBER)),
    ("refreshTokenTtlInDays", Optional(&Number(&[Bound::Whole, Bound::Least(1), Bound::Most(180)]))),
    ("tenantId", Optional(&TEXT)),
    ("alwaysIssueRefreshToken", Optional(&FLAG)),
    ("rotateRefreshToken", Optional(&FLAG)),
    ("allowTokenExchange", Optional(&FLAG)),
    ("isDeviceFlow", Optional(&FLAG)),
    ("maxAllowedGrants", Optional(&Number(&[Bound::Whole, Bound::Above(0)]))),
]);

static PROTECTED: Guard = Object(&[
    ("origin", Optional(&TEXT)),
    ("sessionDuration", Optional(&NUMBER)),
    ("pageRules", Optional(&List(&Object(&[("path", Text(&[]))])))),
    ("additionalScopes", Optional(&List(&TEXT))),
]);

/// `GET /applications/:id`.
pub(super) fn read(shared: Authorized, Path(id): Path<String>) -> Answer {
    let mut answer =
        shared.store().application(&id).ok_or_else(|| unknown(&id))?.json(shared.context.version);
    answer["isAdmin"] = Value::Bool(false);
    Ok(Json(answer))
}

/// `PATCH /applications/:id` replaces the given members wholesale.
pub(super) fn patch(shared: Authorized, Path(id): Path<String>, text: String) -> Answer {
    let members = CHANGE.members(&text)?;
    let mut store = shared.store();
    Ok(Json(changed(&mut store, id, members)?))
}

fn changed(store: &mut Store, id: String, members: Map<String, Value>) -> Result<Value, ChangeError> {
    let version = store.version;
    let Some(application) = store.application_mut(&id) else { return Err(ChangeError::Unknown(id)) };
    if members.get("appLevelAccessControlEnabled") == Some(&Value::Bool(true)) {
        return Err(ChangeError::NoRules);
    }
    if let Some(custom) = members.get("customClientMetadata") {
        if application.is_third_party && custom["allowTokenExchange"] == true {
            return Err(ChangeError::ThirdPartyExchange);
        }
        if (custom["isDeviceFlow"] == true) != (*application.custom("isDeviceFlow") == true) {
            return Err(ChangeError::FixedDeviceFlow);
        }
    }
    if members.get("protectedAppMetadata").is_some_and(|metadata| !metadata.is_null()) {
        return Err(ChangeError::ProtectedOnly);
    }
    for (name, value) in members {
        match name.as_str() {
            "name" => value.as_str().unwrap_or_default().clone_into(&mut application.name),
            "description" => application.description = value.as_str().map(ToOwned::to_owned),
            "oidcClientMetadata" => application.oidc_client_metadata = column(&value),
            "customClientMetadata" => application.custom_client_metadata = column(&value),
            "customData" => application.custom_data = column(&value),
            _ => {}
        }
    }
    Ok(application.json(version))
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
