//! Logto's discovery document, as the app read it.

use kit::Entry;
use url::Url;

use crate::findings::observed::{Observed, body, status};

/// The members of the document that rules compare.
pub(super) struct Discovered {
    /// The URL at which the app requested it.
    pub(super) asked: Url,
    /// The member `issuer`.
    pub(super) issuer: Url,
    /// The member `authorization_endpoint`.
    pub(super) authorization: Url,
}

/// The document that the app read during a hop.
pub(super) fn discovered(seen: &Observed<'_>, hop: usize) -> Option<Discovered> {
    let read = |entry: &&Entry| entry.request.url.contains("/.well-known/openid-configuration");
    let entry = seen.app_sent(hop).filter(read).find(|entry| status(entry) == Some(200))?;
    let document = body(entry)?;
    let member = |name: &str| Url::parse(document.get(name)?.as_str()?).ok();
    Some(Discovered {
        asked: Url::parse(&entry.request.url).ok()?,
        issuer: member("issuer")?,
        authorization: member("authorization_endpoint")?,
    })
}
