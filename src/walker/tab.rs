//! Which tab.

/// A tab of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabId(pub(super) usize);

impl TabId {
    /// The first tab, which every browser has.
    pub const FIRST: Self = Self(0);

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self.0 + 1
    }
}
