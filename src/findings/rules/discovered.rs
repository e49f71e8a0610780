//! Logto's discovery document, as the app read it.

use kit::{Direction, Outcome, Party};
use serde_json::Value;
use url::Url;

use crate::findings::observed::{Observed, status};

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
    let entry = seen.during(hop).find(|entry| {
        entry.party == Party::APP
            && entry.direction == Direction::Sent
            && entry.request.url.contains("/.well-known/openid-configuration")
            && status(entry) == Some(200)
    })?;
    let Outcome::Response(response) = &entry.outcome else { return None };
    let document: Value = serde_json::from_str(&response.body).ok()?;
    let member = |name: &str| Url::parse(document.get(name)?.as_str()?).ok();
    Some(Discovered {
        asked: Url::parse(&entry.request.url).ok()?,
        issuer: member("issuer")?,
        authorization: member("authorization_endpoint")?,
    })
}
