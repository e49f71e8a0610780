//! A walk that sends requests to the parties of a journal.

use crate::walks::{ClientEnd, WalkId};
use crate::{Entry, Journal};

/// Tells a journal when a walk asks, and when it has its answer. Dropped, the walk is over.
#[derive(Debug)]
pub struct Asker {
    journal: Journal,
    walk: WalkId,
}

impl Asker {
    /// A walk begins whose hops lead to entries of this journal.
    #[must_use = "dropped, the walk is over"]
    pub fn new(journal: Journal) -> Self {
        let walk = journal.lock().walks.begin();
        Self { journal, walk }
    }

    /// The walk whose hops are announced.
    #[must_use]
    pub fn walk(&self) -> WalkId {
        self.walk
    }

    /// A hop begins. One that never gets an answer counts as waiting until the next: it may still be worked on.
    pub fn asks(&self, hop: usize) {
        self.journal.lock().walks.asks(self.walk, hop);
    }

    /// The answer to the request for this URL is here, over this connection.
    pub fn answered(&self, over: Option<ClientEnd>, url: &str) {
        let mut inner = self.journal.lock();
        let Some(hop) = inner.walks.hop(self.walk) else { return };
        inner.walks.answered(self.walk);
        let here = |entry: &&mut Entry| {
            entry.whose.hop(self.walk) == Some(hop)
                && entry.whose.peer.is_some()
                && entry.whose.peer == over
                // Connections of other clients to other servers may begin at the same port.
                && target(&entry.request.url) == target(url)
        };
        // A connection serves one request at a time, so the latest is the one.
        if let Some(entry) = inner.entries.iter_mut().rev().find(here) {
            entry.whose.own = Some((self.walk, hop));
        }
    }

    /// The entries since the first hop of the walk, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let inner = self.journal.lock();
        inner.entries.iter().filter(|entry| entry.whose.hop(self.walk).is_some()).cloned().collect()
    }

    /// Whether another walk has asked something since this one began.
    #[must_use]
    pub fn shared(&self) -> bool {
        self.journal.lock().walks.shared(self.walk)
    }
}

/// The path and the query of an absolute URL, as they are sent.
fn target(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let path = url[after_scheme..].find(['/', '?']).map_or("/", |at| &url[after_scheme + at..]);
    path.split('#').next().unwrap_or_default()
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.journal.lock().walks.end(self.walk);
    }
}
