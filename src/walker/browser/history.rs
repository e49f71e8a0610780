//! Going back.

use http::Method;

use super::{Outgoing, Tab, TabId, WalkError, Walker};
use crate::walker::hop::{Hop, WhyHop};

impl Tab {
    /// The tab shows the response of this hop; a redirect takes the place of the
    /// page before it.
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
    /// The page's script puts another address in place of its own
    /// (`location.replace`): nobody comes back to the page.
    ///
    /// # Errors
    /// [`WalkError`] when there is no response.
    pub async fn replace(&mut self, tab: TabId, href: &str) -> Result<&Hop, WalkError> {
        let from = self.current(tab)?.request.url.clone();
        let url = from.join(href).map_err(|_| WalkError::BadAddress(href.to_owned()))?;
        self.begin(tab, Some(&from), false);
        self.navigate(tab, WhyHop::Script, Outgoing::get(url)).await
    }

    /// The person goes back to the page before. It is loaded again, since pages
    /// of a sign-in say `no-store` and are not kept; a form is sent again, as
    /// after a yes to the browser's question.
    ///
    /// # Errors
    /// [`WalkError::NoHistory`] on the first page of a tab; otherwise when there
    /// is no response.
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
