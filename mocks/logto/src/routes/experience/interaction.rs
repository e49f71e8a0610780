//! Finding the interaction, restarting it, and changing its event (contract §2, §2.1 step 1).

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use oauth::params::Params;
use serde_json::{Map, Value};

use crate::shared::Shared;
use crate::store::{Experience, Interaction, Profile, Store};
use crate::version::Fact;
use crate::wire::{Answer, ApiError, Code, Cookies, OidcError, body};

/// Why a call has no started interaction.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(in crate::routes) enum InteractionError {
    #[error("the _interaction cookie is missing, or its signature is invalid")]
    NoCookie {
        /// Whether the answer names the cookie.
        named: bool,
    },
    #[error("the interaction of the _interaction cookie has ended or expired")]
    NoSession,
    #[error("the session in which the interaction began has ended")]
    SessionOver,
    #[error("the application of the request is not that of the interaction")]
    OtherApplication,
    #[error("PUT /api/experience has not been called for this interaction")]
    NotStarted,
}

impl IntoResponse for InteractionError {
    fn into_response(self) -> Response {
        let oidc = |text: &str| OidcError::invalid_request(text).response(self.to_string());
        match self {
            Self::NoCookie { named: true } => oidc("interaction session id cookie not found"),
            Self::NoCookie { named: false } | Self::NoSession => oidc("interaction session not found"),
            Self::SessionOver => oidc("session not found"),
            Self::OtherApplication => oidc("interaction client_id mismatch"),
            Self::NotStarted => Code::SessionInteractionNotFound.error().response(self.to_string()),
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

/// A call of the sign-in page in a running interaction: the double's state, and what selects the
/// interaction. As an extractor it refuses a call without one before the body is parsed (trial of a real
/// Logto, §5 no. 6).
#[derive(Debug)]
pub(in crate::routes) struct Call {
    shared: Arc<Shared>,
    headers: HeaderMap,
    /// `Logto-App-Id` or `?app_id=`, which selects one if the cookie has several.
    app_id: Option<String>,
}

impl Deref for Call {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl FromRequestParts<Arc<Shared>> for Call {
    type Rejection = InteractionError;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, InteractionError> {
        let call = Self::of(parts, shared);
        call.interaction(&mut call.store())?;
        Ok(call)
    }
}

/// The same after `PUT /api/experience`, as nearly every call needs it.
#[derive(Debug)]
pub(in crate::routes) struct Started(Call);

impl Deref for Started {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.0
    }
}

impl FromRequestParts<Arc<Shared>> for Started {
    type Rejection = InteractionError;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, InteractionError> {
        let call = Call::from_request_parts(parts, shared).await?;
        call.experience(&mut call.store())?.takes_over = false;
        Ok(Self(call))
    }
}

impl Call {
    pub(super) fn of(parts: &Parts, shared: &Arc<Shared>) -> Self {
        let by_header = parts.headers.get("logto-app-id").and_then(|value| value.to_str().ok());
        let query = Params::parse(parts.uri.query().unwrap_or_default());
        let app_id = by_header.or_else(|| query.first("app_id")).map(ToOwned::to_owned);
        Self { shared: shared.clone(), headers: parts.headers.clone(), app_id }
    }

    /// The interaction.
    pub(super) fn interaction<'s>(
        &self,
        store: &'s mut Store,
    ) -> Result<&'s mut Interaction, InteractionError> {
        let cookies = Cookies::of(&self.headers);
        let uid = interaction_uid(self, &cookies, self.app_id.as_deref())
            .or_else(|| interaction_uid(self, &cookies, None))
            .ok_or_else(|| InteractionError::NoCookie { named: self.has(Fact::NamesInteractionCookie) })?;
        let now = self.now();
        if store.interactions.get(&uid).is_some_and(|found| found.expires > now && store.is_orphaned(found)) {
            return Err(InteractionError::SessionOver);
        }
        let found = store.interactions.get_mut(&uid).filter(|interaction| interaction.expires > now);
        let interaction = found.ok_or(InteractionError::NoSession)?;
        if self.app_id.as_ref().is_some_and(|id| *id != interaction.request.client_id) {
            return Err(InteractionError::OtherApplication);
        }
        Ok(interaction)
    }

    /// The state of the Experience API within the interaction.
    pub(super) fn experience<'s>(
        &self,
        store: &'s mut Store,
    ) -> Result<&'s mut Experience, InteractionError> {
        self.interaction(store)?.experience.as_mut().ok_or(InteractionError::NotStarted)
    }
}

/// `PUT /api/experience`: starts or restarts the interaction.
pub(super) fn start(call: Call, text: String) -> Answer<StatusCode> {
    let members = body::object(&text)?;
    let (event, has_token) = (event(&members)?, has_captcha_token(&members)?);
    let mut store = call.store();
    // `signInMode` is not checked here (contract §11).
    let interaction = call.interaction(&mut store)?;
    if has_token {
        // The double has no captcha provider that could verify the token.
        return Err(Code::SessionCaptchaFailed.error().into());
    }
    interaction.experience = Some(Experience {
        event,
        verifications: vec![],
        skips_captcha: false,
        profile: Profile::default(),
        takes_over: false,
        user: None,
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /api/experience/interaction-event`. Another event clears what the person has entered.
pub(super) fn change_event(call: Started, text: String) -> Answer<StatusCode> {
    let event = event(&body::object(&text)?)?;
    let mut store = call.store();
    allowed(&store, &event)?;
    let experience = call.experience(&mut store)?;
    // A forgotten password cannot turn into a sign-in, nor the other way round.
    if [&event, &experience.event].into_iter().filter(|event| *event == "ForgotPassword").count() == 1 {
        return Err(Code::SessionNotSupportedForForgotPassword.error().into());
    }
    if experience.event != event {
        experience.profile = Profile::default();
    }
    experience.event = event;
    Ok(StatusCode::NO_CONTENT)
}

const EVENTS: [&str; 3] = ["SignIn", "Register", "ForgotPassword"];

fn event(members: &Map<String, Value>) -> Result<String, ApiError> {
    body::without([body::needed_choice(members, &["interactionEvent"], &EVENTS)])?;
    Ok(members.get("interactionEvent").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Whether the body has a captcha token.
fn has_captcha_token(members: &Map<String, Value>) -> Result<bool, ApiError> {
    body::without([body::typed(members, &["captchaToken"], "string")])?;
    Ok(members.get("captchaToken").and_then(Value::as_str).is_some_and(|token| !token.is_empty()))
}

/// `signInMode` (contract §2.1).
pub(super) fn allowed(store: &Store, event: &str) -> Result<(), ApiError> {
    let mode = store.sign_in_experience.get("signInMode").and_then(Value::as_str).unwrap_or_default();
    if mode == "SignIn" && event == "Register" || mode == "Register" && event == "SignIn" {
        return Err(Code::AuthForbidden.error());
    }
    Ok(())
}
