//! Prefetching the target of a link.

use super::{Context, Outgoing, REDIRECT_LIMIT, TabId, WalkError, Walker};
use crate::walker::hop::WhyHop;
use crate::walker::site::Site;

impl Walker {
    /// The page makes the browser load the target of the link with this text in advance
    /// (`<link rel="prefetch">`): with cookies, following every redirect, and discarding
    /// the result. The tab does not change.
    ///
    /// # Errors
    /// [`WalkError::NothingToClick`] lists the links on the page. A failed request is ignored, as in
    /// browsers.
    pub async fn prefetch(&mut self, tab: TabId, text: &str) -> Result<(), WalkError> {
        let href = self.link(tab, text)?;
        let from = self.address(tab)?.clone();
        let mut url = from.join(&href).map_err(|_| WalkError::BadAddress(href))?;
        let mut chain = vec![Site::of(&from)];
        for _ in 0..=REDIRECT_LIMIT {
            let at = match self
                .send(tab, WhyHop::Prefetch, Outgoing::get(url), Context::of(chain.clone()))
                .await
            {
                Err(WalkError::Send(_)) => return Ok(()),
                sent => sent?,
            };
            let hop = &self.hops[at];
            chain.push(Site::of(&hop.request.url));
            url = match hop.redirect() {
                Some(Ok(next)) => next,
                // The result is ignored, as browsers do for a prefetch.
                Some(Err(_)) | None => return Ok(()),
            };
        }
        Ok(())
    }
}
