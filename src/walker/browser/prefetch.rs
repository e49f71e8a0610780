//! Loading what a person may want next.

use super::{Outgoing, REDIRECT_LIMIT, TabId, WalkError, Walker};
use crate::walker::hop::WhyHop;
use crate::walker::site::Site;

impl Walker {
    /// The page lets the browser load the target of the link with this text
    /// beforehand (`<link rel="prefetch">`): with cookies, every redirect
    /// followed, the result thrown away. The tab stays where it is.
    ///
    /// # Errors
    /// [`WalkError::NothingToClick`] lists the links there are. That nothing answers is no error: nobody sees it.
    pub async fn prefetch(&mut self, tab: TabId, text: &str) -> Result<(), WalkError> {
        let href = self.link(tab, text)?;
        let from = self.current(tab)?.request.url.clone();
        let mut url = from.join(&href).map_err(|_| WalkError::BadAddress(href))?;
        let mut chain = vec![Site::of(&from)];
        for _ in 0..=REDIRECT_LIMIT {
            let at = match self.send(tab, WhyHop::Prefetch, Outgoing::get(url), chain.clone()).await {
                Err(WalkError::Send(_)) => return Ok(()),
                sent => sent?,
            };
            let hop = &self.hops[at];
            chain.push(Site::of(&hop.request.url));
            url = match hop.redirect() {
                Some(Ok(next)) => next,
                // What comes of it nobody sees.
                Some(Err(_)) | None => return Ok(()),
            };
        }
        Ok(())
    }
}
