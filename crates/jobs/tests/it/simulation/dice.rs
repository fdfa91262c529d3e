//! All chance of a simulated world: one generator, so that a seed is a world.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// SplitMix64. Everything runs on one thread, so the order of the throws is part of the seed.
pub(crate) struct Dice(Mutex<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds that follow each other shall not give worlds that resemble each other.
        Self(Mutex::new(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x9E37_79B9_7F4A_7C15))
    }

    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Both ends included.
    pub(crate) fn between(&self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.between(0, length.max(1) as u64 - 1)).unwrap_or(0)
    }

    pub(crate) fn per_mille(&self, chance: u64) -> bool {
        self.next() % 1000 < chance
    }

    pub(crate) fn one_of<T: Copy>(&self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    pub(crate) fn millis(&self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }
}
