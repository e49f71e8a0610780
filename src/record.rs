//! What one walk leaves: the hops of its browsers, and of the stack's journal what belongs to it.
//!
//! Several walks may be under way on one stack. An entry of the journal is tied to a walk by what
//! the request carries anyway (see [`Tie`]); no header is added by which parties could tell a test from a
//! person. What cannot be tied is kept apart: it is shown as not attributed, and proves nothing.

mod attribute;
mod carried;
mod origins;
mod tie;

use kit::{Asker, Entry};

pub(crate) use attribute::{Recorded, attributed};
pub(crate) use origins::Origins;
pub(crate) use tie::Tie;

use crate::walker::Hop;

/// The record of a walk.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Every hop of its browsers.
    pub(crate) hops: Vec<Hop>,
    /// Where the parties are.
    pub(crate) origins: Origins,
    /// Whether another walk asked something meanwhile. What counts for the whole stack, such as failed
    /// handshakes and Logto's audit log, is then nobody's.
    pub(crate) shared: bool,
    entries: Vec<Recorded>,
}

impl Record {
    /// What there is of a walk so far.
    pub(crate) fn new(hops: Vec<Hop>, asker: Option<&Asker>, origins: Origins) -> Self {
        let entries = asker.map(|asker| attributed(&hops, asker.walk(), asker.entries())).unwrap_or_default();
        Self { hops, origins, shared: asker.is_some_and(Asker::shared), entries }
    }

    /// Of hops and entries that were made by hand, each with its hop and its tie.
    #[cfg(test)]
    pub(crate) fn made(hops: &[Hop], origins: Origins, entries: &[(usize, Tie, Entry)]) -> Self {
        let recorded = |(hop, tie, entry): &(usize, Tie, Entry)| Recorded {
            entry: entry.clone(),
            hop: *hop,
            tie: Some(*tie),
        };
        Self { hops: hops.to_vec(), origins, shared: false, entries: entries.iter().map(recorded).collect() }
    }

    #[cfg(test)]
    pub(crate) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().map(|recorded| &mut recorded.entry)
    }

    /// What belongs to the walk, in order. Of Logto only what the embedded one journals.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.recorded().map(|recorded| &recorded.entry)
    }

    /// What belongs to the walk and came while the browser waited for this hop, or before the next.
    pub(crate) fn during(&self, hop: usize) -> impl DoubleEndedIterator<Item = &Recorded> {
        self.recorded().filter(move |recorded| recorded.hop == hop)
    }

    /// What may be of this walk or of another.
    pub(crate) fn not_attributed(&self) -> impl Iterator<Item = &Recorded> {
        self.entries.iter().filter(|recorded| recorded.tie.is_none())
    }

    /// Whether everything that came during a hop is known to be of this walk or of another. Only then
    /// something can be shown by what did not come.
    pub(crate) fn is_complete(&self, hop: usize) -> bool {
        self.not_attributed().all(|recorded| recorded.hop != hop)
    }

    fn recorded(&self) -> impl DoubleEndedIterator<Item = &Recorded> {
        self.entries.iter().filter(|recorded| recorded.tie.is_some())
    }
}

#[cfg(test)]
mod tests;
