//! Identifies one tab of one browser.

/// Identifies one tab of one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabId {
    /// Its index among the tabs of all browsers.
    pub(super) at: usize,
    /// The index of its browser, from 0.
    pub(super) browser: usize,
    /// Its index among the tabs of its browser, from 0.
    pub(super) place: usize,
}

impl TabId {
    /// The first tab of the first browser, which always exists.
    pub const FIRST: Self = Self { at: 0, browser: 0, place: 0 };

    /// The number of the tab within its browser, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self.place + 1
    }

    /// The number of its browser, from 1; each browser has its own cookies and storage.
    #[must_use]
    pub fn browser(self) -> usize {
        self.browser + 1
    }
}
