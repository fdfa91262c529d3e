//! The worker: takes expansions and documents from the store and works on them until it is told to stop.
//!
//! One loop claims; each claim is a task. Documents hold a slot while they are worked on and room for their bytes; a
//! slot is free again before the outcome is stored, so that the next claim shares its transaction. Nothing here decides
//! a status: the store does, by the functions of the model.
//!
//! Whatever waits for several things looks at them in a fixed order (`biased`), and what is held is kept in order: a
//! simulation with one seed is the same each time.

mod alternation;
mod context;
mod document;
mod enumerate;
mod expansion;
mod held;
mod hosts;
mod metrics;
mod pulse;
mod slots;
mod target;
mod threads;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use terjuman_blobs::Stores;
use terjuman_pipeline::{Engines, Limits, Options};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::alternation::Alternation;
use self::context::Contexts;
use self::held::{AllHeld, Held, Reason};
use self::hosts::Hosts;
use self::slots::{Slot, Slots};
pub use self::threads::Threads;
use crate::{AtWork, FailPoints, Holder, Ids, Jobs, JobsError, RandomIds, Return, WorkerConfig};

/// How long the loop sleeps when nothing rings: back-offs and start delays end unannounced.
const POLL: Duration = Duration::from_millis(250);
/// How long the loop waits after the store failed.
const STORE_FAILED: Duration = Duration::from_secs(1);
/// Expansions at a time. They wait for storage and need no processor.
const EXPANSIONS: usize = 4;
/// Looks at the targets of cancelled documents at a time, and between two questions for such.
const LOOKS_AT_ONCE: usize = 16;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How long work that was told to stop may take to do so.
const GRACE: Duration = Duration::from_secs(5);

/// Works on jobs in this process. See [`Worker::run`].
pub struct Worker {
    shared: Shared,
}

/// What all tasks of a worker use.
pub(crate) struct Shared {
    jobs: Jobs,
    stores: Stores,
    engines: Arc<Engines>,
    config: WorkerConfig,
    options: Options,
    limits: Limits,
    holder: Holder,
    held: AllHeld,
    contexts: Contexts,
    slots: Slots,
    expansions: Slots,
    looks: Slots,
    /// Room for the bytes of documents at work, in KiB.
    memory: Arc<Semaphore>,
    /// Whether somebody was told that the store fails.
    store_failed: AtomicBool,
    points: FailPoints,
    at_work: AtWork,
    threads: Threads,
    hosts: Hosts,
}

impl Worker {
    /// A worker on these jobs, with this storage and these engines.
    #[must_use]
    pub fn new(
        jobs: Jobs,
        stores: Stores,
        engines: Arc<Engines>,
        config: WorkerConfig,
        options: Options,
        limits: Limits,
    ) -> Self {
        let holder = Holder {
            name: RandomIds.next().to_string(),
            // Shorter, and a heartbeat could come too late by the scheduler's whim.
            lease: Duration::from_millis(config.lease_ms.max(1_000)),
        };
        let shared = Shared {
            held: AllHeld::default(),
            contexts: Contexts::default(),
            slots: Slots::new(config.concurrency.max(1)),
            expansions: Slots::new(EXPANSIONS),
            looks: Slots::new(LOOKS_AT_ONCE),
            memory: Arc::new(Semaphore::new(kibibytes(config.max_bytes_in_work) as usize)),
            store_failed: AtomicBool::new(false),
            points: FailPoints::default(),
            at_work: AtWork::default(),
            threads: Threads::default(),
            hosts: Hosts::default(),
            jobs,
            stores,
            engines,
            config,
            options,
            limits,
            holder,
        };
        Self { shared }
    }

    /// The same, and what it works on is noted for the case that this process dies of it.
    #[must_use]
    pub fn noting(mut self, at_work: AtWork) -> Self {
        self.shared.at_work = at_work;
        self
    }

    /// The same with points at which a test lets the process die.
    #[doc(hidden)]
    #[must_use]
    pub fn with_points(mut self, points: FailPoints) -> Self {
        self.shared.points = points;
        self
    }

    /// The same with other threads for its translations.
    #[doc(hidden)]
    #[must_use]
    pub fn with_threads(mut self, threads: Threads) -> Self {
        self.shared.threads = threads;
        self
    }

    /// Works until `stop`; then takes nothing new, lets what runs go on for the configured time, and hands back the rest
    /// as if it had never been begun. Dropping the future instead is as if the process had died.
    pub async fn run(self, stop: CancellationToken) {
        let shared = Arc::new(self.shared);
        metrics::describe();
        let _orphans = StopOrphans(shared.held.clone());
        let mut pulse = JoinSet::new();
        pulse.spawn(pulse::run(Arc::clone(&shared)));
        shared.recount(&stop).await;
        let mut tasks = JoinSet::new();
        let (mut alternation, mut looked) = (Alternation::default(), None);
        while !stop.is_cancelled() {
            let filled = async {
                shared.fill_looks(&mut tasks, &mut looked).await?;
                shared.fill(&mut tasks, &mut alternation).await
            };
            let filled = filled.await;
            shared.note(&filled);
            let pause = if filled.is_ok() { POLL } else { STORE_FAILED };
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                Some(ended) = tasks.join_next() => report_panic(ended),
                () = shared.jobs.wake().notified(), if filled.is_ok() => {}
                () = shared.slots.freed(), if filled.is_ok() => {}
                () = sleep(pause) => {}
            }
        }
        shared.drain(tasks).await;
        pulse.shutdown().await;
    }
}

/// Translations run on threads, which no dropped future takes along: they are told to stop.
struct StopOrphans(AllHeld);

impl Drop for StopOrphans {
    fn drop(&mut self) {
        self.0.stop_all(Reason::Lost);
    }
}

impl Shared {
    /// Looks at the counters once, before anything is claimed, as soon as the store can be reached.
    async fn recount(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let audited = self.jobs.store().audit().await;
            self.note(&audited);
            let released = self.jobs.store().release_expired(self.config.lost_leases).await;
            self.note(&released);
            if audited.is_ok() && released.is_ok() {
                self.jobs.announce();
                self.jobs.ring();
                return;
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = sleep(STORE_FAILED) => {}
            }
        }
    }

    /// Takes over cancelled documents that have no worker. They wait for storage and need no processor.
    async fn fill_looks(
        self: &Arc<Self>,
        tasks: &mut JoinSet<()>,
        looked: &mut Option<Instant>,
    ) -> Result<(), JobsError> {
        if looked.is_some_and(|looked| looked.elapsed() < BETWEEN_LOOKS) {
            return Ok(());
        }
        let mut slots = self.looks.take(LOOKS_AT_ONCE);
        if slots.is_empty() {
            return Ok(());
        }
        let since = Instant::now();
        let claimed = self.jobs.store().claim_cancelled(&self.holder, slots.len()).await?;
        // As many as were asked for: there may be more.
        *looked = (claimed.len() < slots.len()).then_some(since);
        for document in claimed {
            let Some(slot) = slots.pop() else { break };
            let (lease, work) = document::Work::of(document, &self.stores);
            let guard = self.held.hold(lease, work.job, since);
            tasks.spawn(document::look(Arc::clone(self), guard, work, slot));
        }
        slots.into_iter().for_each(Slot::put_back);
        Ok(())
    }

    /// Claims what there is room for.
    async fn fill(self: &Arc<Self>, tasks: &mut JoinSet<()>, alternation: &mut Alternation) -> Result<(), JobsError> {
        while let Some(slot) = self.expansions.take(1).pop() {
            let since = Instant::now();
            let Some(claimed) = self.jobs.store().claim_expansion(&self.holder).await? else {
                slot.put_back();
                break;
            };
            let held = self.held.hold(claimed.lease, claimed.job, since);
            let (request, attempt) = (claimed.request, claimed.attempt);
            let stores = self.stores.of(&claimed.resource);
            tasks.spawn(expansion::work(Arc::clone(self), stores, held, request, attempt, slot));
        }
        loop {
            let alone = alternation.alone();
            let mut slots = if alone { Vec::new() } else { self.slots.take(self.config.concurrency) };
            if slots.is_empty() && !alone {
                return Ok(());
            }
            let since = Instant::now();
            let claimed = self.jobs.store().claim_documents(&self.holder, slots.len()).await?;
            alternation.claimed(claimed.suspects);
            let found = !claimed.documents.is_empty();
            for document in claimed.documents {
                let Some(slot) = slots.pop() else { break };
                self.begin(tasks, document, since, slot);
            }
            slots.into_iter().for_each(Slot::put_back);
            if found {
                continue;
            }
            if claimed.suspects && self.begin_suspect(tasks).await? {
                alternation.began();
            }
            return Ok(());
        }
    }

    /// Begins a document under which a worker died, if nothing else is at work: it takes every slot.
    async fn begin_suspect(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> Result<bool, JobsError> {
        let Some(slots) = self.slots.take_all() else { return Ok(false) };
        let since = Instant::now();
        let Some(document) = self.jobs.store().claim_suspect(&self.holder).await? else {
            slots.put_back();
            return Ok(false);
        };
        self.begin(tasks, document, since, slots);
        Ok(true)
    }

    fn begin(self: &Arc<Self>, tasks: &mut JoinSet<()>, document: crate::ClaimedDocument, since: Instant, slot: Slot) {
        let (lease, work) = document::Work::of(document, &self.stores);
        let guard = self.held.hold(lease, work.job, since);
        let (shared, held) = (Arc::clone(self), Arc::clone(guard.held()));
        tasks.spawn(async move {
            let work = AssertUnwindSafe(document::work(Arc::clone(&shared), guard, work, slot));
            if work.catch_unwind().await.is_err() {
                shared.panicked(&held).await;
            }
        });
    }

    /// A bug of ours met this document. It counts as if the process had gone down, which others were spared.
    async fn panicked(&self, held: &Arc<Held>) {
        tracing::error!("a task of the worker panicked");
        let recorded = self.jobs.store().record_crashes(&[held.lease()], self.config.attempts).await;
        self.note(&recorded);
        // Told or not: nobody keeps the lease alive any more.
        self.held.release(held);
        self.jobs.announce();
        self.jobs.ring();
    }

    /// Lets what runs come to its end, then stops it, then hands back what is still held.
    async fn drain(&self, mut tasks: JoinSet<()>) {
        let limit = Duration::from_millis(self.config.shutdown_ms);
        if timeout(limit, all(&mut tasks)).await.is_err() {
            self.held.stop_all(Reason::Shutdown);
            let _ = timeout(GRACE, all(&mut tasks)).await;
        }
        tasks.shutdown().await;
        // What is on its way to a storage may appear until the lease is over: the next worker would look too
        // early.
        let left = self.held.all();
        let (writing, left): (Vec<_>, Vec<_>) = left.iter().partition(|held| held.is_writing());
        if !writing.is_empty() {
            tracing::warn!(
                documents = writing.len(),
                "a storage has not said whether it has {} outputs: their leases have to expire",
                writing.len()
            );
        }
        let leases: Vec<_> = left.iter().map(|held| held.lease()).collect();
        if !leases.is_empty()
            && let Err(error) = self.jobs.store().hand_back(&leases, Return::Unbegun).await
        {
            tracing::warn!(error = %error, "leases could not be handed back and have to expire: {error}");
        }
    }

    /// Tells once that the store fails, and once that it answers again.
    fn note<T>(&self, result: &Result<T, JobsError>) {
        match result {
            Ok(_) if self.store_failed.swap(false, Ordering::Relaxed) => tracing::info!("the job store answers again"),
            Ok(_) => {}
            Err(error) if !self.store_failed.swap(true, Ordering::Relaxed) => {
                tracing::error!(error = %error, "the job store fails: {error}");
            }
            Err(_) => {}
        }
    }
}

async fn all(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        report_panic(ended);
    }
}

/// A task that panics leaves its lease to expire, like a worker that died.
fn report_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a task of the worker panicked");
    }
}

/// Bytes in the unit of the memory semaphore, which counts no further than `u32`.
fn kibibytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX).clamp(1, Semaphore::MAX_PERMITS.min(1 << 30) as u32)
}
