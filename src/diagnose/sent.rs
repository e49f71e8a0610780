//! The URIs that the parties sent in a walk.

use kit::Party;

use crate::placeholder::literal;
use crate::record::Record;
use crate::stack::Stack;

/// URIs as texts of a scenario, with `[APP]` and `[LOGTO]` for the origins of these parties: the ports of another walk
/// are others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// The redirect URI of Logto's request to Hugging Face.
    pub(super) callback_of_logto: Option<String>,
    /// The redirect URI of the app's request to Logto.
    pub(super) redirect_uri: Option<String>,
    /// The URI to which the app asks to return after sign-out.
    pub(super) after_sign_out: Option<String>,
}

impl Sent {
    pub(super) fn on(stack: &Stack, record: &Record) -> Self {
        let endpoints = stack.endpoints();
        let parties = [("[APP]", &endpoints.app), ("[LOGTO]", &endpoints.logto)];
        let named = |uri: &str| {
            let of_party = parties.iter().find_map(|(name, origin)| {
                let rest = uri.strip_prefix(&origin.origin().ascii_serialization())?;
                let ends = rest.is_empty() || rest.starts_with(['/', '?', '#']);
                ends.then(|| format!("{name}{}", literal(rest)))
            });
            of_party.unwrap_or_else(|| literal(uri))
        };
        let sent = |party: Party, path: &str, name: &str| {
            let hops = record.hops.iter().map(|hop| &hop.request.url);
            let there = hops.filter(|url| url.path() == path && record.origins.party(url) == Some(party));
            let mut pairs = there.flat_map(|url| url.query_pairs());
            pairs.find(|(key, _)| key == name).map(|(_, value)| named(&value))
        };
        Self {
            callback_of_logto: sent(Party::HUGGINGFACE, "/oauth/authorize", "redirect_uri"),
            redirect_uri: sent(Party::LOGTO, "/oidc/auth", "redirect_uri"),
            after_sign_out: sent(Party::LOGTO, "/oidc/session/end", "post_logout_redirect_uri"),
        }
    }
}
