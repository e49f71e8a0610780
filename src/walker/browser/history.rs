//! The history of a tab: going back in it, reloading its page, and what a script does with it.

use http::Method;
use url::Url;

use super::{Outgoing, Tab, TabId, WalkError, Walker};
use crate::walker::hop::{Hop, HopRequest, WhyHop};

/// A page in the history of a tab.
#[derive(Debug)]
pub(super) struct Entry {
    /// The hop whose response is the document. Entries that a script has added share it.
    pub(super) document: usize,
    /// What the address bar shows.
    pub(super) address: Url,
    /// `history.state`, which survives a reload.
    pub(super) state: Option<String>,
}

impl Tab {
    /// Shows the response of this hop in the tab; a redirect replaces the page that it came
    /// from. A page that is loaded again keeps its `history.state`, and the other entries of its document.
    pub(super) fn shows(&mut self, hop: usize, address: Url, again: bool) {
        self.document = Some(hop);
        self.memory.clear();
        let entry = Entry { document: hop, address, state: None };
        if self.fresh || self.history.is_empty() {
            self.add(entry);
            self.fresh = false;
            return;
        }
        let shown = &mut self.history[self.entry];
        if again {
            let before = shown.document;
            self.history
                .iter_mut()
                .filter(|entry| entry.document == before)
                .for_each(|entry| entry.document = hop);
        } else {
            *shown = entry;
        }
    }

    /// Adds an entry after the current one; what could be gone forward to is lost.
    fn add(&mut self, entry: Entry) {
        self.history.truncate(self.entry + 1);
        self.history.push(entry);
        self.entry = self.history.len() - 1;
    }

    /// What loads the current entry again: its address or, for an answer to a form that is still at its
    /// own address, the form.
    fn again(&self, shown: &HopRequest) -> Outgoing {
        let address = &self.history[self.entry].address;
        if shown.method == Method::GET || shown.url != *address {
            return Outgoing::get(address.clone());
        }
        let (method, body) = (shown.method.clone(), shown.body.clone());
        Outgoing { method, url: address.clone(), headers: shown.headers.clone(), body }
    }
}

impl Walker {
    /// The page's script replaces its address by another (`location.replace`), so that
    /// going back skips the page.
    ///
    /// # Errors
    /// [`WalkError`] if no response arrives.
    pub async fn replace(&mut self, tab: TabId, href: &str) -> Result<&Hop, WalkError> {
        let from = self.address(tab)?.clone();
        let url = from.join(href).map_err(|_| WalkError::BadAddress(href.to_owned()))?;
        self.begin(tab, Some(&from), false);
        self.navigate(tab, WhyHop::Script, Outgoing::get(url)).await
    }

    /// What the address bar shows: the address of the last hop, until a script changes it.
    ///
    /// # Errors
    /// [`WalkError::NoPage`] before the first visit.
    pub fn address(&self, tab: TabId) -> Result<&Url, WalkError> {
        let state = &self.tabs[tab.at];
        state.history.get(state.entry).map(|entry| &entry.address).ok_or(WalkError::NoPage(tab))
    }

    /// `history.state` of the page.
    #[must_use]
    pub(crate) fn history_state(&self, tab: TabId) -> Option<&str> {
        let state = &self.tabs[tab.at];
        state.history.get(state.entry)?.state.as_deref()
    }

    /// The page's script shows another of its own pages (`history.pushState`, or `replaceState`), without
    /// a request.
    ///
    /// # Errors
    /// [`WalkError`] if the tab shows nothing, or the address is invalid.
    pub(crate) fn shows_address(
        &mut self,
        tab: TabId,
        address: &str,
        state: Option<String>,
        replace: bool,
    ) -> Result<(), WalkError> {
        let address =
            self.address(tab)?.join(address).map_err(|_| WalkError::BadAddress(address.to_owned()))?;
        let shown = &mut self.tabs[tab.at];
        let document = shown.history[shown.entry].document;
        let entry = Entry { document, address, state };
        if replace {
            let at = shown.entry;
            shown.history[at] = entry;
        } else {
            shown.add(entry);
        }
        Ok(())
    }

    /// What the script of the tab's document remembers.
    #[must_use]
    pub(crate) fn remembered(&self, tab: TabId, name: &str) -> Option<&str> {
        self.tabs[tab.at].memory.get(name).map(String::as_str)
    }

    /// Lets the script of the tab's document remember something, until another document is loaded.
    pub(crate) fn remember(&mut self, tab: TabId, name: &'static str, value: &str) {
        self.tabs[tab.at].memory.insert(name, value.to_owned());
    }

    /// Lets the script of the tab's document forget something.
    pub(crate) fn no_longer_remember(&mut self, tab: TabId, name: &str) -> Option<String> {
        self.tabs[tab.at].memory.remove(name)
    }

    /// The person reloads the page of the tab, at the address that it shows. No site initiates this, so
    /// every cookie may be sent. A form is submitted again, as if the person confirmed the browser's question.
    ///
    /// # Errors
    /// [`WalkError`] if the tab shows no page, or no response arrives.
    pub async fn reload(&mut self, tab: TabId) -> Result<&Hop, WalkError> {
        let again = self.tabs[tab.at].again(&self.current(tab)?.request);
        self.begin(tab, None, false);
        self.navigate(tab, WhyHop::Reload, again).await
    }

    /// The person goes back to the previous page. If a script has moved from there without a request, it
    /// shows that page again, without a request. Otherwise the page is loaded again, since the pages of a
    /// sign-in say `no-store` and are not cached; a form is submitted again, as if the person confirmed
    /// the browser's question.
    ///
    /// # Errors
    /// [`WalkError::NoHistory`] on the first page of a tab; another [`WalkError`] if no
    /// response arrives.
    pub async fn back(&mut self, tab: TabId) -> Result<&Hop, WalkError> {
        let state = &mut self.tabs[tab.at];
        let before = state.entry.checked_sub(1).ok_or(WalkError::NoHistory(tab))?;
        state.entry = before;
        let document = state.history[before].document;
        if state.document == Some(document) {
            return self.current(tab);
        }
        let again = state.again(&self.hops[document].request);
        self.begin(tab, None, false);
        self.navigate(tab, WhyHop::Back, again).await
    }
}
