//! The record of one walk: the hops of its browsers, and the entries of the stack's journal that belong to
//! it.
//!
//! Several walks may run on one stack. An entry of the journal is tied to a walk by what the request
//! carries anyway (see [`Tie`]); no header is added by which parties could tell a test from a person.
//! Entries that cannot be tied are kept apart: they are shown as not attributed, and prove nothing.

mod attribute;
mod back_channel;
mod carried;
mod origins;
mod tie;

use kit::{Asker, Entry};

pub(crate) use attribute::{Recorded, attributed};
pub(crate) use back_channel::{Arrivals, BackChannel};
pub(crate) use origins::Origins;
pub(crate) use tie::Tie;

use crate::walker::Hop;

/// The record of a walk.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Every hop of its browsers.
    pub(crate) hops: Vec<Hop>,
    /// The origins of the parties.
    pub(crate) origins: Origins,
    /// Whether another walk sent requests meanwhile. Data about the whole stack, such as failed
    /// handshakes and Logto's audit log, then cannot be attributed to a walk.
    pub(crate) shared: bool,
    /// How the app's calls to Logto are known.
    pub(crate) back_channel: BackChannel,
    entries: Vec<Recorded>,
}

impl Record {
    /// The record of a walk so far.
    pub(crate) fn new(
        hops: Vec<Hop>,
        asker: Option<&Asker>,
        origins: Origins,
        back_channel: BackChannel,
    ) -> Self {
        let entries = asker.map(|asker| attributed(&hops, asker.walk(), asker.entries())).unwrap_or_default();
        let entries = back_channel.read(entries, &origins);
        Self { hops, origins, shared: asker.is_some_and(Asker::shared), back_channel, entries }
    }

    /// A record of given hops and entries, each entry with its hop and its tie.
    #[cfg(test)]
    pub(crate) fn made(hops: &[Hop], origins: Origins, entries: &[(usize, Tie, Entry)]) -> Self {
        let recorded = |(hop, tie, entry): &(usize, Tie, Entry)| Recorded {
            entry: entry.clone(),
            hop: *hop,
            tie: Some(*tie),
        };
        let entries = entries.iter().map(recorded).collect();
        Self { hops: hops.to_vec(), origins, shared: false, back_channel: BackChannel::Told, entries }
    }

    #[cfg(test)]
    pub(crate) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().map(|recorded| &mut recorded.entry)
    }

    /// The entries that belong to the walk, in order. Logto's are included only if it is the embedded one.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.recorded().map(|recorded| &recorded.entry)
    }

    /// The entries of the walk from while the browser waited for this hop, or before the next.
    pub(crate) fn during(&self, hop: usize) -> impl DoubleEndedIterator<Item = &Recorded> {
        self.recorded().filter(move |recorded| recorded.hop == hop)
    }

    /// The entries that may belong to this walk or to another.
    pub(crate) fn not_attributed(&self) -> impl Iterator<Item = &Recorded> {
        self.entries.iter().filter(|recorded| recorded.tie.is_none())
    }

    /// Whether every entry during a hop is known to belong to this walk or to another. Only then does the
    /// absence of an entry prove anything.
    pub(crate) fn is_complete(&self, hop: usize) -> bool {
        self.not_attributed().all(|recorded| recorded.hop != hop)
    }

    fn recorded(&self) -> impl DoubleEndedIterator<Item = &Recorded> {
        self.entries.iter().filter(|recorded| recorded.tie.is_some())
    }
}

#[cfg(test)]
mod tests;
