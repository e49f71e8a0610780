//! The page itself: which of its pages a tab shows, what each does by itself, and the terms.

use kit::Random;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::api::{APP_ID, Api, Called};
use super::document::{SHOWN, Settings, Terms};
use super::outcome::{Arrival, SigninPageError};
use super::route::{Route, fallback};
use crate::walker::{TabId, Walker};

/// Keys of what the document remembers: that the person has agreed to the terms, and what the page does
/// once they have.
const AGREED: &str = "agreed";
const AFTER_TERMS: &str = "after_terms";

/// Drives Logto's sign-in page in one tab.
#[derive(Debug)]
pub(crate) struct SigninPage<'a> {
    pub(super) api: Api<'a>,
    pub(super) random: &'a Random,
}

/// What waits for the person to agree to the terms.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum AfterTerms {
    /// The social button of this connector.
    Social { connector: String },
    /// An account for the identity that was verified.
    Account { connector: String, verification: String, replaces: bool },
    /// The form that signs in.
    SignIn { username: String, password: String },
    /// The form that registers.
    Register { username: String, password: String },
}

/// Returns the failure of a call as an [`Arrival`]: the page shows a message and stays where it is.
macro_rules! granted {
    ($page:expr, $called:expr) => {
        match $called {
            Ok(reply) => reply,
            Err(failed) => return $page.stays(failed),
        }
    };
}
pub(super) use granted;

impl<'a> SigninPage<'a> {
    /// The page that `tab` shows.
    ///
    /// # Errors
    /// [`SigninPageError::Elsewhere`] if the tab is not at `logto`, or shows an answer of Logto that is not
    /// the page.
    pub(crate) fn open(
        walker: &'a mut Walker,
        tab: TabId,
        logto: &Url,
        random: &'a Random,
    ) -> Result<Self, SigninPageError> {
        let hop = walker.current(tab)?;
        let address = walker.address(tab)?;
        if address.origin() != logto.origin() || hop.response.status != 200 || !hop.is_html() {
            return Err(SigninPageError::Elsewhere { at: address.to_string() });
        }
        Ok(Self { api: Api { walker, tab, origin: logto.clone() }, random })
    }

    pub(super) fn address(&self) -> Result<&Url, SigninPageError> {
        Ok(self.api.walker.address(self.api.tab)?)
    }

    pub(super) fn route(&self) -> Result<Route, SigninPageError> {
        Ok(Route::of(self.address()?))
    }

    /// Does what the page does without the person's help once it is shown: starts a direct sign-in,
    /// continues after the provider sent the person back, or asks a question. `None` if it waits
    /// for the person.
    ///
    /// # Errors
    /// [`SigninPageError`] if there is no response or an answer lacks a member.
    pub(crate) async fn arrive(&mut self) -> Result<Option<Arrival>, SigninPageError> {
        // Logto's other pages: those of OIDC, of another of its applications, and of a device's code, which has
        // a form of its own.
        let path = self.address()?.path();
        let package = self.api.walker.current(self.api.tab)?.response.header("logto-static-package");
        if ["/oidc/", "/device"].iter().any(|start| path.starts_with(start))
            || package.is_some_and(|package| package != "experience")
        {
            return Ok(None);
        }
        let settings = match self.settings().await? {
            Ok(settings) => settings,
            // The page stays empty.
            Err(failed) => return Ok(Some(Arrival::Refused(failed.refusal))),
        };
        let address = self.address()?.clone();
        if self.api.remembered(SHOWN).as_deref() == Some(address.as_str()) {
            return Ok(None);
        }
        self.api.remember(SHOWN, address.as_str());
        match Route::of(&address) {
            Route::Callback(connector) => {
                let address = self.callback_noted(&connector)?;
                self.returned(&settings, &connector, &address).await.map(Some)
            }
            Route::SocialCallback(connector) => {
                self.returned(&settings, &connector, &address).await.map(Some)
            }
            Route::Consent => self.consent().await.map(Some),
            Route::Direct(target) => self.direct(&settings, target.as_deref()).await.map(Some),
            Route::First { registers } => {
                self.first_page(&settings, registers)?;
                Ok(None)
            }
            Route::Link(_) => Ok(self.asks_to_link(&settings)),
            Route::Continue(kind) => Ok(self.asks_for(kind)),
            Route::Form { .. } | Route::Other | Route::Nowhere => Ok(None),
        }
    }

    /// The social buttons that the page shows, by target, in order.
    ///
    /// # Errors
    /// [`SigninPageError::Refused`] if Logto does not return the page's settings.
    pub(crate) async fn social_buttons(&mut self) -> Result<Vec<String>, SigninPageError> {
        let settings = self.settings().await?.map_err(|failed| SigninPageError::Refused(failed.refusal))?;
        Ok(match self.route()? {
            Route::First { .. } => settings.buttons().iter().map(|button| button.target.clone()).collect(),
            _ => vec![],
        })
    }

    /// Clicks the social button of `target`, up to the authorization endpoint of the provider.
    ///
    /// # Errors
    /// [`SigninPageError::NotShown`] if the page has no such button.
    pub(crate) async fn continue_with(&mut self, target: &str) -> Result<Arrival, SigninPageError> {
        let settings = granted!(self, self.settings().await?);
        let route = self.route()?;
        let buttons = settings.buttons();
        let button = buttons.iter().find(|button| button.target == target);
        let shown = match (&route, button) {
            (Route::First { .. }, Some(button)) => {
                let connector = button.id.clone();
                return self.start_agreed(&settings, &connector).await;
            }
            (Route::First { .. }, None) if !buttons.is_empty() => {
                buttons.iter().map(|button| button.target.as_str()).collect::<Vec<_>>().join(", ")
            }
            (Route::Nowhere, _) => "an error page, which has no button".to_owned(),
            _ => "no social button at all".to_owned(),
        };
        Err(SigninPageError::NotShown { target: target.to_owned(), shown })
    }

    /// `/direct/social/<target>`: starts at once or, for a target without a button, goes on to the
    /// ordinary page.
    async fn direct(
        &mut self,
        settings: &Settings,
        target: Option<&str>,
    ) -> Result<Arrival, SigninPageError> {
        let buttons = settings.buttons();
        match buttons.iter().find(|button| Some(button.target.as_str()) == target) {
            Some(button) => self.start_agreed(settings, &button.id).await,
            None => {
                let page = fallback(self.address()?);
                self.api.leave(page).await?;
                Ok(Arrival::Moved)
            }
        }
    }

    /// A tenant that only signs people in has no page to register, and the other way round.
    pub(super) fn first_page(&mut self, settings: &Settings, registers: bool) -> Result<(), SigninPageError> {
        let other = match registers {
            false if settings.only_registers() => "/register",
            true if settings.only_signs_in() => "/sign-in",
            _ => return Ok(()),
        };
        Ok(self.api.walker.shows_address(self.api.tab, other, None, false)?)
    }

    /// Shows the sign-in page, without a request.
    pub(super) fn shows_sign_in(
        &mut self,
        settings: &Settings,
        replaces: bool,
    ) -> Result<(), SigninPageError> {
        self.shows("/sign-in", &[], None, replaces)?;
        self.first_page(settings, false)
    }

    /// Shows another page of the application, without a request; the application's id stays in the address
    /// (`useNavigateWithPreservedSearchParams`).
    pub(super) fn shows(
        &mut self,
        path: &str,
        query: &[(String, String)],
        state: Option<&Value>,
        replaces: bool,
    ) -> Result<(), SigninPageError> {
        let mut pairs = query.to_vec();
        if let Some(app_id) = self.api.stored(APP_ID) {
            match pairs.iter_mut().find(|(name, _)| name == APP_ID) {
                Some((_, value)) => *value = app_id,
                None => pairs.push((APP_ID.to_owned(), app_id)),
            }
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let state = state.map(ToString::to_string);
        Ok(self.api.walker.shows_address(self.api.tab, &address, state, replaces)?)
    }

    /// Like [`Self::start`], unless the person must first agree to the terms.
    async fn start_agreed(
        &mut self,
        settings: &Settings,
        connector: &str,
    ) -> Result<Arrival, SigninPageError> {
        let after = AfterTerms::Social { connector: connector.to_owned() };
        if self.asks_to_agree(settings.terms() == Terms::Always, &after) {
            return Ok(Arrival::AsksToAgree);
        }
        self.start(connector).await
    }

    /// Whether the page now asks to agree to the terms: not if the person has already agreed.
    pub(super) fn asks_to_agree(&mut self, needed: bool, after: &AfterTerms) -> bool {
        let asks = needed && self.api.remembered(AGREED).is_none();
        if asks {
            // Plain data can always be written as JSON.
            self.api.remember(AFTER_TERMS, &serde_json::to_string(after).unwrap_or_default());
        }
        asks
    }

    fn after_terms(&mut self) -> Result<AfterTerms, SigninPageError> {
        let kept = self.api.walker.no_longer_remember(self.api.tab, AFTER_TERMS);
        let kept = kept.ok_or(SigninPageError::NotAsked)?;
        serde_json::from_str(&kept).map_err(|_| SigninPageError::NotAsked)
    }

    /// Answers [`Arrival::AsksToAgree`] with yes.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn agree(&mut self) -> Result<Arrival, SigninPageError> {
        let after = self.after_terms()?;
        self.api.remember(AGREED, "yes");
        match after {
            AfterTerms::Social { connector } => self.start(&connector).await,
            AfterTerms::Account { connector, verification, replaces } => {
                self.create_agreed(&connector, &verification, replaces).await
            }
            AfterTerms::SignIn { username, password } => self.sign_in_agreed(&username, &password).await,
            AfterTerms::Register { username, password } => self.register_agreed(&username, &password).await,
        }
    }

    /// Answers [`Arrival::AsksToAgree`] with no: the page stays, except that a registration with a
    /// provider leads back to the sign-in page.
    ///
    /// # Errors
    /// [`SigninPageError::NotAsked`] if the page did not ask.
    pub(crate) async fn refuse(&mut self) -> Result<Arrival, SigninPageError> {
        if let AfterTerms::Account { .. } = self.after_terms()? {
            let settings = granted!(self, self.settings().await?);
            self.shows_sign_in(&settings, false)?;
        }
        Ok(Arrival::Moved)
    }

    /// The event of the interaction, as the API takes it.
    pub(super) async fn begin(&mut self, event: &str) -> Called<()> {
        let body = serde_json::json!({ "interactionEvent": event });
        Ok(self.api.call(http::Method::PUT, "api/experience", Some(&body)).await?.map(|_| ()))
    }
}

#[cfg(test)]
mod tests;
