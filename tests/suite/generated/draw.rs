//! Choices from a seed.

use kit::{Random, alphabet};

/// A source of choices. The same seed makes the same ones.
pub(super) struct Draw {
    random: Random,
}

impl Draw {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { random: Random::seeded(seed) }
    }

    pub(super) fn below(&self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.random.bytes())) % end.max(1)
    }

    pub(super) fn chance(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn one<T: Copy>(&self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(super) fn uuid(&self) -> String {
        self.random.uuid()
    }

    /// Small letters and digits, as in the IDs of Logto.
    pub(super) fn id(&self, length: usize) -> String {
        self.random.string("abcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    /// As Hugging Face writes them.
    pub(super) fn oauth_app_secret(&self) -> String {
        format!("oauth_app_secret_{}", self.random.string(alphabet::ALNUM, 34))
    }

    /// As Logto writes them.
    pub(super) fn app_secret(&self) -> String {
        self.random.string(alphabet::ALNUM, 32)
    }
}
