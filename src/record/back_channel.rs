//! What an app of your own asks Logto, as Logto received it.

use kit::{Direction, Entry, Party};
use url::Url;

use super::{Origins, Recorded, Tie};

/// How the calls of the app to Logto become known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum BackChannel {
    /// The app enters them into the journal itself, as the sample app does.
    #[default]
    Told,
    /// Logto, or a proxy in front of it, enters them as they arrive.
    Received(Arrivals),
    /// Nothing shows them.
    Unseen,
}

/// How an app's calls are told from the other requests that Logto receives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Arrivals {
    /// The access tokens with which this process itself calls the Management API.
    pub(crate) own_tokens: Vec<String>,
    /// Port of the admin tenant, which only this process asks.
    pub(crate) admin_port: Option<u16>,
    /// Whether the app's process serves several stacks: what it asks once, it asks in any of their walks.
    pub(crate) shared: bool,
}

impl BackChannel {
    /// Whether the absence of a call proves that there was none.
    pub(crate) fn is_seen(&self) -> bool {
        *self != Self::Unseen
    }

    /// Whether Logto enters the calls, which are then those of an app of your own.
    pub(crate) fn is_received(&self) -> bool {
        matches!(self, Self::Received(_))
    }

    /// Whether the app's process serves several stacks.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Received(arrivals) if arrivals.shared)
    }

    /// Turns Logto's entries of the app's calls into entries of the app, so that the calls of every app are
    /// read alike.
    pub(super) fn read(&self, entries: Vec<Recorded>, origins: &Origins) -> Vec<Recorded> {
        let Self::Received(arrivals) = self else { return entries };
        let mut at_proxy = Vec::new();
        let mut read = Vec::with_capacity(entries.len());
        for recorded in entries {
            let entry = &recorded.entry;
            let to_logto = match entry.party {
                Party::LOGTO => arrivals.is_asked(entry),
                Party::PROXY => {
                    Url::parse(&entry.request.url).is_ok_and(|url| origins.party(&url) == Some(Party::LOGTO))
                }
                _ => false,
            };
            if !to_logto || entry.direction != Direction::Received {
                read.push(recorded);
                continue;
            }
            if entry.party == Party::PROXY {
                at_proxy.push(content(entry));
            } else if let Some(at) = at_proxy.iter().position(|passed| *passed == content(entry)) {
                // It is the request that the proxy passed on.
                at_proxy.remove(at);
                read.push(recorded);
                continue;
            }
            read.push(match recorded.tie {
                Some(Tie::Own) => recorded,
                _ => sent(recorded),
            });
        }
        read
    }
}

impl Arrivals {
    /// Whether a request is not this process's own, at the Management API or the admin tenant.
    fn is_asked(&self, entry: &Entry) -> bool {
        let port = Url::parse(&entry.request.url).ok().and_then(|url| url.port_or_known_default());
        let ours = entry
            .request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .is_some_and(|token| self.own_tokens.iter().any(|own| own == token));
        let at_admin = port.is_some() && port == self.admin_port;
        !ours && !at_admin
    }
}

/// What a proxy does not change.
fn content(entry: &Entry) -> (String, String, String) {
    let url = Url::parse(&entry.request.url);
    let path = url.map(|url| url[url::Position::BeforePath..].to_owned()).unwrap_or_default();
    (entry.request.method.clone(), path, entry.request.body.clone())
}

/// The same exchange from the app's side. Logto's reasons are not on the wire, so the app has none of them.
fn sent(recorded: Recorded) -> Recorded {
    let entry = Entry { party: Party::APP, direction: Direction::Sent, notes: vec![], ..recorded.entry };
    Recorded { entry, ..recorded }
}
