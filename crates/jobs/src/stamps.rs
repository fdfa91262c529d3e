//! Moments of creation: never the same twice, so that they order what was created.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use terjuman_model::Timestamp;

use crate::Clock;

/// Hands out moments that only grow, at least a microsecond apart, close to the clock's.
pub(crate) struct Stamps {
    clock: Arc<dyn Clock>,
    last: AtomicI64,
}

impl Stamps {
    /// Later than `last`, which is the newest that was ever handed out.
    pub(crate) fn after(last: Timestamp, clock: Arc<dyn Clock>) -> Self {
        Self { clock, last: AtomicI64::new(last.0) }
    }

    /// The clock's time, unchanged: for leases and last actions.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The first of `count` moments that follow each other by a microsecond.
    pub(crate) fn take(&self, count: usize) -> Timestamp {
        self.take_at(self.clock.now(), count)
    }

    /// [`take`](Self::take) at this moment of another clock.
    pub(crate) fn take_at(&self, now: Timestamp, count: usize) -> Timestamp {
        let now = now.0;
        let count = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        let first = |last: i64| now.max(last.saturating_add(1));
        let last = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(first(last).saturating_add(count - 1)));
        // The closure never refuses.
        Timestamp(first(last.unwrap_or_else(|last| last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stopped;
    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp(100)
        }
    }

    #[test]
    fn stamps_grow_while_the_clock_stands_still_or_is_behind() {
        let stamps = Stamps::after(Timestamp(0), Arc::new(Stopped));
        assert_eq!(stamps.take(1).0, 100);
        assert_eq!(stamps.take(3).0, 101);
        assert_eq!(stamps.take(1).0, 104);
        assert_eq!(Stamps::after(Timestamp(500), Arc::new(Stopped)).take(2).0, 501);
    }
}
