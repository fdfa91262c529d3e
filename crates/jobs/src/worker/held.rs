//! The leases this worker holds, and how their work is told to stop.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use terjuman_model::JobId;
use terjuman_pipeline::Watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{Lease, Subject};

/// Why work has to stop. The first reason stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The job was cancelled.
    Cancelled,
    /// The lease is gone, or may be before long: nothing may be written any more.
    Lost,
    /// The worker shuts down.
    Shutdown,
    /// It took too long.
    TimedOut,
}

/// One lease at work.
pub(super) struct Held {
    lease: Lease,
    job: JobId,
    renewed: Mutex<Instant>,
    reason: AtomicU8,
    stop: CancellationToken,
    total: AtomicUsize,
    done: AtomicUsize,
    /// Percent that the store was told of.
    told: AtomicU8,
    /// An output was sent whole or in part, and the storage has not said what became of it.
    writing: AtomicBool,
}

impl Held {
    pub(super) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(super) fn job(&self) -> JobId {
        self.job
    }

    /// When the lease was last known to hold, by this machine's own clock.
    pub(super) fn renewed(&self) -> Instant {
        *lock(&self.renewed)
    }

    /// A lease that was not extended in time may belong to somebody else before long.
    pub(super) fn is_overdue(&self, lease: Duration) -> bool {
        self.renewed().elapsed() > lease.saturating_sub(lease / 6)
    }

    /// Waits until the lease [is overdue](Self::is_overdue), for ever while it is extended in time.
    pub(super) async fn overdue(&self, lease: Duration) {
        while !self.is_overdue(lease) {
            // A moment beyond it, since at the very moment it is not over.
            sleep_until(self.renewed() + lease.saturating_sub(lease / 6) + Duration::from_millis(1)).await;
        }
    }

    /// Waits for a write. If that is not waited for to its end, nobody knows what becomes of it.
    pub(super) async fn while_writing<T>(&self, write: impl Future<Output = T>) -> T {
        self.writing.store(true, Ordering::SeqCst);
        let written = write.await;
        self.writing.store(false, Ordering::SeqCst);
        written
    }

    /// Whether an output may appear yet: then others may look at the target only when the lease is over.
    pub(super) fn is_writing(&self) -> bool {
        self.writing.load(Ordering::SeqCst)
    }

    pub(super) fn renew(&self, at: Instant) {
        *lock(&self.renewed) = at;
    }

    pub(super) fn stop(&self, reason: Reason) {
        let code = match reason {
            Reason::Cancelled => 1,
            Reason::Lost => 2,
            Reason::Shutdown => 3,
            Reason::TimedOut => 4,
        };
        let _ = self.reason.compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst);
        self.stop.cancel();
    }

    pub(super) fn reason(&self) -> Option<Reason> {
        match self.reason.load(Ordering::SeqCst) {
            1 => Some(Reason::Cancelled),
            2 => Some(Reason::Lost),
            3 => Some(Reason::Shutdown),
            4 => Some(Reason::TimedOut),
            _ => None,
        }
    }

    /// Waits until the work has to stop.
    pub(super) async fn stopped(&self) -> Reason {
        self.stop.cancelled().await;
        // Set before the token.
        self.reason().unwrap_or(Reason::Lost)
    }

    /// Waits for `work`, unless the work has to stop first.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Reason> {
        tokio::select! {
            biased;
            reason = self.stopped() => Err(reason),
            done = work => Ok(done),
        }
    }

    /// How far the work is, if it moved by a percent since this was last asked.
    pub(super) fn advance(&self) -> Option<f32> {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed).min(total);
        let percent = u8::try_from(done.saturating_mul(100).checked_div(total)?).unwrap_or(100).min(99);
        let told = self.told.fetch_max(percent, Ordering::Relaxed);
        (percent > told).then(|| f32::from(percent) / 100.0)
    }
}

impl Watch for Held {
    fn is_cancelled(&self) -> bool {
        self.stop.is_cancelled()
    }

    fn total(&self, source_bytes: usize) {
        self.total.store(source_bytes, Ordering::Relaxed);
    }

    fn advanced(&self, source_bytes: usize) {
        self.done.fetch_add(source_bytes, Ordering::Relaxed);
    }
}

/// Everything this worker holds.
#[derive(Clone, Default)]
pub(super) struct AllHeld {
    // In order, so that a simulated worker does the same at each run of a seed.
    by_subject: Arc<Mutex<BTreeMap<Subject, Arc<Held>>>>,
}

impl AllHeld {
    /// Keeps a lease until the guard is dropped. `since` is a moment before it was claimed.
    pub(super) fn hold(&self, lease: Lease, job: JobId, since: Instant) -> Guard {
        let subject = lease.subject();
        let held = Arc::new(Held {
            lease,
            job,
            renewed: Mutex::new(since),
            reason: AtomicU8::new(0),
            stop: CancellationToken::new(),
            total: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            told: AtomicU8::new(0),
            writing: AtomicBool::new(false),
        });
        lock(&self.by_subject).insert(subject, Arc::clone(&held));
        Guard { all: self.clone(), held, settled: false }
    }

    /// It is not held any more.
    pub(super) fn release(&self, held: &Arc<Held>) {
        let mut map = lock(&self.by_subject);
        // The same document may have been claimed again meanwhile.
        if map.get(&held.lease.subject()).is_some_and(|current| Arc::ptr_eq(current, held)) {
            map.remove(&held.lease.subject());
        }
    }

    pub(super) fn all(&self) -> Vec<Arc<Held>> {
        lock(&self.by_subject).values().cloned().collect()
    }

    pub(super) fn get(&self, subject: Subject) -> Option<Arc<Held>> {
        lock(&self.by_subject).get(&subject).cloned()
    }

    pub(super) fn stop_all(&self, reason: Reason) {
        for held in self.all() {
            held.stop(reason);
        }
    }
}

/// A lease that a task works under.
pub(super) struct Guard {
    all: AllHeld,
    held: Arc<Held>,
    settled: bool,
}

impl Guard {
    pub(super) fn held(&self) -> &Arc<Held> {
        &self.held
    }

    /// The store knows what became of it, or somebody else has it: it is not held any more. A guard that is dropped
    /// without this stays on the list, to be handed back when the worker ends.
    pub(super) fn settle(mut self) {
        self.settled = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.settled {
            self.all.release(&self.held);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
