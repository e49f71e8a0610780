//! A map that forgets its oldest entries.

use std::collections::{HashMap, VecDeque};

/// Limit for the total size of one map's values, as far as it is known.
const BYTES: usize = 32 * 1024 * 1024;

/// A map from a random text to a value. Beyond its capacity the oldest entry is forgotten: a mock
/// that runs for days does not grow, and a code from ten thousand sign-ins ago is never used again.
#[derive(Debug)]
pub struct Bounded<V> {
    values: HashMap<String, V>,
    /// Keys by age; some may already be removed.
    order: VecDeque<String>,
    capacity: usize,
    /// Sizes, in bytes, of the values inserted with a size.
    sizes: HashMap<String, usize>,
}

impl<V> Bounded<V> {
    /// An empty map with at most this many entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { values: HashMap::new(), order: VecDeque::new(), capacity, sizes: HashMap::new() }
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    /// Returns the value of a key for modification.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    /// Whether the map contains the key.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Inserts a value. It replaces the value of an existing key, and keeps that key's age.
    pub fn insert(&mut self, key: String, value: V) {
        if self.values.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
            self.forget();
        }
    }

    /// Inserts a value that holds this many bytes of a client's data: the oldest entries are also
    /// forgotten if the map would otherwise hold more than 32 MiB of such data.
    pub fn insert_sized(&mut self, key: String, value: V, bytes: usize) {
        // The number of entries is enough to bound small values.
        if bytes > 4096 {
            self.sizes.insert(key.clone(), bytes);
        } else {
            self.sizes.remove(&key);
        }
        self.insert(key, value);
        self.sizes.retain(|key, _| self.values.contains_key(key));
        while self.sizes.values().sum::<usize>() > BYTES
            && self.values.len() > 1
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
            self.sizes.remove(&oldest);
        }
    }

    /// Returns the value of a key, after inserting a new one if it is missing.
    ///
    /// # Panics
    /// Never: the capacity is at least one.
    pub fn or_insert_with(&mut self, key: &str, make: impl FnOnce() -> V) -> &mut V {
        if !self.values.contains_key(key) {
            self.insert(key.to_owned(), make());
        }
        // The newest entry is never forgotten.
        self.values.get_mut(key).expect("a value that was just put in, or was there")
    }

    /// Removes a value and returns it.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.values.remove(key)
    }

    /// Keys and values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.values.iter()
    }

    /// The values, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values()
    }

    /// The values for modification, in no particular order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut()
    }

    /// Removes the entries for which `keep` returns `false`.
    pub fn retain(&mut self, keep: impl FnMut(&String, &mut V) -> bool) {
        self.values.retain(keep);
    }

    fn forget(&mut self) {
        // Removed keys only take up their place in the queue, and are tolerated until there are as
        // many of them as the capacity.
        if self.order.len() > 2 * self.capacity {
            self.order.retain(|key| self.values.contains_key(key));
        }
        while self.values.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_the_oldest_beyond_its_capacity() {
        let mut map = Bounded::with_capacity(4);
        for number in 0..5 {
            map.insert(number.to_string(), number);
        }
        assert_eq!((map.get("0"), map.get("1")), (None, Some(&1)));
        assert_eq!(map.remove("1"), Some(1));
        map.insert("5".to_owned(), 5);
        assert_eq!(map.get("2"), Some(&2), "what is taken out makes room");
        *map.or_insert_with("6", || 6) += 1;
        assert_eq!((map.get("2"), map.get("6")), (None, Some(&7)));
    }

    #[test]
    fn forgets_the_oldest_beyond_its_bytes() {
        let mut map = Bounded::with_capacity(1000);
        map.insert("small".to_owned(), 0);
        for number in 0..100 {
            map.insert_sized(number.to_string(), number, 1024 * 1024);
        }
        assert_eq!((map.get("small"), map.get("67"), map.get("68")), (None, None, Some(&68)));
        assert_eq!(map.values().count(), 32);
        map.insert_sized("huge".to_owned(), 1, 2 * BYTES);
        assert_eq!((map.get("huge"), map.values().count()), (Some(&1), 1), "the newest stays in any case");
        map.remove("huge");
        map.insert_sized("next".to_owned(), 2, 1024 * 1024);
        assert_eq!(map.sizes.len(), 1);
    }

    #[test]
    fn the_line_of_keys_keeps_its_size() {
        let mut map = Bounded::with_capacity(8);
        for number in 0..1000 {
            map.insert(number.to_string(), number);
            map.remove(&number.to_string());
        }
        assert!(map.order.len() <= 17, "{}", map.order.len());
    }
}
