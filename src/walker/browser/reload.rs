//! Reloading a page.

use http::Method;

use super::{Outgoing, TabId, WalkError, Walker};
use crate::walker::hop::{Hop, WhyHop};

impl Walker {
    /// The person reloads the page of the tab: its own address, which after redirects is
    /// the last one. No site initiates this, so every cookie may be sent. A form is
    /// submitted again, as if the person confirmed the browser's question.
    ///
    /// # Errors
    /// [`WalkError`] if the tab shows no page, or no response arrives.
    pub async fn reload(&mut self, tab: TabId) -> Result<&Hop, WalkError> {
        let shown = &self.current(tab)?.request;
        let (method, url, body) = (shown.method.clone(), shown.url.clone(), shown.body.clone());
        let headers = if method == Method::GET { vec![] } else { shown.headers.clone() };
        self.begin(tab, None, false);
        self.navigate(tab, WhyHop::Reload, Outgoing { method, url, headers, body }).await
    }
}
