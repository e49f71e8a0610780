//! A walk scripted in Rust, step by step.

use serde_json::Value;

use super::action::ActionError;
use super::person::Person;
use crate::scenario::{Choice, PasswordAccount, Profile, Verb};
use crate::signin_page::Arrival;
use crate::stack::Stack;
use crate::transcript::Transcript;
use crate::walker::{Hop, Page, WalkError, Walker};

/// Somebody with a fresh browser in front of a [`Stack`].
///
/// Every method does what the verb of the same name does in a scenario: it acts,
/// and then lets every redirect and self-submitting page pass. Texts may name
/// what the stack knows, as `[LOGTO]/sign-in`. What happened is in
/// [`Visitor::hops`], and by role in [`Visitor::transcript`].
///
/// ```
/// use logto_testkit::{Stack, Visitor};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let stack = Stack::builder().start().await?;
/// let mut visitor = Visitor::new(&stack);
/// visitor.visit("/").await?;
/// visitor.click("Sign In").await?;
/// visitor.continue_with("huggingface").await?;
/// visitor.sign_in_as("ada").await?;
///
/// assert_eq!(visitor.page()?.text, "Hello Logto You are logged in to this website! :) Sign In Sign Out");
/// assert_eq!(visitor.session().await?["claims"]["name"], "Ada Lovelace");
/// // The code came back with the state that went out, and named its issuer.
/// let callback = visitor.hop_to("[APP]/callback")?.expect("the browser came to the callback");
/// assert!(callback.request.url.query().is_some_and(|query| query.contains("&iss=")));
/// stack.stop().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Visitor<'s> {
    person: Person<'s>,
}

impl std::fmt::Debug for Visitor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visitor").field("hops", &self.hops().len()).finish_non_exhaustive()
    }
}

impl<'s> Visitor<'s> {
    /// A fresh browser with one tab.
    #[must_use]
    pub fn new(stack: &'s Stack) -> Self {
        Self { person: Person::new(stack) }
    }

    /// Goes on in another tab of this browser, counted from 1; a new one is opened.
    pub fn in_tab(&mut self, tab: usize) -> &mut Self {
        self.person.look_at(self.person.tab.browser(), tab);
        self
    }

    /// Goes on in the first tab of another browser, counted from 1; a new one is opened.
    pub fn in_browser(&mut self, browser: usize) -> &mut Self {
        self.person.look_at(browser, 1);
        self
    }

    async fn does(&mut self, verb: Verb) -> Result<(), ActionError> {
        self.person.does(&verb).await?;
        match self.person.says.clone() {
            None => Ok(()),
            Some(says) => Err(ActionError::Stays(says)),
        }
    }

    /// Types an address: a path of the app, or an absolute one.
    ///
    /// # Errors
    /// [`ActionError`] when there is no response.
    pub async fn visit(&mut self, address: &str) -> Result<(), ActionError> {
        self.does(Verb::Visit(address.to_owned())).await
    }

    /// Clicks the link or button with this text.
    ///
    /// # Errors
    /// [`ActionError::Walk`] lists what could be clicked instead.
    pub async fn click(&mut self, text: &str) -> Result<(), ActionError> {
        self.does(Verb::Click(text.to_owned())).await
    }

    /// Chooses the social button of this target on Logto's sign-in page.
    ///
    /// # Errors
    /// [`ActionError::SigninPage`] when the page has no such button,
    /// [`ActionError::Stays`] when Logto refuses or asks.
    pub async fn continue_with(&mut self, target: &str) -> Result<(), ActionError> {
        self.does(Verb::ContinueWith(target.to_owned())).await
    }

    /// At Hugging Face: logs in as this user where asked, and allows.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto then refuses or asks.
    pub async fn sign_in_as(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::SignInAs(username.to_owned())).await
    }

    /// At Hugging Face: logs in as this user where asked, and denies.
    ///
    /// # Errors
    /// [`ActionError::Stays`], since Logto refuses (contract §2.2).
    pub async fn deny_as(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::DenyAs(username.to_owned())).await
    }

    /// Creates an account on Logto's sign-in page.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto refuses or asks.
    pub async fn register_with_password(
        &mut self,
        username: &str,
        password: &str,
    ) -> Result<(), ActionError> {
        self.does(Verb::RegisterWithPassword(account(username, password))).await
    }

    /// Signs in to an account on Logto's sign-in page.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto refuses or asks.
    pub async fn sign_in_with_password(&mut self, username: &str, password: &str) -> Result<(), ActionError> {
        self.does(Verb::SignInWithPassword(account(username, password))).await
    }

    /// Answers Logto's question about an account with the same e-mail, or about its terms.
    ///
    /// # Errors
    /// [`ActionError::SigninPage`] when the page did not ask.
    pub async fn choose(&mut self, choice: Choice) -> Result<(), ActionError> {
        self.does(Verb::Choose(choice)).await
    }

    /// Fills in the username that Logto asks for.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto refuses or asks for more.
    pub async fn fill_in_username(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { username: Some(username.to_owned()), ..Profile::default() })).await
    }

    /// Fills in the password that Logto asks for.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto refuses or asks for more.
    pub async fn fill_in_password(&mut self, password: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { password: Some(password.to_owned()), ..Profile::default() })).await
    }

    /// Fills in the e-mail address that Logto asks for; Logto sends a code there.
    ///
    /// # Errors
    /// [`ActionError::Stays`] when Logto refuses, or asks for the code.
    pub async fn fill_in_email(&mut self, email: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { email: Some(email.to_owned()), ..Profile::default() })).await
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// [`ActionError`] when there is no response.
    pub async fn reload(&mut self) -> Result<(), ActionError> {
        self.does(Verb::Reload).await
    }

    /// Goes back to the page before.
    ///
    /// # Errors
    /// [`WalkError::NoHistory`] on the first page of a tab.
    pub async fn back(&mut self) -> Result<(), ActionError> {
        self.does(Verb::Back).await
    }

    /// Lets the browser load the target of the link with this text in the background.
    ///
    /// # Errors
    /// [`ActionError::Walk`] lists the links there are.
    pub async fn prefetch(&mut self, text: &str) -> Result<(), ActionError> {
        self.does(Verb::Prefetch(text.to_owned())).await
    }

    /// What Logto's page says after an [`ActionError::Stays`].
    #[must_use]
    pub fn says(&self) -> Option<&Arrival> {
        self.person.says.as_ref()
    }

    /// What the sample app knows of the person (`GET /api/session`).
    ///
    /// # Errors
    /// [`ActionError`] when there is no response.
    pub async fn session(&mut self) -> Result<Value, ActionError> {
        self.person.session().await
    }

    /// The page of the tab.
    ///
    /// # Errors
    /// [`WalkError::NoPage`] before the first visit.
    pub fn page(&self) -> Result<Page, WalkError> {
        self.person.walker.page(self.person.tab)
    }

    /// The hop whose response the tab shows.
    ///
    /// # Errors
    /// [`WalkError::NoPage`] before the first visit.
    pub fn shown(&self) -> Result<&Hop, WalkError> {
        self.person.walker.current(self.person.tab)
    }

    /// Every hop so far.
    #[must_use]
    pub fn hops(&self) -> &[Hop] {
        self.person.walker.hops()
    }

    /// The last hop to an address without query, such as `[APP]/callback`.
    ///
    /// # Errors
    /// [`ActionError::Name`] when the address names something unknown.
    pub fn hop_to(&self, address: &str) -> Result<Option<&Hop>, ActionError> {
        let address = self.person.fill(address)?;
        Ok(self.hops().iter().rev().find(|hop| hop.without_query() == address))
    }

    /// The browser itself: cookies, tabs, single hops.
    pub fn walker(&mut self) -> &mut Walker {
        &mut self.person.walker
    }

    /// Everything so far, by role; text by its `Display`, ready for a snapshot.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        self.person.transcript()
    }
}

fn account(username: &str, password: &str) -> PasswordAccount {
    PasswordAccount { username: username.to_owned(), password: password.to_owned() }
}
