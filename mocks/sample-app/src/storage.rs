//! The storage of the Logto client: the SDK's interface, get and set.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Items of one session. An empty value means that the item is absent.
///
/// Implement it to keep sessions in your own Redis or database; the Logto client uses nothing else
/// of a session.
pub trait Storage {
    /// Reads an item; empty if it is absent.
    fn get(&self, key: &str) -> String;
    /// Writes an item; an empty value removes it.
    fn set(&self, key: &str, value: &str);
}

/// Items in memory. Clones share them, so that one request immediately sees what another of the
/// same session writes.
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
    /// A storage with these items.
    pub(crate) fn of(items: BTreeMap<String, String>) -> Self {
        Self { items: Arc::new(Mutex::new(items)) }
    }

    /// A copy of the items, independent of the storage.
    pub(crate) fn items(&self) -> BTreeMap<String, String> {
        self.lock().clone()
    }

    /// Removes and returns all items.
    pub(crate) fn drain(&self) -> BTreeMap<String, String> {
        std::mem::take(&mut *self.lock())
    }

    /// Whether the storage has no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        // A panic cannot leave the map half written.
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
