//! The page's forms: username and password, and what the page asks a new person for (contract §2.1). It
//! judges what is typed before it makes a call.

use http::Method;
use serde_json::{Value, json};

use super::document::{Settings, Terms};
use super::driver::{AfterTerms, SigninPage, granted};
use super::failure::Attempt;
use super::judged::{listed, password_fault, registration_fault, username_fault, username_floor};
use super::outcome::{Arrival, SigninPageError};
use super::route::Route;

const USERNAME: &str = "username";
const PASSWORD: &str = "password";
const PROFILE: &str = "api/experience/profile";
const VERIFICATION_CODE: &str = "api/experience/verification/verification-code";

impl SigninPage<'_> {
    /// Signs a local user in.
    ///
    /// # Errors
    /// [`SigninPageError::NotOffered`] if the page has no such form; another [`SigninPageError`] if there is no
    /// response or an answer lacks a member.
    pub(crate) async fn sign_in_with_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self, self.settings().await?);
        let methods = &settings.sign_in.methods;
        let has_form = methods.iter().any(|method| method.identifier == USERNAME && method.password);
        match self.route()? {
            Route::First { registers: false } if has_form => {}
            Route::Form { registers: false } if has_form => {}
            // The link “Sign in”.
            Route::First { registers: true } if has_form && !settings.only_registers() => {
                self.shows("/sign-in", &[], None, true)?;
            }
            _ => {
                return Err(SigninPageError::NotOffered {
                    what: "a form to sign in with username and password",
                });
            }
        }
        if username_floor(username).is_some() {
            let message = format!("The {} is invalid", identifiers(&settings));
            return Ok(Arrival::NotAccepted { field: USERNAME, message });
        }
        let after = AfterTerms::SignIn { username: username.to_owned(), password: password.to_owned() };
        if self.asks_to_agree(settings.terms() == Terms::Always, &after) {
            return Ok(Arrival::AsksToAgree);
        }
        self.sign_in_agreed(username, password).await
    }

    pub(super) async fn sign_in_agreed(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        let attempt = Attempt { event: "SignIn", connector: None, replaces: false, leaves: false };
        granted!(self, self.begin("SignIn").await?);
        let body = json!({ "identifier": { "type": USERNAME, "value": username }, "password": password });
        let verified =
            self.api.call(Method::POST, "api/experience/verification/password", Some(&body)).await?;
        let reply = match verified {
            Ok(reply) => reply,
            Err(failed) => return self.ends(failed, attempt).await,
        };
        match self.identify(&json!({ "verificationId": reply.text("verificationId")? })).await? {
            Ok(()) => self.submit(attempt).await,
            Err(failed) => self.ends(failed, attempt).await,
        }
    }

    /// Creates a local user: one page takes the username, the next the password.
    ///
    /// # Errors
    /// [`SigninPageError::NotOffered`] if the page has no such form; another [`SigninPageError`] if there is no
    /// response.
    pub(crate) async fn register_with_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self, self.settings().await?);
        let sign_up = &settings.sign_up;
        let has_form =
            sign_up.password && sign_up.identifiers.iter().any(|identifier| identifier == USERNAME);
        match self.route()? {
            Route::First { registers: true } | Route::Form { registers: true } if has_form => {}
            // The link “Create account”.
            Route::First { registers: false } if has_form && !settings.only_signs_in() => {
                self.shows("/register", &[], None, true)?;
            }
            _ => {
                return Err(SigninPageError::NotOffered {
                    what: "a form to create an account with username and password",
                });
            }
        }
        if let Some(message) = registration_fault(username, settings.username_policy.as_ref()) {
            return Ok(Arrival::NotAccepted { field: USERNAME, message });
        }
        let after = AfterTerms::Register { username: username.to_owned(), password: password.to_owned() };
        if self.asks_to_agree(settings.terms() != Terms::Automatic, &after) {
            return Ok(Arrival::AsksToAgree);
        }
        self.register_agreed(username, password).await
    }

    pub(super) async fn register_agreed(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self, self.settings().await?);
        let attempt = Attempt { event: "Register", connector: None, replaces: true, leaves: false };
        granted!(self, self.begin("Register").await?);
        granted!(self, self.profile(USERNAME, username).await?);
        self.shows("/register/password", &[], None, false)?;
        if let Some(message) = password_fault(password, &settings.password_policy) {
            return Ok(Arrival::NotAccepted { field: PASSWORD, message });
        }
        let identified = match self.profile(PASSWORD, password).await? {
            Ok(()) => self.identify(&json!({})).await?,
            failed => failed,
        };
        match identified {
            Ok(()) => self.submit(attempt).await,
            Err(failed) => self.ends(failed, attempt).await,
        }
    }

    /// The question of `/continue/<kind>`: what the interaction is about is kept in `history.state`.
    pub(super) fn asks_for(&self, kind: String) -> Option<Arrival> {
        self.event()?;
        Some(Arrival::MissingProfile(vec![if kind == "extra-profile" {
            "extraProfile".to_owned()
        } else {
            kind
        }]))
    }

    /// The event of the interaction that a page continues.
    fn event(&self) -> Option<&'static str> {
        let state: Value = serde_json::from_str(self.api.walker.history_state(self.api.tab)?).ok()?;
        match state.get("interactionEvent")?.as_str()? {
            "Register" => Some("Register"),
            _ => Some("SignIn"),
        }
    }

    /// Fills in what [`Arrival::MissingProfile`] asked for: `kind` is `username`, `password` or
    /// `email`. Logto sends a code to an e-mail address and asks for it; this driver does not
    /// receive the tenant's mail.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page asks for something else; another [`SigninPageError`] if no
    /// response arrives.
    pub(crate) async fn fill(&mut self, kind: &str, value: &str) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self, self.settings().await?);
        let (Route::Continue(asked), Some(event)) = (self.route()?, self.event()) else {
            return Err(SigninPageError::NotAsked);
        };
        if asked != kind && (asked.as_str(), kind) != ("emailOrPhone", "email") {
            return Err(SigninPageError::NotAsked);
        }
        let fault = match kind {
            USERNAME => username_fault(value, settings.username_policy.as_ref()),
            PASSWORD => password_fault(value, &settings.password_policy),
            _ => {
                let identifier = json!({ "type": kind, "value": value });
                let body = json!({ "interactionEvent": event, "identifier": identifier });
                granted!(self, self.api.call(Method::POST, VERIFICATION_CODE, Some(&body)).await?);
                return Ok(Arrival::MissingProfile(vec!["verificationCode".to_owned()]));
            }
        };
        if let Some(message) = fault {
            let field = if kind == USERNAME { USERNAME } else { PASSWORD };
            return Ok(Arrival::NotAccepted { field, message });
        }
        let linked = self.address()?.query_pairs().find(|(name, _)| name == "link_social");
        let linked = linked.map(|(_, id)| id.into_owned());
        let attempt =
            Attempt { event, connector: linked.as_deref(), replaces: kind == PASSWORD, leaves: false };
        let done = match self.profile(kind, value).await? {
            Ok(()) if event == "Register" => self.identify(&json!({})).await?,
            done => done,
        };
        match done {
            Ok(()) => self.submit(attempt).await,
            Err(failed) => self.ends(failed, attempt).await,
        }
    }

    async fn profile(&mut self, kind: &str, value: &str) -> super::api::Called<()> {
        let body = json!({ "type": kind, "value": value });
        Ok(self.api.call(Method::POST, PROFILE, Some(&body)).await?.map(|_| ()))
    }
}

/// What the form to sign in takes, in words.
fn identifiers(settings: &Settings) -> String {
    let offered =
        settings.sign_in.methods.iter().filter(|method| method.password || method.verification_code);
    let name = |identifier| if identifier == "phone" { "phone number" } else { identifier };
    let names: Vec<&str> = offered.map(|method| name(method.identifier.as_str())).collect();
    listed(&names, "or")
}
