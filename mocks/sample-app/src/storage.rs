//! The storage the Logto client keeps its things in: the SDK's interface, get and set.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Items of one session. An empty value means: not there.
///
/// An app of one's own puts its Redis or its database here; the Logto client
/// knows nothing else of sessions.
pub trait Storage {
    /// Reads an item; empty when it is not there.
    fn get(&self, key: &str) -> String;
    /// Writes an item; an empty value takes it away.
    fn set(&self, key: &str, value: &str);
}

/// Items in memory. Clones share them, so that what one request writes, another
/// of the same session reads at once.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    items: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Storage for MemoryStorage {
    fn get(&self, key: &str) -> String {
        self.lock().get(key).cloned().unwrap_or_default()
    }

    fn set(&self, key: &str, value: &str) {
        if value.is_empty() {
            self.lock().remove(key);
        } else {
            self.lock().insert(key.to_owned(), value.to_owned());
        }
    }
}

impl MemoryStorage {
    /// With these items.
    pub(crate) fn of(items: BTreeMap<String, String>) -> Self {
        Self { items: Arc::new(Mutex::new(items)) }
    }

    /// A copy of the items, cut off from the storage.
    pub(crate) fn items(&self) -> BTreeMap<String, String> {
        self.lock().clone()
    }

    /// Takes everything out.
    pub(crate) fn drain(&self) -> BTreeMap<String, String> {
        std::mem::take(&mut *self.lock())
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        // No panic can leave the map half written.
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_takes_the_item_away() {
        let storage = MemoryStorage::default();
        let other = storage.clone();
        storage.set("a", "1");
        assert_eq!((other.get("a").as_str(), other.get("b").as_str()), ("1", ""));
        other.set("a", "");
        assert!(storage.is_empty());
    }
}
