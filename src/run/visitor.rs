//! A walk scripted in Rust, step by step.

use serde_json::Value;

use super::action::ActionError;
use super::person::Person;
use crate::signin_page::Arrival;
use crate::stack::Stack;
use crate::transcript::Transcript;
use crate::walker::{Hop, Page, WalkError, Walker};

/// A person with a fresh browser who uses a [`Stack`].
///
/// Every method does what the verb of the same name does in a scenario: it acts,
/// and then follows every redirect and self-submitting page. Texts may use the stack's
/// names, as in `[LOGTO]/sign-in`. [`Visitor::hops`] has what happened, and
/// [`Visitor::transcript`] has it by role.
///
/// Four verbs have no method here, since the [`Stack`] has them: `wait` is [`Stack::pass`], `restart_app`
/// [`Stack::restart_app`], `network` [`Stack::set_way`], and `at_huggingface` is done through
/// [`Stack::huggingface`] and [`Stack::script`].
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
    pub(super) person: Person<'s>,
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

    /// Switches to another tab of this browser, counted from 1, opening it if necessary.
    pub fn in_tab(&mut self, tab: usize) -> &mut Self {
        self.person.look_at(self.person.tab.browser(), tab);
        self
    }

    /// Switches to the first tab of another browser, counted from 1, opening it if necessary.
    pub fn in_browser(&mut self, browser: usize) -> &mut Self {
        self.person.look_at(browser, 1);
        self
    }

    /// What Logto's page says after an [`ActionError::Stays`].
    #[must_use]
    pub fn says(&self) -> Option<&Arrival> {
        self.person.says.as_ref()
    }

    /// What the sample app knows about the person (`GET /api/session`).
    ///
    /// # Errors
    /// [`ActionError`] if no response arrives.
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

    /// The last hop to an address, ignoring the query, such as `[APP]/callback`.
    ///
    /// # Errors
    /// [`ActionError::Name`] if the address contains an unknown name.
    pub fn hop_to(&self, address: &str) -> Result<Option<&Hop>, ActionError> {
        let address = self.person.fill(address)?;
        Ok(self.hops().iter().rev().find(|hop| hop.without_query() == address))
    }

    /// The browser itself: cookies, tabs, single hops.
    pub fn walker(&mut self) -> &mut Walker {
        &mut self.person.walker
    }

    /// The walk so far, by role; its `Display` gives the text, ready for a snapshot.
    ///
    /// Several visitors may use one stack at once. What the parties did is attributed to a visitor by what
    /// their requests carry (cookies, `state`, codes, tokens); requests that carry none of these are listed
    /// at the end as not attributed.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        Transcript::of(&self.person.record(), self.person.roles(), self.person.stack.masks())
    }
}
