//! A map that forgets its oldest entries.

use std::collections::{HashMap, VecDeque};

/// How much a mock that stays up for days remembers of each kind.
const CAPACITY: usize = 4096;

/// A map from a random text to a value. Beyond its capacity the entry that was
/// put in first is forgotten.
#[derive(Debug)]
pub(crate) struct Bounded<V> {
    values: HashMap<String, V>,
    order: VecDeque<String>,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Bounded { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V> Bounded<V> {
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: String, value: V) {
        if self.values.insert(key.clone(), value).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let value = self.values.remove(key)?;
        self.order.retain(|own| own != key);
        Some(value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_the_oldest_beyond_its_capacity() {
        let mut map = Bounded::default();
        for number in 0..=CAPACITY {
            map.insert(number.to_string(), number);
        }
        assert_eq!(map.get("0"), None);
        assert_eq!(map.get("1"), Some(&1));
        assert_eq!(map.remove("1"), Some(1));
        assert_eq!((map.values.len(), map.order.len()), (CAPACITY - 1, CAPACITY - 1));
    }
}
