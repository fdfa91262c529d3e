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
    _bell: Bell,
}

struct Bell(Arc<Notify>);

impl Drop for Bell {
    fn drop(&mut self) {
        self.0.notify_one();
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
        Some(Slot { _place: place, _bell: Bell(Arc::clone(&self.freed)) })
    }

    /// Waits until a place was freed.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}
