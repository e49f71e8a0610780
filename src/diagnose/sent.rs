//! The URIs that an app of the person's own sent to Logto.

use kit::Party;

use crate::placeholder::literal;
use crate::record::Record;
use crate::stack::Stack;

/// URIs as texts of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) redirect_uri: Option<String>,
    pub(super) after_sign_out: Option<String>,
}

impl Sent {
    pub(super) fn on(stack: &Stack, record: &Record) -> Self {
        // The next start of the app may be at another port.
        let app = stack.endpoints().app.origin().ascii_serialization();
        let named = |uri: String| match uri.strip_prefix(&app) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?', '#']) => {
                format!("[APP]{}", literal(rest))
            }
            _ => literal(&uri),
        };
        let sent = |path: &str, name: &str| {
            let at_logto =
                record.hops.iter().filter(|hop| record.origins.party(&hop.request.url) == Some(Party::LOGTO));
            let mut pairs = at_logto
                .filter(|hop| hop.request.url.path() == path)
                .flat_map(|hop| hop.request.url.query_pairs());
            pairs.find(|(key, _)| key == name).map(|(_, value)| named(value.into_owned()))
        };
        Self {
            redirect_uri: sent("/oidc/auth", "redirect_uri"),
            after_sign_out: sent("/oidc/session/end", "post_logout_redirect_uri"),
        }
    }
}
