//! Social sign-in: there and back, and what follows (contract §2.1 and §2.3).

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::Url;

use super::api::{APP_ID, Called};
use super::document::{SHOWN, Settings, Terms, VERIFICATION};
use super::driver::{AfterTerms, SigninPage, granted};
use super::failure::Attempt;
use super::fallback;
use super::outcome::{Arrival, SigninPageError};
use super::route::Route;

/// The key of the tab's `sessionStorage` for the state of a connector's sign-in.
const STATE: &str = "social_auth_state";

impl SigninPage<'_> {
    pub(super) async fn start(&mut self, connector: &str) -> Result<Arrival, SigninPageError> {
        let state = self.random.base64url(8);
        self.api.store(&state_of(connector), &state);
        granted!(self, self.begin("SignIn").await?);
        let body = json!({ "state": state, "redirectUri": self.callback(connector) });
        let path = format!("api/experience/verification/social/{connector}/authorization-uri");
        let reply = granted!(self, self.api.call(Method::POST, &path, Some(&body)).await?);
        let verification = reply.text("verificationId")?;
        self.verifies(verification);
        fallback::keep(&mut self.api, &state, connector, verification);
        self.api.go(reply.text("authorizationUri")?).await?;
        Ok(Arrival::Moved)
    }

    /// Takes note of the verification that is under way.
    fn verifies(&mut self, verification: &str) {
        self.api.remember(VERIFICATION, verification);
        let ids = json!({ "Social": verification }).to_string();
        let key = self.verification_ids();
        self.api.store(&key, &ids);
    }

    /// `/callback/<connector>` becomes `/callback/social/<connector>`, with what the provider sent in the query
    /// or after `#`. Returns the new address.
    pub(super) fn callback_noted(&mut self, connector: &str) -> Result<Url, SigninPageError> {
        let address = self.address()?;
        let fragment = form_urlencoded::parse(address.fragment().unwrap_or_default().as_bytes());
        let pairs = address.query_pairs().chain(fragment);
        let pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        self.shows(&format!("/callback/social/{connector}"), &pairs, None, true)?;
        let address = self.address()?.clone();
        self.api.remember(SHOWN, address.as_str());
        Ok(address)
    }

    /// Does what the page does when the provider has sent the person back. `state` can be used once,
    /// whatever the result.
    pub(super) async fn returned(
        &mut self,
        settings: &Settings,
        connector: &str,
        address: &Url,
    ) -> Result<Arrival, SigninPageError> {
        if !settings.buttons().iter().any(|button| button.id == connector) {
            // The page knows no such connector, and goes to the sign-in page.
            self.api.walker.shows_address(self.api.tab, "/sign-in", None, false)?;
            self.first_page(settings, false)?;
            return Ok(Arrival::SentBack);
        }
        // If a parameter is repeated, the page sees the last one (`Object.fromEntries`); and it decodes
        // each once more.
        let mut data = Map::new();
        for (name, value) in address.query_pairs() {
            let value = percent_decode_str(&value).decode_utf8_lossy().into_owned();
            data.insert(name.into_owned(), Value::String(value));
        }
        let state = data.shift_remove("state");
        self.api.walker.shows_address(self.api.tab, address.path(), None, true)?;
        let state = state.as_ref().and_then(Value::as_str);
        match self.validated(connector, state) {
            Ok(verification) => self.verify(connector, &verification, data).await,
            Err(fault) => {
                self.shows_sign_in(settings, false)?;
                Ok(fault)
            }
        }
    }

    /// The verification that this state belongs to, or the fault that the page shows.
    fn validated(&mut self, connector: &str, state: Option<&str>) -> Result<String, Arrival> {
        let state = state.filter(|state| !state.is_empty()).ok_or(Arrival::StateMismatch)?;
        match self.api.forget(&state_of(connector)) {
            Some(expected) if expected == state => {
                fallback::take(&mut self.api, state);
                self.api.remembered(VERIFICATION).ok_or(Arrival::SessionNotFound)
            }
            // Not looked up elsewhere: this state may have been put into the URL by an attacker.
            Some(_) => Err(Arrival::StateMismatch),
            None => {
                let kept = fallback::take(&mut self.api, state).filter(|kept| kept.is_of(connector));
                let kept = kept.ok_or(Arrival::StateMismatch)?;
                if let Some(app_id) = &kept.app_id {
                    self.api.store(APP_ID, app_id);
                }
                self.verifies(&kept.verification_id);
                Ok(kept.verification_id)
            }
        }
    }

    /// Everything that the provider sent, except `state`, goes to the connector.
    async fn verify(
        &mut self,
        connector: &str,
        verification: &str,
        sent: Map<String, Value>,
    ) -> Result<Arrival, SigninPageError> {
        let mut data = Map::new();
        data.insert("redirectUri".to_owned(), json!(self.callback(connector)));
        data.extend(sent);
        let body = json!({ "verificationId": verification, "connectorData": data });
        let path = format!("api/experience/verification/social/{connector}/verify");
        let reply = match self.api.call(Method::POST, &path, Some(&body)).await? {
            Ok(reply) => reply,
            Err(failed) => return self.leaves(failed).await,
        };
        // The page continues with the ID that is returned.
        let verification = reply.text("verificationId")?.to_owned();
        self.verifies(&verification);
        self.sign_in(connector, &verification).await
    }

    async fn sign_in(&mut self, connector: &str, verification: &str) -> Result<Arrival, SigninPageError> {
        let attempt = Attempt { event: "SignIn", connector: None, replaces: true, leaves: true };
        let failed = match self.identify(&json!({ "verificationId": verification })).await? {
            Ok(()) => return self.submit(attempt).await,
            Err(failed) => failed,
        };
        if failed.code() != Some("user.identity_not_exist") {
            return self.ends(failed, attempt).await;
        }
        let settings = granted!(self, self.settings().await?);
        match related_user(&failed.body) {
            Some(_) if settings.links_by_itself() => self.link_identity(verification).await,
            Some((kind, value)) => {
                let state = json!({ "relatedUser": { "type": kind, "value": value } });
                self.shows(&format!("/social/link/{connector}"), &[], Some(&state), true)?;
                Ok(Arrival::LinkOrRegister { kind, value, may_register: !settings.only_signs_in() })
            }
            // The page of a tenant that accepts no new people does not even try.
            None if settings.only_signs_in() => self.leaves(failed).await,
            None => self.create_account(&settings, connector, verification, true).await,
        }
    }

    /// If the person had to agree to the terms before the social button, the page does not ask again.
    async fn create_account(
        &mut self,
        settings: &Settings,
        connector: &str,
        verification: &str,
        replaces: bool,
    ) -> Result<Arrival, SigninPageError> {
        let (connector, verification) = (connector.to_owned(), verification.to_owned());
        let after = AfterTerms::Account {
            connector: connector.clone(),
            verification: verification.clone(),
            replaces,
        };
        if self.asks_to_agree(settings.terms() == Terms::AtRegistration, &after) {
            return Ok(Arrival::AsksToAgree);
        }
        self.create_agreed(&connector, &verification, replaces).await
    }

    pub(super) async fn create_agreed(
        &mut self,
        connector: &str,
        verification: &str,
        replaces: bool,
    ) -> Result<Arrival, SigninPageError> {
        let attempt = Attempt { event: "Register", connector: Some(connector), replaces, leaves: false };
        let turned = self.turn_to("Register").await?;
        let identified = match turned {
            Ok(()) => self.identify(&json!({ "verificationId": verification })).await?,
            failed => failed,
        };
        match identified {
            Ok(()) => self.submit(attempt).await,
            Err(failed) => self.ends(failed, attempt).await,
        }
    }

    async fn link_identity(&mut self, verification: &str) -> Result<Arrival, SigninPageError> {
        let attempt = Attempt { event: "SignIn", connector: None, replaces: false, leaves: false };
        let body = json!({ "verificationId": verification, "linkSocialIdentity": true });
        let identified = match self.turn_to("SignIn").await? {
            Ok(()) => self.identify(&body).await?,
            failed => failed,
        };
        match identified {
            Ok(()) => self.submit(attempt).await,
            Err(failed) => self.ends(failed, attempt).await,
        }
    }

    /// The question of `/social/link/<connector>`: whose account has the e-mail address is kept in
    /// `history.state`.
    pub(super) fn asks_to_link(&self, settings: &Settings) -> Option<Arrival> {
        let state = self.api.walker.history_state(self.api.tab)?;
        let (kind, value) = related_user(&json!({ "data": serde_json::from_str::<Value>(state).ok()? }))?;
        self.api.remembered(VERIFICATION)?;
        Some(Arrival::LinkOrRegister { kind, value, may_register: !settings.only_signs_in() })
    }

    /// The connector and the verification of the question that the page asks.
    async fn asked_to_link(&mut self) -> Result<(Settings, String, String), SigninPageError> {
        let settings = self.settings().await?.map_err(|failed| SigninPageError::Refused(failed.refusal))?;
        let Route::Link(connector) = self.route()? else { return Err(SigninPageError::NotAsked) };
        self.asks_to_link(&settings).ok_or(SigninPageError::NotAsked)?;
        let verification = self.api.remembered(VERIFICATION).ok_or(SigninPageError::NotAsked)?;
        Ok((settings, connector, verification))
    }

    /// Answers [`Arrival::LinkOrRegister`] with "create a new account".
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask, [`SigninPageError::NotOffered`] if the
    /// tenant takes no new people.
    pub(crate) async fn register(&mut self) -> Result<Arrival, SigninPageError> {
        let (settings, connector, verification) = self.asked_to_link().await?;
        if settings.only_signs_in() {
            return Err(SigninPageError::NotOffered {
                what: "a new account, since the tenant takes no new people",
            });
        }
        self.create_account(&settings, &connector, &verification, false).await
    }

    /// Answers [`Arrival::LinkOrRegister`] with "link to that user".
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn link(&mut self) -> Result<Arrival, SigninPageError> {
        let (_, _, verification) = self.asked_to_link().await?;
        self.link_identity(&verification).await
    }

    async fn turn_to(&mut self, event: &str) -> Called<()> {
        let body = json!({ "interactionEvent": event });
        Ok(self.api.call(Method::PUT, "api/experience/interaction-event", Some(&body)).await?.map(|_| ()))
    }

    pub(super) async fn identify(&mut self, body: &Value) -> Called<()> {
        Ok(self.api.call(Method::POST, "api/experience/identification", Some(body)).await?.map(|_| ()))
    }

    /// Ends the interaction, and goes where Logto says.
    pub(super) async fn submit(&mut self, attempt: Attempt<'_>) -> Result<Arrival, SigninPageError> {
        let reply = match self.api.call(Method::POST, "api/experience/submit", None).await? {
            Ok(reply) => reply,
            Err(failed) => return self.ends(failed, attempt).await,
        };
        let key = self.verification_ids();
        self.api.forget(&key);
        self.api.leave(reply.text("redirectTo")?).await?;
        Ok(Arrival::Moved)
    }

    fn callback(&self, connector: &str) -> String {
        format!("{}/callback/{connector}", self.api.origin.origin().ascii_serialization())
    }
}

fn state_of(connector: &str) -> String {
    format!("{STATE}:{connector}")
}

fn related_user(body: &Value) -> Option<(String, String)> {
    let user = body.get("data")?.get("relatedUser")?;
    let text = |member: &str| user.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((text("type"), text("value")))
}
