//! Several browsers, and what each of them stores.

use std::collections::BTreeMap;

use kit::Clock;
use url::Url;

use super::{Tab, TabId, Walker, origin_of};
use crate::walker::jar::Jar;

/// What the tabs of one browser share.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) jar: Jar,
    /// `localStorage`, by origin.
    local: BTreeMap<(String, String), String>,
}

impl Profile {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { jar: Jar::new(clock.clone()), local: BTreeMap::new() }
    }
}

impl Walker {
    /// Opens another tab of the first browser; cookies are shared,
    /// `sessionStorage` is not.
    pub fn open_tab(&mut self) -> TabId {
        self.open_tab_beside(TabId::FIRST)
    }

    /// Opens another tab of the browser that this one is in.
    pub fn open_tab_beside(&mut self, tab: TabId) -> TabId {
        self.add_tab(tab.browser)
    }

    /// Opens another browser, which shares nothing with the others; returns its first tab.
    pub fn open_browser(&mut self) -> TabId {
        self.profiles.push(Profile::new(&self.clock));
        self.add_tab(self.profiles.len() - 1)
    }

    fn add_tab(&mut self, browser: usize) -> TabId {
        let place = self.tabs.iter().filter(|tab| tab.browser == browser).count();
        self.tabs.push(Tab { browser, ..Tab::default() });
        TabId { at: self.tabs.len() - 1, browser, place }
    }

    /// The cookies of the browser that the tab is in.
    #[must_use]
    pub fn jar(&mut self, tab: TabId) -> &mut Jar {
        &mut self.profiles[tab.browser].jar
    }

    /// A value in the `localStorage` of the tab's browser.
    #[must_use]
    pub fn stored_locally(&self, tab: TabId, origin: &Url, name: &str) -> Option<&str> {
        self.profiles[tab.browser].local.get(&(origin_of(origin), name.to_owned())).map(String::as_str)
    }

    /// Puts a value into the `localStorage` of the tab's browser.
    pub fn store_locally(&mut self, tab: TabId, origin: &Url, name: &str, value: &str) {
        let key = (origin_of(origin), name.to_owned());
        self.profiles[tab.browser].local.insert(key, value.to_owned());
    }

    /// Removes a value from the `localStorage` of the tab's browser.
    pub fn forget_locally(&mut self, tab: TabId, origin: &Url, name: &str) -> Option<String> {
        self.profiles[tab.browser].local.remove(&(origin_of(origin), name.to_owned()))
    }

    /// The tab loses its `sessionStorage`, as in-app browsers do; with `all`, the
    /// browser its `localStorage` too.
    pub fn lose_storage(&mut self, tab: TabId, all: bool) {
        self.tabs[tab.at].storage.clear();
        if all {
            self.profiles[tab.browser].local.clear();
        }
    }

    /// The browser's time, in milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.millis()
    }

    /// A script waits, by the browser's clock.
    pub(crate) async fn pause(&self, time: std::time::Duration) {
        self.clock.sleep(time).await;
    }

    /// Makes the first browser refuse all cookies from now on.
    pub fn refuse_cookies(&mut self) {
        self.profiles[0].jar.refuse();
    }
}
