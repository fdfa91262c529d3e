//! Named points between two steps of the engine, where a test can let a worker die.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Points at which a test stops the engine as a power cut would: what comes after the point never happens.
///
/// The default has none and costs nothing; a release build has none at all.
#[derive(Clone, Default)]
pub struct FailPoints {
    armed: Option<Arc<Armed>>,
}

struct Armed {
    name: &'static str,
    passes: AtomicUsize,
    reached: Semaphore,
}

impl FailPoints {
    /// Stops for ever at the point of this name, once it has been passed `passes` times.
    #[must_use]
    pub fn stop_at(name: &'static str, passes: usize) -> Self {
        let armed = Armed { name, passes: AtomicUsize::new(passes), reached: Semaphore::new(0) };
        Self { armed: Some(Arc::new(armed)) }
    }

    /// Stops for ever at the point of this name, from the moment on that it is [armed](Self::arm).
    #[must_use]
    pub fn stop_later_at(name: &'static str) -> Self {
        Self::stop_at(name, usize::MAX)
    }

    /// The next one to reach the point stops there.
    pub fn arm(&self) {
        if let Some(armed) = &self.armed {
            armed.passes.store(0, Ordering::SeqCst);
        }
    }

    /// Waits until somebody stopped at the point.
    pub async fn reached(&self) {
        if let Some(armed) = &self.armed {
            // The semaphore is never closed.
            if let Ok(permit) = armed.reached.acquire().await {
                permit.forget();
            }
        }
    }

    /// One step is done: goes on, or never comes back.
    pub(crate) async fn pass(&self, name: &'static str) {
        if !cfg!(debug_assertions) {
            return;
        }
        let Some(armed) = self.armed.as_ref().filter(|armed| armed.name == name) else { return };
        let left = armed.passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if left.is_err() {
            armed.reached.add_permits(1);
            std::future::pending::<()>().await;
        }
    }
}
