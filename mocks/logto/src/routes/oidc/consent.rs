//! `GET /consent` (contract §1.5): the server consents to a first-party application by itself, and
//! shows the person a page for a third-party one.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::pages;
use crate::routes::experience::interaction_uid;
use crate::shared::{Shared, SharedState};
use crate::store::{Grant, Interaction, Prompt, Session, Store, lifetime};
use crate::wire::{self, ApiError, Cookies, Query};

/// Continues, or shows the page.
pub(super) fn get(State(shared): SharedState, Query(params): Query, headers: HeaderMap) -> Response {
    let cookies = Cookies::of(&headers);
    let now = shared.now();
    let mut store = shared.store();
    let uid = interaction_uid(&shared, &cookies, params.first("app_id"));
    let alive = |found: &&Interaction| found.expires > now && !store.is_orphaned(found);
    let found = uid.and_then(|uid| store.interactions.get(&uid)).filter(alive).cloned();
    let Some(interaction) = found else {
        let reason = "no interaction is in progress for this browser and application";
        return pages::unknown_session(&shared, &store, reason);
    };
    let session = interaction.session_uid.as_ref().and_then(|uid| store.session_by_uid(uid)).cloned();
    let (Prompt::Consent, Some(session)) = (interaction.prompt, session) else {
        return ApiError::no_session().response("the login is not complete yet");
    };
    let client = &interaction.request.client_id;
    let Some(application) = store.application(client) else {
        return ApiError::unknown("applications", client).response("the application was deleted meanwhile");
    };
    if application.is_third_party {
        return pages::without_settings();
    }
    wire::redirect(StatusCode::FOUND, &allow(&shared, &mut store, &interaction, &session))
}

/// Grants what the interaction requests, and returns where to continue.
pub(crate) fn allow(
    shared: &Shared,
    store: &mut Store,
    interaction: &Interaction,
    session: &Session,
) -> String {
    let client = interaction.request.client_id.clone();
    let wanted = interaction.request.granted_scopes();
    let account = session.account.clone().unwrap_or_default();
    let of_resources = interaction.request.resource_scopes(store, &account);
    let id = session.grant_of(&client).cloned().unwrap_or_else(|| shared.opaque());
    let grant = store.grants.or_insert_with(&id, || Grant {
        account: account.clone(),
        client: client.clone(),
        scopes: oauth::Scopes::default(),
        resources: indexmap::IndexMap::new(),
        expires: shared.now() + lifetime::GRANT,
    });
    wanted.iter().for_each(|scope| grant.scopes.insert(scope));
    for (resource, scopes) in of_resources {
        let granted = grant.resources.entry(resource).or_default();
        scopes.iter().for_each(|scope| granted.insert(scope));
    }
    // The first application that a user consents to is stored with the user.
    if let Some(user) = store.user_mut(&account) {
        user.application_id.get_or_insert(client);
    }
    if let Some(interaction) = store.interactions.get_mut(&interaction.uid) {
        interaction.grant = Some(id);
    }
    interaction.return_to.clone()
}
