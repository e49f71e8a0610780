//! The origins of the parties of a walk.

use kit::Party;
use url::Url;

/// The origins of the parties of a walk, which distinguish a path at one party from the
/// same path elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    pub(crate) app: Url,
    pub(crate) logto: Url,
    pub(crate) huggingface: Url,
    /// Further names of the app and Logto, each with its party and origin.
    pub(crate) others: Vec<(&'static str, Party, Url)>,
}

impl Origins {
    /// The party to which an address belongs.
    pub(crate) fn party(&self, url: &Url) -> Option<Party> {
        let all =
            [(Party::APP, &self.app), (Party::LOGTO, &self.logto), (Party::HUGGINGFACE, &self.huggingface)];
        let others = self.others.iter().map(|(_, party, origin)| (*party, origin));
        all.into_iter().chain(others).find(|(_, origin)| one_origin(origin, url)).map(|(party, _)| party)
    }
}

/// Whether two http or https URLs have the same origin.
fn one_origin(a: &Url, b: &Url) -> bool {
    // Like `Url::origin`, without copying the host.
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}
