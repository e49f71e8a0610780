//! Which tab.

/// A tab of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabId {
    /// Its place among the tabs of all browsers.
    pub(super) at: usize,
    /// Its browser, from 0.
    pub(super) browser: usize,
    /// Its place among the tabs of its browser, from 0.
    pub(super) place: usize,
}

impl TabId {
    /// The first tab of the first browser, which is always there.
    pub const FIRST: Self = Self { at: 0, browser: 0, place: 0 };

    /// Its number within its browser, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self.place + 1
    }

    /// The number of its browser, from 1: another one has cookies and storage of its own.
    #[must_use]
    pub fn browser(self) -> usize {
        self.browser + 1
    }
}
