//! Randomness as an argument.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

/// A source of random values. Clones draw from the same source.
///
/// With a seed, the same draws give the same values; keys for signatures come not from here but
/// from the crypto library.
#[derive(Clone, Debug)]
pub struct Random {
    source: Arc<Mutex<StdRng>>,
}

impl Random {
    /// Seeded by the operating system.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that takes randomness from the machine")]
    pub fn from_os() -> Self {
        Self::of(StdRng::from_rng(&mut rand::rng()))
    }

    /// Gives the same values for the same `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(source: StdRng) -> Self {
        Self { source: Arc::new(Mutex::new(source)) }
    }

    fn draw<T>(&self, with: impl FnOnce(&mut StdRng) -> T) -> T {
        // After a panic elsewhere, the generator is still usable.
        with(&mut self.source.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.draw(|source| source.fill_bytes(&mut bytes));
        bytes
    }

    /// `len` characters of `alphabet`.
    ///
    /// # Panics
    /// If `alphabet` is empty.
    #[must_use]
    pub fn string(&self, alphabet: &str, len: usize) -> String {
        let characters: Vec<char> = alphabet.chars().collect();
        self.draw(|source| (0..len).map(|_| characters[source.random_range(0..characters.len())]).collect())
    }

    /// `bytes` random bytes as base64url without padding.
    #[must_use]
    pub fn base64url(&self, bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(self.vec(bytes))
    }

    /// `bytes` random bytes in lower-case hexadecimal.
    #[must_use]
    pub fn hex(&self, bytes: usize) -> String {
        self.vec(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A version 4 UUID (RFC 9562 §5.4).
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut bytes: [u8; 16] = self.bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn vec(&self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.draw(|source| source.fill_bytes(&mut bytes));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let draw = |random: &Random| (random.uuid(), random.hex(4), random.string(crate::alphabet::ALNUM, 9));
        assert_eq!(draw(&Random::seeded(7)), draw(&Random::seeded(7)));
        assert_ne!(draw(&Random::seeded(7)), draw(&Random::seeded(8)));
    }

    #[test]
    fn shapes_are_as_asked() {
        let random = Random::seeded(1);
        assert_eq!(random.base64url(32).len(), 43);
        assert_eq!(random.hex(24).len(), 48);
        let uuid = random.uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    }
}
