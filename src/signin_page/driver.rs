//! The page's own logic: social sign-in (contract §2.1 and §2.3).

use http::Method;
use kit::Random;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::Url;

use super::api::{Api, granted};
use super::fallback;
use super::outcome::{Arrival, Refusal, SigninPageError};
use crate::walker::{TabId, Walker};

/// Keys of the tab's `sessionStorage`; the first is the page's own, the others stand for state that
/// the page keeps elsewhere.
const STATE: &str = "social_auth_state";
const VERIFICATION: &str = "verification_id";
const UNDECIDED: &str = "undecided_verification_id";
const APP_ID: &str = "app_id";
const EVENT: &str = "interaction_event";
const SIGN_IN_MODE: &str = "sign_in_mode";
const LINKS_BY_ITSELF: &str = "automatic_account_linking";
const TERMS_POLICY: &str = "agree_to_terms_policy";
/// What the page does after the person has agreed to the terms.
const SOCIAL_AFTER_TERMS: &str = "social_after_terms";
const REGISTER_AFTER_TERMS: &str = "register_after_terms";

/// Drives Logto's sign-in page in one tab.
#[derive(Debug)]
pub(crate) struct SigninPage<'a> {
    pub(super) api: Api<'a>,
    random: &'a Random,
}

/// What the page learns from the sign-in experience (contract §3).
struct Settings {
    /// Target and ID of each social button, in order.
    buttons: Vec<(String, String)>,
}

impl Settings {
    fn button(&self, target: &str) -> Option<&str> {
        self.buttons.iter().find(|(shown, _)| shown == target).map(|(_, id)| id.as_str())
    }

    fn shown(&self) -> String {
        let targets: Vec<&str> = self.buttons.iter().map(|(target, _)| target.as_str()).collect();
        if targets.is_empty() { "no social button at all".to_owned() } else { targets.join(", ") }
    }
}

impl<'a> SigninPage<'a> {
    /// The page that `tab` shows.
    ///
    /// # Errors
    /// [`SigninPageError::Elsewhere`] if the tab is not at `logto`.
    pub(crate) fn open(
        walker: &'a mut Walker,
        tab: TabId,
        logto: &Url,
        random: &'a Random,
    ) -> Result<Self, SigninPageError> {
        let url = walker.current(tab)?.request.url.clone();
        if url.origin() != logto.origin() {
            return Err(SigninPageError::Elsewhere { at: url.to_string() });
        }
        // The page remembers the application of its first URL in this tab.
        let app_id = match url.query_pairs().find(|(name, _)| name == APP_ID) {
            Some((_, id)) => {
                walker.store(tab, logto, APP_ID, &id);
                Some(id.into_owned())
            }
            None => walker.stored(tab, logto, APP_ID).map(ToOwned::to_owned),
        };
        Ok(Self { api: Api { walker, tab, origin: logto.clone(), app_id }, random })
    }

    /// Does what the page does without the person's help once it is shown: starts a direct sign-in,
    /// continues after the provider sent the person back, or asks for a consent. `None` if it waits
    /// for the person.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response or an answer lacks a member.
    pub(crate) async fn arrive(&mut self) -> Result<Option<Arrival>, SigninPageError> {
        let path = self.api.walker.current(self.api.tab)?.request.url.path().to_owned();
        if let Some(connector) = path.strip_prefix("/callback/") {
            return self.returned(connector).await.map(Some);
        }
        if Self::is_consent(&path) {
            return self.consent().await.map(Some);
        }
        match (path.strip_prefix("/direct/social/"), path.starts_with("/direct/")) {
            (Some(target), _) => self.direct(target).await,
            (None, true) => self.ordinary().await.map(Some),
            (None, false) => Ok(None),
        }
    }

    /// The social buttons that the page shows, by target, in order.
    ///
    /// # Errors
    /// [`SigninPageError::Refused`] if Logto does not return the page's settings.
    pub(crate) async fn social_buttons(&mut self) -> Result<Vec<String>, SigninPageError> {
        match self.settings().await? {
            Ok(settings) => Ok(settings.buttons.into_iter().map(|(target, _)| target).collect()),
            Err((refusal, _)) => Err(SigninPageError::Refused(refusal)),
        }
    }

    /// Clicks the social button of `target`, up to the authorization endpoint of the provider.
    ///
    /// # Errors
    /// [`SigninPageError::NotShown`] if the page has no such button.
    pub(crate) async fn continue_with(&mut self, target: &str) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self.settings().await?);
        match settings.button(target) {
            Some(connector) => self.start_agreed(connector).await,
            None => Err(SigninPageError::NotShown { target: target.to_owned(), shown: settings.shown() }),
        }
    }

    /// `/direct/social/<target>`: starts at once or, for a target without a button, goes on to the
    /// ordinary page.
    async fn direct(&mut self, target: &str) -> Result<Option<Arrival>, SigninPageError> {
        let target = decoded(target);
        let settings = match self.settings().await? {
            Ok(settings) => settings,
            Err((refusal, _)) => return Ok(Some(Arrival::Refused(refusal))),
        };
        match settings.button(&target) {
            Some(connector) => self.start_agreed(connector).await.map(Some),
            None => self.ordinary().await.map(Some),
        }
    }

    /// What the page does with a direct sign-in that is not possible.
    async fn ordinary(&mut self) -> Result<Arrival, SigninPageError> {
        let url = self.api.walker.current(self.api.tab)?.request.url.clone();
        let registers = url.query_pairs().any(|(name, way)| name == "fallback" && way == "register");
        self.api.go(if registers { "/register" } else { "/sign-in" }).await?;
        Ok(Arrival::Moved)
    }

    /// A browser gets the settings with the page; here they are requested from the API.
    async fn settings(&mut self) -> Result<Result<Settings, (Refusal, Value)>, SigninPageError> {
        let app_id = self.api.app_id.clone();
        let query: Vec<(&str, &str)> = app_id.iter().map(|id| ("appId", id.as_str())).collect();
        let reply = match self.api.call_with(Method::GET, "api/.well-known/sign-in-exp", &query, None).await?
        {
            Ok(reply) => reply,
            Err(refused) => return Ok(Err(refused)),
        };
        let missing = SigninPageError::Unexpected { hop: reply.hop, member: "socialConnectors" };
        let connectors = reply.body.get("socialConnectors").and_then(Value::as_array).ok_or(missing)?;
        let text = |connector: &Value, member: &str| {
            connector.get(member).and_then(Value::as_str).map(ToOwned::to_owned)
        };
        let buttons = connectors
            .iter()
            .filter_map(|connector| Some((text(connector, "target")?, text(connector, "id")?)))
            .collect();
        if let Some(mode) = text(&reply.body, "signInMode") {
            self.api.store(SIGN_IN_MODE, &mode);
        }
        // Without terms, the person does not have to agree to anything.
        let linked = ["termsOfUseUrl", "privacyPolicyUrl"].iter().filter_map(|url| text(&reply.body, url));
        let policy =
            text(&reply.body, "agreeToTermsPolicy").filter(|_| linked.into_iter().any(|url| !url.is_empty()));
        self.api.store(TERMS_POLICY, policy.as_deref().unwrap_or("Automatic"));
        let links = reply.body.pointer("/socialSignIn/automaticAccountLinking").and_then(Value::as_bool);
        self.api.store(LINKS_BY_ITSELF, if links == Some(true) { "yes" } else { "no" });
        Ok(Ok(Settings { buttons }))
    }

    /// Begins an interaction.
    pub(super) async fn begin(
        &mut self,
        event: &str,
    ) -> Result<Result<(), (Refusal, Value)>, SigninPageError> {
        self.api.store(EVENT, event);
        let body = json!({ "interactionEvent": event });
        Ok(self.api.call(Method::PUT, "api/experience", Some(&body)).await?.map(|_| ()))
    }

    /// Like [`Self::start`], unless the person must first agree to the terms.
    async fn start_agreed(&mut self, connector: &str) -> Result<Arrival, SigninPageError> {
        if self.api.stored(TERMS_POLICY).as_deref() == Some("Manual") {
            self.api.store(SOCIAL_AFTER_TERMS, connector);
            return Ok(Arrival::AsksToAgree);
        }
        self.start(connector).await
    }

    /// Answers [`Arrival::AsksToAgree`] with yes.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn agree(&mut self) -> Result<Arrival, SigninPageError> {
        if let Some(connector) = self.api.forget(SOCIAL_AFTER_TERMS) {
            return self.start(&connector).await;
        }
        let verification = self.api.forget(REGISTER_AFTER_TERMS).ok_or(SigninPageError::NotAsked)?;
        self.create_agreed(&verification).await
    }

    async fn start(&mut self, connector: &str) -> Result<Arrival, SigninPageError> {
        granted!(self.begin("SignIn").await?);
        let state = self.random.base64url(8);
        self.api.store(&key(STATE, connector), &state);
        let body = json!({ "state": state, "redirectUri": self.callback(connector) });
        let path = format!("api/experience/verification/social/{connector}/authorization-uri");
        let reply = granted!(self.api.call(Method::POST, &path, Some(&body)).await?);
        let verification = reply.text("verificationId")?;
        self.api.store(&key(VERIFICATION, connector), verification);
        fallback::keep(&mut self.api, &state, connector, verification);
        self.api.go(reply.text("authorizationUri")?).await?;
        Ok(Arrival::Moved)
    }

    /// Does what the page does when the provider sends the person back to `/callback/<connector>`.
    /// `state` can be used once, whatever the result.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response or an answer lacks a member.
    pub(crate) async fn returned(&mut self, connector: &str) -> Result<Arrival, SigninPageError> {
        let connector = &decoded(connector);
        let url = self.api.walker.current(self.api.tab)?.request.url.clone();
        let expected = self.api.forget(&key(STATE, connector));
        // If a parameter is repeated, the page sees the last one (`Object.fromEntries`).
        let came = url.query_pairs().filter(|(name, _)| name == "state").last();
        let Some(came) = came.map(|(_, value)| value.into_owned()) else {
            return Ok(Arrival::StateMismatch);
        };
        // Ignored if another state is stored, because this one may have been put into the URL by an
        // attacker.
        let kept = match &expected {
            Some(expected) if *expected != came => return Ok(Arrival::StateMismatch),
            _ => fallback::take(&mut self.api, &came),
        };
        match (expected, kept) {
            (Some(_), _) => {}
            (None, Some(kept)) if kept.connector == *connector => {
                self.api.store(&key(VERIFICATION, connector), &kept.verification);
                if let Some(app_id) = kept.app_id {
                    self.api.store(APP_ID, &app_id);
                    self.api.app_id = Some(app_id);
                }
            }
            _ => return Ok(Arrival::StateMismatch),
        }
        let Some(verification) = self.api.stored(&key(VERIFICATION, connector)) else {
            return Ok(Arrival::StateMismatch);
        };
        // Everything the provider sent, except `state`, goes to the connector.
        let mut data = Map::new();
        data.insert("redirectUri".to_owned(), json!(self.callback(connector)));
        data.extend(
            url.query_pairs()
                .filter(|(name, _)| name != "state")
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))),
        );
        let body = json!({ "verificationId": verification, "connectorData": data });
        let path = format!("api/experience/verification/social/{connector}/verify");
        let reply = granted!(self.api.call(Method::POST, &path, Some(&body)).await?);
        // The page continues with the ID that is returned.
        let verification = reply.text("verificationId")?.to_owned();
        self.api.store(&key(VERIFICATION, connector), &verification);
        self.sign_in(&verification).await
    }

    async fn sign_in(&mut self, verification: &str) -> Result<Arrival, SigninPageError> {
        let body = json!({ "verificationId": verification });
        match self.identify(&body).await? {
            Ok(()) => self.submit().await,
            Err((refusal, body)) if refusal.code.as_deref() == Some("user.identity_not_exist") => {
                match related_user(&body) {
                    Some(_) if self.api.stored(LINKS_BY_ITSELF).as_deref() == Some("yes") => {
                        self.link_identity(verification).await
                    }
                    Some((kind, value)) => {
                        self.api.store(UNDECIDED, verification);
                        Ok(Arrival::LinkOrRegister { kind, value })
                    }
                    // The page of a tenant that accepts no new people does not even try.
                    None if self.api.stored(SIGN_IN_MODE).as_deref() == Some("SignIn") => {
                        Ok(Arrival::Refused(refusal))
                    }
                    None => self.create_account(verification).await,
                }
            }
            Err((refusal, body)) => Ok(missing_profile(refusal, &body)),
        }
    }

    /// If the person agreed to the terms before the social button, the page does not ask again.
    async fn create_account(&mut self, verification: &str) -> Result<Arrival, SigninPageError> {
        if self.api.stored(TERMS_POLICY).as_deref() == Some("ManualRegistrationOnly") {
            self.api.store(REGISTER_AFTER_TERMS, verification);
            return Ok(Arrival::AsksToAgree);
        }
        self.create_agreed(verification).await
    }

    async fn create_agreed(&mut self, verification: &str) -> Result<Arrival, SigninPageError> {
        granted!(self.turn_to("Register").await?);
        match self.identify(&json!({ "verificationId": verification })).await? {
            Ok(()) => self.submit().await,
            Err((refusal, body)) => Ok(missing_profile(refusal, &body)),
        }
    }

    async fn link_identity(&mut self, verification: &str) -> Result<Arrival, SigninPageError> {
        granted!(self.turn_to("SignIn").await?);
        let body = json!({ "verificationId": verification, "linkSocialIdentity": true });
        match self.identify(&body).await? {
            Ok(()) => self.submit().await,
            Err((refusal, body)) => Ok(missing_profile(refusal, &body)),
        }
    }

    /// Answers [`Arrival::LinkOrRegister`] with "create a new account".
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn register(&mut self) -> Result<Arrival, SigninPageError> {
        let verification = self.api.forget(UNDECIDED).ok_or(SigninPageError::NotAsked)?;
        self.create_account(&verification).await
    }

    /// Answers [`Arrival::LinkOrRegister`] with "link to that user".
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn link(&mut self) -> Result<Arrival, SigninPageError> {
        let verification = self.api.forget(UNDECIDED).ok_or(SigninPageError::NotAsked)?;
        self.link_identity(&verification).await
    }

    /// Fills in what [`Arrival::MissingProfile`] asked for: `kind` is `username`, `password` or
    /// `email`. Logto sends a code to an e-mail address and asks for it; this driver does not
    /// receive the tenant's mail.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response.
    pub(crate) async fn fill(&mut self, kind: &str, value: &str) -> Result<Arrival, SigninPageError> {
        if kind == "email" {
            let event = self.api.stored(EVENT).unwrap_or_else(|| "SignIn".to_owned());
            let body = json!({ "interactionEvent": event, "identifier": { "type": kind, "value": value } });
            let path = "api/experience/verification/verification-code";
            granted!(self.api.call(Method::POST, path, Some(&body)).await?);
            return Ok(Arrival::MissingProfile(vec!["verificationCode".to_owned()]));
        }
        let body = json!({ "type": kind, "value": value });
        granted!(self.api.call(Method::POST, "api/experience/profile", Some(&body)).await?);
        if self.api.stored(EVENT).as_deref() == Some("Register")
            && let Err((refusal, body)) = self.identify(&json!({})).await?
        {
            return Ok(missing_profile(refusal, &body));
        }
        self.submit().await
    }

    async fn turn_to(&mut self, event: &str) -> Result<Result<(), (Refusal, Value)>, SigninPageError> {
        self.api.store(EVENT, event);
        let body = json!({ "interactionEvent": event });
        Ok(self.api.call(Method::PUT, "api/experience/interaction-event", Some(&body)).await?.map(|_| ()))
    }

    pub(super) async fn identify(
        &mut self,
        body: &Value,
    ) -> Result<Result<(), (Refusal, Value)>, SigninPageError> {
        Ok(self.api.call(Method::POST, "api/experience/identification", Some(body)).await?.map(|_| ()))
    }

    /// Ends the interaction, and goes where Logto says.
    pub(super) async fn submit(&mut self) -> Result<Arrival, SigninPageError> {
        let reply = match self.api.call(Method::POST, "api/experience/submit", None).await? {
            Ok(reply) => reply,
            Err((refusal, body)) => return Ok(missing_profile(refusal, &body)),
        };
        self.api.leave(reply.text("redirectTo")?).await?;
        Ok(Arrival::Moved)
    }

    fn callback(&self, connector: &str) -> String {
        format!("{}/callback/{connector}", self.api.origin.origin().ascii_serialization())
    }
}

fn key(name: &str, connector: &str) -> String {
    format!("{name}:{connector}")
}

/// A segment of a path as the page's router decodes it.
fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn related_user(body: &Value) -> Option<(String, String)> {
    let user = body.get("data")?.get("relatedUser")?;
    let text = |member: &str| user.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((text("type"), text("value")))
}

pub(super) fn missing_profile(refusal: Refusal, body: &Value) -> Arrival {
    let asked = body.pointer("/data/missingProfile").and_then(Value::as_array);
    match asked {
        Some(asked) if refusal.code.as_deref() == Some("user.missing_profile") => {
            Arrival::MissingProfile(asked.iter().filter_map(|item| Some(item.as_str()?.to_owned())).collect())
        }
        _ => Arrival::Refused(refusal),
    }
}

#[cfg(test)]
mod tests;
