//! `/api/interaction/consent`: what the consent page of a third-party
//! application shows, and its button (contract §1.5).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::interaction::{self, InteractionError};
use crate::routes::oidc;
use crate::shared::Shared;
use crate::store::{Interaction, Prompt, Session, Store};
use crate::wire::{self, ApiError, body};

/// Why nothing is shown or consented to.
#[derive(Debug, thiserror::Error)]
enum ConsentError {
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    #[error("{}", .0.message)]
    Body(ApiError),
    #[error("the user is no member of the organization `{0}`")]
    Organization(String),
    #[error("the login is not done yet")]
    NotSignedIn,
    #[error("the application or the user of the interaction is gone")]
    Gone,
}

impl ConsentError {
    fn response(&self) -> Response {
        let error = match self {
            Self::Interaction(error) => return error.response(),
            Self::Body(error) => error.clone(),
            Self::Organization(_) => ApiError::new(
                422,
                "organization.require_membership",
                "The user must be a member of the organization to proceed.",
            ),
            Self::NotSignedIn => ApiError::no_session(),
            Self::Gone => ApiError::not_found(),
        };
        error.response(self.to_string())
    }
}

/// What the page shows.
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let mut store = shared.store();
    let shown = running(&shared, &mut store, query.as_deref(), &headers)
        .and_then(|(interaction, session)| shown(&store, &interaction, &session));
    match shown {
        Ok(shown) => wire::json(StatusCode::OK, &shown),
        Err(error) => error.response(),
    }
}

/// The button.
pub(super) async fn post(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    text: String,
) -> Response {
    let mut store = shared.store();
    let done = running(&shared, &mut store, query.as_deref(), &headers).and_then(|(interaction, session)| {
        no_organizations(&text)?;
        Ok(oidc::allow(&shared, &mut store, &interaction, &session))
    });
    match done {
        Ok(location) => wire::json(StatusCode::OK, &json!({ "redirectTo": location })),
        Err(error) => error.response(),
    }
}

/// Organizations may be chosen, but nobody is a member of any.
fn no_organizations(text: &str) -> Result<(), ConsentError> {
    let members = body::object(text).map_err(ConsentError::Body)?;
    let mut issues = vec![body::typed(&members, &["organizationIds"], "array")];
    issues.extend(body::text_items(&members, "organizationIds"));
    body::without(issues).map_err(ConsentError::Body)?;
    match body::texts(&members, "organizationIds").first() {
        Some(id) => Err(ConsentError::Organization((*id).to_owned())),
        None => Ok(()),
    }
}

/// The interaction, and the session that waits for the consent.
fn running(
    shared: &Shared,
    store: &mut Store,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<(Interaction, Session), ConsentError> {
    let interaction = interaction::find(shared, store, headers, query)?.clone();
    let session = interaction.session_uid.as_ref().and_then(|uid| store.session_by_uid(uid)).cloned();
    match (interaction.prompt, session) {
        (Prompt::Consent, Some(session)) => Ok((interaction, session)),
        _ => Err(ConsentError::NotSignedIn),
    }
}

/// Of no interest to the person.
const SILENT: [&str; 2] = ["openid", "offline_access"];

fn shown(store: &Store, interaction: &Interaction, session: &Session) -> Result<Value, ConsentError> {
    let request = &interaction.request;
    let application = store.application(&request.client_id).ok_or(ConsentError::Gone)?;
    let user = session.account.as_ref().and_then(|id| store.user(id)).ok_or(ConsentError::Gone)?;
    let mut shown = Map::new();
    let mut of_application = Map::new();
    of_application.insert("id".to_owned(), json!(application.id));
    of_application.insert("name".to_owned(), json!(application.name));
    if let Some(branding) = &application.branding {
        of_application.extend(branding.of_consent_page());
    }
    shown.insert("application".to_owned(), Value::Object(of_application));
    let user = json!({
        "id": user.id,
        "name": user.name,
        "avatar": user.avatar,
        "username": user.username,
        "primaryEmail": user.primary_email,
        "primaryPhone": user.primary_phone,
    });
    shown.insert("user".to_owned(), user);
    shown.insert("organizations".to_owned(), json!([]));
    if !interaction.missing_scopes.is_empty() {
        let scopes: Vec<&str> =
            interaction.missing_scopes.iter().filter(|scope| !SILENT.contains(scope)).collect();
        shown.insert("missingOIDCScope".to_owned(), json!(scopes));
    }
    shown.insert("missingResourceScopes".to_owned(), resource_scopes(store, interaction));
    // A device has none.
    if request.device_code.is_none() {
        shown.insert("redirectUri".to_owned(), json!(request.redirect_uri));
    }
    Ok(Value::Object(shown))
}

/// Scopes of APIs that are asked for, by resource.
fn resource_scopes(store: &Store, interaction: &Interaction) -> Value {
    let missing = interaction.missing_resource_scopes.iter();
    let shown = missing.filter_map(|(indicator, missing)| {
        let resource = store.resource(indicator)?;
        let scopes = resource
            .scopes
            .iter()
            .filter(|scope| missing.contains(&scope.name))
            .map(|scope| json!({ "id": scope.id, "name": scope.name, "description": scope.description }));
        let of = json!({ "name": resource.name, "indicator": resource.indicator, "id": resource.id });
        Some(json!({ "resource": of, "scopes": scopes.collect::<Vec<_>>() }))
    });
    shown.collect()
}
