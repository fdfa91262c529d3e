//! The connections that wait for a request, oldest first: who makes way when there are too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Idle connections by the moment they became so.
#[derive(Clone, Default)]
pub(super) struct Idle(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    next: u64,
    by_age: BTreeMap<(Instant, u64), CancellationToken>,
}

/// A connection's place among the idle ones. Gone when it is dropped.
pub(super) struct Place {
    idle: Idle,
    key: (Instant, u64),
}

impl Idle {
    /// A connection has nothing to do from now on.
    pub(super) fn enter(&self, evict: &CancellationToken) -> Place {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next += 1;
        let key = (Instant::now(), waiting.next);
        waiting.by_age.insert(key, evict.clone());
        Place { idle: self.clone(), key }
    }

    /// Closes the connection that has been idle longest, if any is.
    pub(super) fn evict_oldest(&self) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, evict)) = waiting.by_age.pop_first() {
            evict.cancel();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.idle.0.lock().unwrap_or_else(PoisonError::into_inner).by_age.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_oldest_goes_first_and_who_left_is_not_asked() {
        let idle = Idle::default();
        let tokens = [CancellationToken::new(), CancellationToken::new(), CancellationToken::new()];
        let places = tokens.each_ref().map(|token| idle.enter(token));
        let [first, second, third] = places;
        drop(first);
        idle.evict_oldest();
        assert_eq!(tokens.each_ref().map(CancellationToken::is_cancelled), [false, true, false]);
        drop((second, third));
        idle.evict_oldest();
        assert!(!tokens[2].is_cancelled());
    }
}
