//! Finding the interaction, starting it over, and changing its event
//! (contract §2, §2.1 step 1).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::{Map, Value};

use crate::shared::Shared;
use crate::store::{Experience, Interaction, Profile, Store};
use crate::wire::{ApiError, Cookies, OidcError, body};

/// No interaction, or none that has been started.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum InteractionError {
    #[error("the _interaction cookie is missing, or its signature is wrong")]
    NoCookie,
    #[error("the interaction of the _interaction cookie is over, or has expired")]
    NoSession,
    #[error("the session in which the interaction began is over")]
    SessionOver,
    #[error("the application of the request is not that of the interaction")]
    OtherApplication,
    #[error("PUT /api/experience has not been called for this interaction")]
    NotStarted,
}

impl InteractionError {
    pub(super) fn response(&self) -> Response {
        let oidc = |text: &str| OidcError::invalid_request(text).response(self.to_string());
        match self {
            Self::NoCookie => oidc("interaction session id cookie not found"),
            Self::NoSession => oidc("interaction session not found"),
            Self::SessionOver => oidc("session not found"),
            Self::OtherApplication => oidc("interaction client_id mismatch"),
            Self::NotStarted => ApiError::new(
                404,
                "session.interaction_not_found",
                "Interaction session not found. Please go back and start the session again.",
            )
            .response(self.to_string()),
        }
    }
}

/// The uid in the `_interaction` cookie: of that application, or the newest.
pub(crate) fn interaction_uid(shared: &Shared, cookies: &Cookies, app_id: Option<&str>) -> Option<String> {
    let value = cookies.signed(&shared.cookie_key, "_interaction")?;
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    let uids: Map<String, Value> = serde_json::from_str(&decoded).ok()?;
    uids.get(app_id.unwrap_or("_legacy"))?.as_str().map(ToOwned::to_owned)
}

/// The interaction of a call, picked by `Logto-App-Id` or `?app_id=` where the
/// cookie holds several.
pub(super) fn find<'a>(
    shared: &Shared,
    store: &'a mut Store,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<&'a mut Interaction, InteractionError> {
    let cookies = Cookies::of(headers);
    let by_header = headers.get("logto-app-id").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let by_query = || Params::parse(query.unwrap_or_default()).first("app_id").map(ToOwned::to_owned);
    let app_id = by_header.or_else(by_query);
    let uid = interaction_uid(shared, &cookies, app_id.as_deref())
        .or_else(|| interaction_uid(shared, &cookies, None))
        .ok_or(InteractionError::NoCookie)?;
    let now = shared.now();
    if store.interactions.get(&uid).is_some_and(|found| found.expires > now && store.is_orphaned(found)) {
        return Err(InteractionError::SessionOver);
    }
    let found = store.interactions.get_mut(&uid).filter(|interaction| interaction.expires > now);
    let interaction = found.ok_or(InteractionError::NoSession)?;
    if app_id.is_some_and(|id| id != interaction.request.client_id) {
        return Err(InteractionError::OtherApplication);
    }
    Ok(interaction)
}

/// The state of the Experience API within an interaction.
pub(super) fn started(interaction: &mut Interaction) -> Result<&mut Experience, InteractionError> {
    interaction.experience.as_mut().ok_or(InteractionError::NotStarted)
}

/// `PUT /api/experience`: starts over.
pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> Response {
    let started =
        body::object(&body).and_then(|members| Ok((event(&members)?, has_captcha_token(&members)?)));
    let (event, has_token) = match started {
        Ok(started) => started,
        Err(error) => return error.into(),
    };
    let mut store = shared.store();
    // `signInMode` is not looked at here (contract §11).
    match find(&shared, &mut store, &headers, query.as_deref()) {
        // There is no captcha provider that could vouch for it.
        Ok(_) if has_token => {
            ApiError::new(422, "session.captcha_failed", "Captcha verification failed.").into()
        }
        Ok(interaction) => {
            interaction.experience = Some(Experience {
                event,
                verifications: vec![],
                skips_captcha: false,
                passwords: vec![],
                profile: Profile::default(),
                user: None,
            });
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => error.response(),
    }
}

/// `PUT /api/experience/interaction-event`.
pub(super) async fn change_event(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> Response {
    let event = match body::object(&body).and_then(|members| event(&members)) {
        Ok(event) => event,
        Err(error) => return error.into(),
    };
    let mut store = shared.store();
    let allowed = allowed(&store, &event);
    let found = find(&shared, &mut store, &headers, query.as_deref()).and_then(started);
    let experience = match found {
        Ok(experience) => experience,
        Err(error) => return error.response(),
    };
    if event == "ForgotPassword" {
        let text = "This operation is not supported for forgot password.";
        return ApiError::new(400, "session.not_supported_for_forgot_password", text).into();
    }
    if let Err(error) = allowed {
        return error.into();
    }
    experience.event = event;
    StatusCode::NO_CONTENT.into_response()
}

const EVENTS: [&str; 3] = ["SignIn", "Register", "ForgotPassword"];

fn event(members: &Map<String, Value>) -> Result<String, ApiError> {
    body::without([body::needed_choice(members, &["interactionEvent"], &EVENTS)])?;
    Ok(members.get("interactionEvent").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Whether a token of a captcha is given.
fn has_captcha_token(members: &Map<String, Value>) -> Result<bool, ApiError> {
    body::without([body::typed(members, &["captchaToken"], "string")])?;
    Ok(members.get("captchaToken").and_then(Value::as_str).is_some_and(|token| !token.is_empty()))
}

/// `signInMode` (contract §2.1).
pub(super) fn allowed(store: &Store, event: &str) -> Result<(), ApiError> {
    let mode = store.sign_in_experience.get("signInMode").and_then(Value::as_str).unwrap_or_default();
    if mode == "SignIn" && event == "Register" || mode == "Register" && event == "SignIn" {
        let text = "Forbidden. Please check your user roles and permissions.";
        return Err(ApiError::new(403, "auth.forbidden", text));
    }
    Ok(())
}
