//! Loading a page again.

use http::Method;

use super::{Outgoing, TabId, WalkError, Walker};
use crate::walker::hop::{Hop, WhyHop};

impl Walker {
    /// The person loads the page of the tab again: its own address, which after
    /// redirects is the last one. No site began it, so every cookie may go. A
    /// form is sent again, as after a yes to the browser's question.
    ///
    /// # Errors
    /// [`WalkError`] when the tab shows nothing, or there is no response.
    pub async fn reload(&mut self, tab: TabId) -> Result<&Hop, WalkError> {
        let shown = &self.current(tab)?.request;
        let (method, url, body) = (shown.method.clone(), shown.url.clone(), shown.body.clone());
        let headers = if method == Method::GET { vec![] } else { shown.headers.clone() };
        self.begin(tab, None, false);
        self.navigate(tab, WhyHop::Reload, Outgoing { method, url, headers, body }).await
    }
}
