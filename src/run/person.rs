//! The person at the browser: does what a step says, and lets every redirect
//! and self-submitting page pass, as a browser would.

use url::Url;

use super::walk::StepError;
use crate::scenario::Verb;
use crate::signin_page::{Arrival, SigninPage};
use crate::stack::Stack;
use crate::walker::{Form, Page, Submit, TabId, Walker, WhyHop};

/// Pages in a row that move on by themselves; more is a circle.
const MOVES_LIMIT: usize = 40;

pub(super) struct Person<'a> {
    pub(super) walker: Walker,
    pub(super) tab: TabId,
    pub(super) stack: &'a Stack,
}

impl<'a> Person<'a> {
    pub(super) fn new(stack: &'a Stack) -> Self {
        let mut issuer = stack.endpoints().logto.clone();
        issuer.set_path("/oidc");
        let walker = Walker::new(stack.browser_client().clone(), stack.clock().clone())
            .watching(stack.journal().clone())
            .expecting_issuer(issuer);
        Self { walker, tab: TabId::FIRST, stack }
    }

    /// Does what the verb says.
    pub(super) async fn does(&mut self, verb: &Verb) -> Result<(), StepError> {
        match verb {
            Verb::Visit(address) => {
                let url = self.address(address)?;
                self.walker.visit(self.tab, url).await?;
            }
            Verb::Click(text) => self.click(text).await?,
            Verb::ContinueWith(target) => {
                let logto = self.stack.endpoints().logto.clone();
                let mut page = SigninPage::open(&mut self.walker, self.tab, &logto, self.stack.random())?;
                let arrival = page.continue_with(target).await?;
                moved(arrival)?;
            }
            Verb::SignInAs(username) => return self.sign_in_as(username).await,
        }
        self.settle().await
    }

    fn address(&self, text: &str) -> Result<Url, StepError> {
        let endpoints = self.stack.endpoints();
        let named =
            [("[APP]", &endpoints.app), ("[LOGTO]", &endpoints.logto), ("[HF]", &endpoints.huggingface)];
        let (base, rest) = named
            .into_iter()
            .find_map(|(name, url)| Some((url, text.strip_prefix(name)?)))
            .unwrap_or((&endpoints.app, text));
        base.join(rest).map_err(|_| StepError::Address(text.to_owned()))
    }

    async fn click(&mut self, text: &str) -> Result<(), StepError> {
        let page = self.walker.page(self.tab)?;
        if let Some(link) = page.links.iter().find(|link| link.text == text) {
            self.walker.go(self.tab, &link.href, WhyHop::Link).await?;
            return Ok(());
        }
        let Some((form, button)) = button(&page, |button| button.text == text) else {
            let there = page.clickable().iter().map(|text| format!("“{text}”")).collect::<Vec<_>>();
            let there = if there.is_empty() { "nothing to click".to_owned() } else { there.join(", ") };
            return Err(StepError::NothingToClick {
                text: text.to_owned(),
                page: page.url.to_string(),
                there,
            });
        };
        self.walker.submit(self.tab, form, Some(button), WhyHop::Form).await?;
        Ok(())
    }

    /// Logs in where Hugging Face asks who it is, allows where it asks for
    /// permission, and goes on to where the sign-in ends.
    async fn sign_in_as(&mut self, username: &str) -> Result<(), StepError> {
        let mut acted = false;
        loop {
            let page = self.walker.page(self.tab)?;
            if page.url.origin() != self.stack.endpoints().huggingface.origin() {
                return if acted { Ok(()) } else { Err(not_there(&page)) };
            }
            let login =
                page.forms.iter().find(|form| form.fields.iter().any(|field| field.name == "username"));
            if let Some(login) = login {
                let mut login = login.clone();
                for field in login.fields.iter_mut().filter(|field| field.name == "username") {
                    username.clone_into(&mut field.value);
                }
                let button = login.submits.iter().find(|button| button.field.is_none()).cloned();
                self.walker.submit(self.tab, &login, button.as_ref(), WhyHop::Form).await?;
                // A login page again means that it was refused.
                self.settle().await?;
                let after = self.walker.page(self.tab)?;
                if after.forms.iter().any(|form| form.fields.iter().any(|field| field.name == "username")) {
                    return Err(StepError::Stranger(username.to_owned()));
                }
            } else if let Some((form, allow)) = button(&page, |button| button.text == "Authorize") {
                self.walker.submit(self.tab, form, Some(allow), WhyHop::Form).await?;
                self.settle().await?;
            } else {
                return Err(not_there(&page));
            }
            acted = true;
        }
    }

    /// Lets everything pass that moves on by itself: redirects, pages that send
    /// their own form, and Logto's page when the provider sends the person back.
    pub(super) async fn settle(&mut self) -> Result<(), StepError> {
        for _ in 0..MOVES_LIMIT {
            if self.walker.follow(self.tab).await?.is_some() {
                continue;
            }
            let hop = self.walker.current(self.tab)?;
            if !hop.is_html() {
                return Ok(());
            }
            let at_logto = hop.request.url.origin() == self.stack.endpoints().logto.origin();
            if at_logto && hop.response.status == 200 {
                let logto = self.stack.endpoints().logto.clone();
                let mut page = SigninPage::open(&mut self.walker, self.tab, &logto, self.stack.random())?;
                if let Some(arrival) = page.arrive().await? {
                    moved(arrival)?;
                    continue;
                }
            }
            let page = self.walker.page(self.tab)?;
            let Some(form) = page.self_submitting.and_then(|at| page.forms.get(at)) else { return Ok(()) };
            self.walker.submit(self.tab, form, None, WhyHop::SelfSubmitting).await?;
        }
        Err(StepError::Refused(format!("{MOVES_LIMIT} pages in a row moved on by themselves")))
    }
}

fn button(page: &Page, wanted: impl Fn(&Submit) -> bool) -> Option<(&Form, &Submit)> {
    page.forms.iter().find_map(|form| Some((form, form.submits.iter().find(|button| wanted(button))?)))
}

fn not_there(page: &Page) -> StepError {
    let shows = if page.title.is_empty() { page.text.chars().take(80).collect() } else { page.title.clone() };
    StepError::NotAtHuggingFace { at: page.url.to_string(), shows }
}

/// A person cannot go on from anything but a page that has moved on.
fn moved(arrival: Arrival) -> Result<(), StepError> {
    match arrival {
        Arrival::Moved => Ok(()),
        Arrival::Refused(refusal) => Err(StepError::Refused(refusal.to_string())),
        Arrival::StateMismatch => {
            Err(StepError::Refused("the `state` that came back is not the one this tab sent".to_owned()))
        }
        Arrival::LinkOrRegister { kind, value } => Err(StepError::Refused(format!(
            "{kind} {value} belongs to a local user: Logto asks whether to link"
        ))),
        Arrival::MissingProfile(asked) => {
            Err(StepError::Refused(format!("Logto asks for {}", asked.join(", "))))
        }
    }
}
