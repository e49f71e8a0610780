//! `GET /consent` (contract §1.5): a first-party application is consented to by
//! the server.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;

use crate::routes::experience::interaction_uid;
use crate::shared::Shared;
use crate::store::{Grant, Prompt, lifetime};
use crate::wire::{self, ApiError, Cookies};

/// Grants exactly what is missing and goes on.
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let cookies = Cookies::of(&headers);
    let now = shared.now();
    let mut store = shared.store();
    let uid = interaction_uid(&shared, &cookies, params.first("app_id"));
    let found = uid.and_then(|uid| store.interactions.get(&uid)).filter(|found| found.expires > now).cloned();
    let Some(interaction) = found else {
        let response = wire::redirect(StatusCode::FOUND, &shared.endpoint("/unknown-session"));
        return kit::note(response, "no interaction is under way for this browser and application");
    };
    let session = interaction.session_uid.as_ref().and_then(|uid| store.session_by_uid(uid)).cloned();
    let (Prompt::Consent, Some(session)) = (interaction.prompt, session) else {
        return ApiError::no_session().response("the login is not done yet");
    };
    let client = interaction.request.client_id.clone();
    let wanted = interaction.request.granted_scopes();
    let id = session.authorizations.get(&client).cloned().unwrap_or_else(|| shared.opaque());
    let grant = store.grants.entry(id.clone()).or_insert_with(|| Grant {
        account: session.account.clone().unwrap_or_default(),
        client: client.clone(),
        scopes: oauth::Scopes::default(),
        expires: now + lifetime::GRANT,
    });
    wanted.iter().for_each(|scope| grant.scopes.insert(scope));
    // The first application that a user consents to stays with the user.
    if let Some(user) = session.account.and_then(|account| store.user_mut(&account)) {
        user.application_id.get_or_insert(client);
    }
    if let Some(interaction) = store.interactions.get_mut(&interaction.uid) {
        interaction.grant = Some(id);
    }
    wire::redirect(StatusCode::FOUND, &shared.endpoint(&format!("/oidc/auth/{}", interaction.uid)))
}
