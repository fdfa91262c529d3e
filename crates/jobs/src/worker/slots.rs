//! Room for work, and a bell that rings when there is more.

use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// So many places.
pub(super) struct Slots {
    places: Arc<Semaphore>,
    count: u32,
    freed: Arc<Notify>,
}

/// One place, or several, until dropped.
pub(super) struct Slot {
    // The order matters: the place is free before the bell rings.
    _place: OwnedSemaphorePermit,
    bell: Bell,
}

struct Bell {
    freed: Arc<Notify>,
    silent: bool,
}

impl Drop for Bell {
    fn drop(&mut self) {
        if !self.silent {
            self.freed.notify_one();
        }
    }
}

impl Slot {
    /// Gives back a place that nothing was done in. Nobody hears of it: who rang for that would be woken by his own
    /// looking round, and would look round for ever.
    pub(super) fn put_back(mut self) {
        self.bell.silent = true;
    }
}

impl Slots {
    pub(super) fn new(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX).min(10_000);
        Self { places: Arc::new(Semaphore::new(count as usize)), count, freed: Arc::new(Notify::new()) }
    }

    /// The places that are free now, up to `limit`.
    pub(super) fn take(&self, limit: usize) -> Vec<Slot> {
        std::iter::from_fn(|| self.several(1)).take(limit).collect()
    }

    /// All places as one, if all are free.
    pub(super) fn take_all(&self) -> Option<Slot> {
        self.several(self.count)
    }

    fn several(&self, count: u32) -> Option<Slot> {
        let place = Arc::clone(&self.places).try_acquire_many_owned(count).ok()?;
        Some(Slot { _place: place, bell: Bell { freed: Arc::clone(&self.freed), silent: false } })
    }

    /// Waits until a place was freed.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn only_work_that_was_done_rings() {
        let slots = Slots::new(2);
        slots.take(2).into_iter().for_each(Slot::put_back);
        assert!(slots.freed().now_or_never().is_none(), "nothing was done");
        drop(slots.take(1));
        assert!(slots.freed().now_or_never().is_some());
        assert_eq!(slots.take(3).len(), 2);
    }
}
