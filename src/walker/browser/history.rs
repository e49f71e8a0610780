//! The history of a tab, and going back in it.

use http::Method;

use super::{Outgoing, Tab, TabId, WalkError, Walker};
use crate::walker::hop::{Hop, WhyHop};

impl Tab {
    /// Shows the response of this hop in the tab; a redirect replaces the page that it came
    /// from.
    pub(super) fn shows(&mut self, hop: usize) {
        self.document = Some(hop);
        if self.fresh || self.history.is_empty() {
            self.history.truncate(self.entry + 1);
            self.history.push(hop);
            self.entry = self.history.len() - 1;
            self.fresh = false;
        } else {
            self.history[self.entry] = hop;
        }
    }
}

impl Walker {
    /// The page's script replaces its address by another (`location.replace`), so that
    /// going back skips the page.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn replace(&mut self, tab: TabId, href: &str) -> Result<&Hop, WalkError> {
        let from = self.current(tab)?.request.url.clone();
        let url = from.join(href).map_err(|_| WalkError::BadAddress(href.to_owned()))?;
        self.begin(tab, Some(&from), false);
        self.navigate(tab, WhyHop::Script, Outgoing::get(url)).await
    }

    /// The person goes back to the previous page. It is loaded again, since the pages of a
    /// sign-in say `no-store` and are not cached; a form is submitted again, as if the
    /// person confirmed the browser's question.
    ///
    /// # Errors
    /// [`WalkError::NoHistory`] on the first page of a tab; another [`WalkError`] if no
    /// response arrives.
    pub async fn back(&mut self, tab: TabId) -> Result<&Hop, WalkError> {
        let state = &mut self.tabs[tab.at];
        let before = state.entry.checked_sub(1).ok_or(WalkError::NoHistory(tab))?;
        state.entry = before;
        let shown = &self.hops[state.history[before]].request;
        let (method, url, body) = (shown.method.clone(), shown.url.clone(), shown.body.clone());
        let headers = if method == Method::GET { vec![] } else { shown.headers.clone() };
        self.begin(tab, None, false);
        self.navigate(tab, WhyHop::Back, Outgoing { method, url, headers, body }).await
    }
}
