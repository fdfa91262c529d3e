//! Where translations run: they need a processor for long, and must hold up nobody.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::task::JoinHandle;

/// The threads for translations; a simulation has none.
#[derive(Clone, Default)]
pub struct Threads {
    simulated: Option<Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>>,
}

impl Threads {
    /// No threads: a translation takes as long as the future that is made for it, in the time of the runtime, and then
    /// no time at all.
    #[doc(hidden)]
    #[must_use]
    pub fn simulated(duration: Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>) -> Self {
        Self { simulated: Some(duration) }
    }

    pub(super) fn spawn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let Some(simulated) = &self.simulated else { return tokio::task::spawn_blocking(work) };
        let duration = simulated();
        tokio::spawn(async move {
            duration.await;
            work()
        })
    }
}
