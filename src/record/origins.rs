//! Where the parties of a walk are.

use kit::Party;
use url::Url;

/// Where the parties of the walk are, by which a place is told from a
/// like-named one elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    /// `[APP]`.
    pub(crate) app: Url,
    /// `[LOGTO]`.
    pub(crate) logto: Url,
    /// `[HF]`.
    pub(crate) huggingface: Url,
    /// Further names of app and Logto, each with its role.
    pub(crate) others: Vec<(&'static str, Party, Url)>,
}

impl Origins {
    /// Whose address this is.
    pub(crate) fn party(&self, url: &Url) -> Option<Party> {
        let all =
            [(Party::APP, &self.app), (Party::LOGTO, &self.logto), (Party::HUGGINGFACE, &self.huggingface)];
        let others = self.others.iter().map(|(_, party, origin)| (*party, origin));
        all.into_iter().chain(others).find(|(_, origin)| one_origin(origin, url)).map(|(party, _)| party)
    }
}

/// Whether two addresses of the web have the same origin.
fn one_origin(a: &Url, b: &Url) -> bool {
    // As `Url::origin`, which copies the host.
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}
