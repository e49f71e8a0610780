//! `/api/interaction/consent`: the data of the consent page of a third-party application, and its
//! button (contract §1.5).

use serde_json::{Value, json};

use super::interaction::Call;
use crate::routes::oidc;
use crate::store::{Branding, Interaction, Prompt, Session, Store};
use crate::wire::{Answer, ApiError, Code, Json, body, refusals, without_nulls};

refusals! {
    /// Why nothing is shown or consented to.
    enum ConsentError {
        #[error("the user is not a member of the organization `{0}`")]
        Organization(_: String) => Code::OrganizationRequireMembership.error(),
        #[error("the login is not complete yet")]
        NotSignedIn => ApiError::no_session(),
        #[error("the application or the user of the interaction no longer exists")]
        Gone => ApiError::not_found(),
    }
}

/// The data that the page shows.
pub(super) fn get(call: Call) -> Answer {
    let mut store = call.store();
    let (interaction, session) = running(&call, &mut store)?;
    Ok(Json(shown(&store, &interaction, &session)?))
}

/// The consent button.
pub(super) fn post(call: Call, text: String) -> Answer {
    let mut store = call.store();
    let (interaction, session) = running(&call, &mut store)?;
    no_organizations(&text)?;
    Ok(Json(json!({ "redirectTo": oidc::allow(&call, &mut store, &interaction, &session) })))
}

/// Organizations may be chosen, but no user is a member of any.
fn no_organizations(text: &str) -> Answer<()> {
    let members = body::object(text)?;
    let mut issues = vec![body::typed(&members, &["organizationIds"], "array")];
    issues.extend(body::text_items(&members, "organizationIds"));
    body::without(issues)?;
    match body::texts(&members, "organizationIds").first() {
        Some(id) => Err(ConsentError::Organization((*id).to_owned()).into()),
        None => Ok(()),
    }
}

/// The interaction, and the session that waits for the consent.
fn running(call: &Call, store: &mut Store) -> Answer<(Interaction, Session)> {
    let interaction = call.interaction(store)?.clone();
    let session = interaction.session_uid.as_ref().and_then(|uid| store.session_by_uid(uid)).cloned();
    match (interaction.prompt, session) {
        (Prompt::Consent, Some(session)) => Ok((interaction, session)),
        _ => Err(ConsentError::NotSignedIn.into()),
    }
}

/// Scopes that are not shown to the person.
const SILENT: [&str; 2] = ["openid", "offline_access"];

fn shown(store: &Store, interaction: &Interaction, session: &Session) -> Result<Value, ConsentError> {
    let request = &interaction.request;
    let application = store.application(&request.client_id).ok_or(ConsentError::Gone)?;
    let user = session.account.as_ref().and_then(|id| store.user(id)).ok_or(ConsentError::Gone)?;
    let mut of_application = json!({ "id": application.id, "name": application.name });
    for (name, value) in application.branding.iter().flat_map(Branding::of_consent_page) {
        of_application[name] = value;
    }
    let missing: Vec<&str> =
        interaction.missing_scopes.iter().filter(|scope| !SILENT.contains(scope)).collect();
    let shown = json!({
        "application": of_application,
        "user": {
            "id": user.id,
            "name": user.name,
            "avatar": user.avatar,
            "username": user.username,
            "primaryEmail": user.primary_email,
            "primaryPhone": user.primary_phone,
        },
        "organizations": [],
        "missingOIDCScope": (!interaction.missing_scopes.is_empty()).then_some(missing),
        "missingResourceScopes": resource_scopes(store, interaction),
        // A device has no redirect URI.
        "redirectUri": request.device_code.is_none().then_some(&request.redirect_uri),
    });
    Ok(without_nulls(shown).into())
}

/// The requested scopes of APIs, by resource.
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
