//! What each verb does, as a step of a scenario and as a method of [`Visitor`]. Their table is in
//! `scenario/verb.rs`.

use serde_json::Value;

use super::action::ActionError;
use super::person::{MOVES_LIMIT, Person};
use super::visitor::Visitor;
use crate::scenario::{AdminCall, Choice, LostStorage, PasswordAccount, Profile, Reloaded, Verb};
use crate::walker::{Form, Page, Submit, WhyHop};

impl Person<'_> {
    /// Carries out a verb in the current tab. Afterwards [`Person::says`] is set if Logto's
    /// page does not move on and says something.
    pub(super) async fn does(&mut self, verb: &Verb) -> Result<(), ActionError> {
        self.says = None;
        self.answered = None;
        match verb {
            Verb::Visit(address) => {
                let url = self.address(address)?;
                self.walker.visit(self.tab, url).await?;
            }
            Verb::Click(text) => {
                let text = self.fill(text)?;
                self.walker.click(self.tab, &text).await?;
            }
            Verb::ContinueWith(target) => {
                let arrival = self.signin_page()?.continue_with(target).await?;
                self.arrived(arrival);
            }
            Verb::SignInAs(username) => return self.answer_huggingface(username, "Authorize").await,
            Verb::DenyAs(username) => return self.answer_huggingface(username, "Deny").await,
            Verb::RegisterWithPassword(account) => {
                let PasswordAccount { username, password } = self.typed(account)?;
                let arrival = self.signin_page()?.register_with_password(&username, &password).await?;
                self.arrived(arrival);
            }
            Verb::SignInWithPassword(account) => {
                let PasswordAccount { username, password } = self.typed(account)?;
                let arrival = self.signin_page()?.sign_in_with_password(&username, &password).await?;
                self.arrived(arrival);
            }
            Verb::Choose(choice) => {
                let mut page = self.signin_page()?;
                let arrival = match choice {
                    Choice::LinkAccount => page.link().await?,
                    Choice::CreateAccount => page.register().await?,
                    Choice::AgreeToTerms => page.agree().await?,
                    Choice::RefuseTerms => page.refuse().await?,
                    Choice::Authorize => page.authorize().await?,
                    Choice::Cancel => page.cancel().await?,
                };
                self.arrived(arrival);
            }
            Verb::FillIn(profile) => {
                for (kind, value) in profile.given() {
                    let value = self.fill(value)?;
                    self.passwords.extend((kind == "password").then(|| value.clone()));
                    let arrival = self.signin_page()?.fill(kind, &value).await?;
                    self.arrived(arrival);
                }
            }
            Verb::Reload(Reloaded::Page) => {
                self.walker.reload(self.tab).await?;
            }
            Verb::Back(Reloaded::Page) => {
                self.walker.back(self.tab).await?;
            }
            Verb::Prefetch(text) => {
                let text = self.fill(text)?;
                self.walker.prefetch(self.tab, &text).await?;
                return Ok(());
            }
            Verb::LoseCookies(names) => {
                let names: Result<Vec<String>, _> = names.iter().map(|name| self.fill(name)).collect();
                return self.lose(&names?);
            }
            Verb::LoseStorage(lost) => {
                self.walker.lose_storage(self.tab, *lost == LostStorage::All);
                return Ok(());
            }
            Verb::RestartApp(restart) => return self.restart_app(restart).await,
            Verb::Wait(time) => {
                self.stack.pass(*time).await;
                return self.check_app_clock().await;
            }
            Verb::Administer(call) => return self.administer(call).await,
            Verb::AtHuggingFace(change) => return self.change_huggingface(change).await,
            Verb::Network(change) => {
                change.ways().for_each(|(way, fault)| self.stack.set_way(way, fault));
                return Ok(());
            }
        }
        self.settle().await
    }

    /// The account as it is typed into Logto's page.
    fn typed(&mut self, account: &PasswordAccount) -> Result<PasswordAccount, ActionError> {
        let PasswordAccount { username, password } = account;
        let account = PasswordAccount { username: self.fill(username)?, password: self.fill(password)? };
        self.stack.tried(&account.username);
        self.passwords.push(account.password.clone());
        Ok(account)
    }

    fn lose(&mut self, names: &[String]) -> Result<(), ActionError> {
        if names.is_empty() {
            self.walker.jar(self.tab).clear();
        }
        for name in names {
            if self.walker.jar(self.tab).lose(name) == 0 {
                return Err(ActionError::NoCookie(name.clone()));
            }
        }
        Ok(())
    }

    /// Logs in if Hugging Face shows its login page, presses the button if it asks for
    /// permission, and follows the sign-in to its end.
    async fn answer_huggingface(&mut self, username: &str, button: &str) -> Result<(), ActionError> {
        let username = self.fill(username)?;
        let mut acted = false;
        loop {
            let page = self.walker.page(self.tab)?;
            if !self.is_huggingface(&page.url) {
                return if acted { Ok(()) } else { Err(self.not_there(&page)) };
            }
            let login =
                page.forms.iter().find(|form| form.fields.iter().any(|field| field.name == "username"));
            if let Some(login) = login {
                let mut login = login.clone();
                for field in login.fields.iter_mut().filter(|field| field.name == "username") {
                    username.clone_into(&mut field.value);
                }
                let submit = login.submits.iter().find(|button| button.field.is_none()).cloned();
                self.walker.submit(self.tab, &login, submit.as_ref(), WhyHop::Form).await?;
                // A second login page means that the first login was refused.
                self.settle().await?;
                let after = self.walker.page(self.tab)?;
                if after.forms.iter().any(|form| form.fields.iter().any(|field| field.name == "username")) {
                    return Err(ActionError::Stranger(username));
                }
            } else if let Some((form, pressed)) = named_button(&page, button) {
                self.walker.submit(self.tab, form, Some(pressed), WhyHop::Form).await?;
                self.settle().await?;
            } else if acted {
                // Refused after the login, on a separate page: left to the expectations.
                return Ok(());
            } else {
                return Err(self.not_there(&page));
            }
            acted = true;
        }
    }

    fn not_there(&self, page: &Page) -> ActionError {
        // The chain of redirects that led to this page.
        let hops = self.walker.hops().iter().rev().filter(|hop| hop.tab == self.tab);
        let mut there = hops.take(MOVES_LIMIT).filter(|hop| self.is_huggingface(&hop.request.url));
        let passed =
            there.next().is_some_and(|hop| !hop.request.cookies.is_empty() && hop.redirect().is_some());
        if passed {
            return ActionError::KnownAtHuggingFace { at: page.url.to_string() };
        }
        let shows =
            if page.title.is_empty() { page.text.chars().take(80).collect() } else { page.title.clone() };
        ActionError::NotAtHuggingFace { at: page.url.to_string(), shows }
    }
}

fn named_button<'p>(page: &'p Page, text: &str) -> Option<(&'p Form, &'p Submit)> {
    page.forms.iter().find_map(|form| Some((form, form.submits.iter().find(|button| button.text == text)?)))
}

impl Visitor<'_> {
    async fn does(&mut self, verb: Verb) -> Result<(), ActionError> {
        self.person.does(&verb).await?;
        match self.person.says.clone() {
            None => Ok(()),
            Some(says) => Err(ActionError::Stays(says)),
        }
    }

    /// Types an address: a path of the app, or an absolute URL.
    ///
    /// # Errors
    /// [`ActionError`] if no response arrives.
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

    /// Clicks the social button of this target on Logto's sign-in page.
    ///
    /// # Errors
    /// [`ActionError::SigninPage`] if the page has no such button,
    /// [`ActionError::Stays`] if Logto refuses or asks a question.
    pub async fn continue_with(&mut self, target: &str) -> Result<(), ActionError> {
        self.does(Verb::ContinueWith(target.to_owned())).await
    }

    /// At Hugging Face: logs in as this user if asked, and allows access.
    ///
    /// # Errors
    /// [`ActionError::Stays`] if Logto then refuses or asks a question.
    pub async fn sign_in_as(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::SignInAs(username.to_owned())).await
    }

    /// At Hugging Face: logs in as this user if asked, and denies access.
    ///
    /// # Errors
    /// [`ActionError::Stays`], since Logto refuses (contract §2.2).
    pub async fn deny_as(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::DenyAs(username.to_owned())).await
    }

    /// Creates an account on Logto's sign-in page.
    ///
    /// # Errors
    /// [`ActionError::Stays`] if Logto refuses or asks a question.
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
    /// [`ActionError::Stays`] if Logto refuses or asks a question.
    pub async fn sign_in_with_password(&mut self, username: &str, password: &str) -> Result<(), ActionError> {
        self.does(Verb::SignInWithPassword(account(username, password))).await
    }

    /// Answers Logto's question about an account with the same e-mail, about its terms, or about a
    /// third-party application.
    ///
    /// # Errors
    /// [`ActionError::SigninPage`] if the page did not ask.
    pub async fn choose(&mut self, choice: Choice) -> Result<(), ActionError> {
        self.does(Verb::Choose(choice)).await
    }

    /// Fills in the username that Logto asks for.
    ///
    /// # Errors
    /// [`ActionError::Stays`] if Logto refuses or asks for more.
    pub async fn fill_in_username(&mut self, username: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { username: Some(username.to_owned()), ..Profile::default() })).await
    }

    /// Fills in the password that Logto asks for.
    ///
    /// # Errors
    /// [`ActionError::Stays`] if Logto refuses or asks for more.
    pub async fn fill_in_password(&mut self, password: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { password: Some(password.to_owned()), ..Profile::default() })).await
    }

    /// Fills in the e-mail address that Logto asks for; Logto sends a code there.
    ///
    /// # Errors
    /// [`ActionError::Stays`] if Logto refuses, or asks for the code.
    pub async fn fill_in_email(&mut self, email: &str) -> Result<(), ActionError> {
        self.does(Verb::FillIn(Profile { email: Some(email.to_owned()), ..Profile::default() })).await
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// [`ActionError`] if no response arrives.
    pub async fn reload(&mut self) -> Result<(), ActionError> {
        self.does(Verb::Reload(Reloaded::Page)).await
    }

    /// Goes back to the previous page.
    ///
    /// # Errors
    /// [`WalkError::NoHistory`](crate::walker::WalkError::NoHistory) on the first page of a tab.
    pub async fn back(&mut self) -> Result<(), ActionError> {
        self.does(Verb::Back(Reloaded::Page)).await
    }

    /// Lets the browser load the target of the link with this text in the background.
    ///
    /// # Errors
    /// [`ActionError::Walk`] lists the links on the page.
    pub async fn prefetch(&mut self, text: &str) -> Result<(), ActionError> {
        self.does(Verb::Prefetch(text.to_owned())).await
    }

    /// Loses the cookies with these names, or all if `names` is empty.
    ///
    /// # Errors
    /// [`ActionError::NoCookie`] if the browser has no cookie of that name.
    pub async fn lose_cookies(&mut self, names: &[&str]) -> Result<(), ActionError> {
        self.does(Verb::LoseCookies(names.iter().map(ToString::to_string).collect())).await
    }

    /// Loses the `sessionStorage` of the tab, as in-app browsers do.
    ///
    /// # Errors
    /// None at present; every verb has this return type.
    pub async fn lose_session_storage(&mut self) -> Result<(), ActionError> {
        self.does(Verb::LoseStorage(LostStorage::Session)).await
    }

    /// Loses the `sessionStorage` of the tab and the `localStorage` of the browser.
    ///
    /// # Errors
    /// None at present; every verb has this return type.
    pub async fn lose_storage(&mut self) -> Result<(), ActionError> {
        self.does(Verb::LoseStorage(LostStorage::All)).await
    }

    /// Calls Logto's Management API, e.g. `PATCH /api/sign-in-exp`; returns the status and the JSON body.
    /// What it changes in a shared tenant is restored later.
    ///
    /// # Errors
    /// [`ActionError`] if Logto does not answer, or `call` is malformed. An error status does not count as an
    /// error.
    pub async fn administer(&mut self, call: &str, body: Option<Value>) -> Result<(u16, Value), ActionError> {
        self.does(Verb::Administer(AdminCall { call: call.to_owned(), body })).await?;
        Ok(self.person.answered.as_ref().map(|answer| (answer.status, answer.json())).unwrap_or_default())
    }
}

fn account(username: &str, password: &str) -> PasswordAccount {
    PasswordAccount { username: username.to_owned(), password: password.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scenario, Stack, stack_for, walk};

    /// Does what a step does, through the methods of the library.
    async fn by_method(visitor: &mut Visitor<'_>, stack: &Stack, verb: &Verb) -> Result<(), ActionError> {
        match verb {
            Verb::Visit(address) => visitor.visit(address).await,
            Verb::Click(text) => visitor.click(text).await,
            Verb::ContinueWith(target) => visitor.continue_with(target).await,
            Verb::SignInAs(username) => visitor.sign_in_as(username).await,
            Verb::DenyAs(username) => visitor.deny_as(username).await,
            Verb::RegisterWithPassword(account) => {
                visitor.register_with_password(&account.username, &account.password).await
            }
            Verb::SignInWithPassword(account) => {
                visitor.sign_in_with_password(&account.username, &account.password).await
            }
            Verb::Choose(choice) => visitor.choose(*choice).await,
            Verb::FillIn(profile) => match profile.given()[..] {
                [("username", username)] => visitor.fill_in_username(username).await,
                [("password", password)] => visitor.fill_in_password(password).await,
                [("email", email)] => visitor.fill_in_email(email).await,
                _ => panic!("nothing else is filled in: {profile:?}"),
            },
            Verb::Reload(Reloaded::Page) => visitor.reload().await,
            Verb::Back(Reloaded::Page) => visitor.back().await,
            Verb::Prefetch(text) => visitor.prefetch(text).await,
            Verb::LoseCookies(names) => {
                visitor.lose_cookies(&names.iter().map(String::as_str).collect::<Vec<_>>()).await
            }
            Verb::LoseStorage(LostStorage::Session) => visitor.lose_session_storage().await,
            Verb::LoseStorage(LostStorage::All) => visitor.lose_storage().await,
            Verb::Administer(call) => visitor.administer(&call.call, call.body.clone()).await.map(drop),
            // The docs of `Visitor` name what the stack has instead of these.
            Verb::Wait(time) => {
                stack.pass(*time).await;
                Ok(())
            }
            Verb::RestartApp(_) => Ok(stack.restart_app(crate::setup::AppRestart::default()).await?),
            Verb::AtHuggingFace(change) => {
                stack.huggingface().set_switches(change.switches.as_deref().cloned().unwrap_or_default());
                Ok(())
            }
            Verb::Network(change) => {
                change.ways().for_each(|(way, fault)| stack.set_way(way, fault));
                Ok(())
            }
        }
    }

    #[tokio::test]
    async fn a_visitor_leaves_the_same_transcript_as_a_scenario() {
        let text = r#"
description: Everything that a person can do.
include: [../shared/username-and-password.yaml]
given: { connector: { scope: openid profile email } }
steps:
  - visit: /
  - click: Sign In
  - register_with_password: { username: alan, password: Bletchley-Park-1941 }
  - click: Sign Out
  - click: Sign In
  - sign_in_with_password: { username: alan, password: Bletchley-Park-1941 }
  - lose_cookies: [logto-session]
  - lose_cookies: []
  - lose_storage: session
  - administer: { call: PATCH /api/sign-in-exp, body: { termsOfUseUrl: "https://shop.example/terms", agreeToTermsPolicy: Manual } }
  - visit: /
  - click: Sign In
  - continue_with: huggingface
    expect: { asks: { to_agree: true } }
  - choose: agree_to_terms
  - deny_as: ada
    expect: { refused: { status: 401 } }
  - lose_storage: all
  - visit: /sign-in
  - continue_with: huggingface
    expect: { asks: { to_agree: true } }
  - choose: agree_to_terms
  - back: page
  - reload: page
  - restart_app: {}
  - wait: 1s
  - at_huggingface: { switches: {} }
  - network: { app_to_logto: works }
  - visit: /
  - prefetch: Sign In
"#;
        let scenario = Scenario::parse(text, "scenarios/sign-in/all.yaml".as_ref()).unwrap();
        let stack = stack_for(&scenario).start().await.unwrap();
        let report = walk(&stack, &scenario).await;
        stack.stop().await.unwrap();
        assert!(report.passed(), "{:?}", report.failures);

        let stack = stack_for(&scenario).start().await.unwrap();
        let mut visitor = Visitor::new(&stack);
        for step in &scenario.steps {
            match by_method(&mut visitor, &stack, &step.verb).await {
                Ok(()) | Err(ActionError::Stays(_)) => {}
                Err(error) => panic!("{}: {error}", step.verb),
            }
        }
        assert_eq!(visitor.transcript().to_string(), report.transcript.to_string());
        stack.stop().await.unwrap();
    }
}
