//! The walks that send requests to the parties of a journal, and the walk that each entry belongs to.

use std::net::SocketAddr;
use std::sync::Arc;

/// The client's end of a connection: in the extensions of a request at the server, and of its response at the
/// client. By it a client knows its own request again in the journal of a server, without a header of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientEnd(pub SocketAddr);

/// A walk, by a number of its own in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WalkId(u64);

/// A walk that has asked something, at one moment.
#[derive(Debug, Clone, Copy)]
struct UnderWay {
    walk: WalkId,
    /// Its last hop.
    hop: usize,
    /// Whether that hop has no answer yet.
    waiting: bool,
    /// Whether another walk has asked since this one began.
    shared: bool,
}

/// All walks at one moment. Entries share it until one of the walks moves on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walks {
    open: Arc<Vec<UnderWay>>,
    last: Option<WalkId>,
    begun: u64,
}

impl Walks {
    pub(crate) fn shared(&self, walk: WalkId) -> bool {
        self.open.iter().any(|own| own.walk == walk && own.shared)
    }

    fn change(&mut self) -> &mut Vec<UnderWay> {
        Arc::make_mut(&mut self.open)
    }

    pub(crate) fn begin(&mut self) -> WalkId {
        self.begun += 1;
        WalkId(self.begun)
    }

    pub(crate) fn asks(&mut self, walk: WalkId, hop: usize) {
        self.last = Some(walk);
        let open = self.change();
        let mut shared = false;
        for other in open.iter_mut().filter(|other| other.walk != walk) {
            other.shared = true;
            shared |= other.waiting;
        }
        match open.iter_mut().find(|own| own.walk == walk) {
            Some(own) => *own = UnderWay { hop, waiting: true, shared: own.shared || shared, ..*own },
            None => open.push(UnderWay { walk, hop, waiting: true, shared }),
        }
    }

    pub(crate) fn answered(&mut self, walk: WalkId) {
        if let Some(own) = self.change().iter_mut().find(|own| own.walk == walk) {
            own.waiting = false;
        }
    }

    pub(crate) fn end(&mut self, walk: WalkId) {
        self.change().retain(|own| own.walk != walk);
    }

    pub(crate) fn hop(&self, walk: WalkId) -> Option<usize> {
        self.open.iter().find(|own| own.walk == walk).map(|own| own.hop)
    }

    /// The one walk that waited; where none did, the one that asked last, if it has shared with no other.
    pub(crate) fn alone(&self) -> Option<WalkId> {
        let mut waiting = self.open.iter().filter(|walk| walk.waiting);
        match (waiting.next(), waiting.next()) {
            (Some(only), None) => Some(only.walk),
            (Some(_), Some(_)) => None,
            (None, _) => {
                let last = self.open.iter().find(|walk| Some(walk.walk) == self.last);
                last.filter(|last| !last.shared).map(|last| last.walk)
            }
        }
    }
}

/// What the journal knows about the walk of an entry. None of it was on the wire.
#[derive(Debug, Clone, Default)]
pub struct Whose {
    /// The client's end of the connection, where the party received the request.
    pub(crate) peer: Option<ClientEnd>,
    /// The hop that this request is.
    pub(crate) own: Option<(WalkId, usize)>,
    pub(crate) walks: Walks,
}

impl Whose {
    /// The last hop that a walk had begun when the exchange began.
    #[must_use]
    pub fn hop(&self, walk: WalkId) -> Option<usize> {
        self.walks.hop(walk)
    }

    /// The hop that this request is, and its walk: it came over the connection that brought the hop's answer.
    #[must_use]
    pub fn own(&self) -> Option<(WalkId, usize)> {
        self.own
    }

    /// The walk that alone was under way when the exchange began.
    #[must_use]
    pub fn alone(&self) -> Option<WalkId> {
        self.walks.alone()
    }
}
