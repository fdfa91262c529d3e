//! The compute threads and what they do next: sentences of all callers, in turn.
//!
//! Every call puts its sentences into a queue of its own. A thread works on one model at a time, on many sentences side
//! by side: whenever some of them are done it takes others, one from each queue in turn, whoever they are for. So
//! nobody waits for a batch to fill up or to end, and a small document does not wait for a large one. Threads that have
//! nothing to do get their share of the sentences; when others wait for another model, a thread turns to that one after
//! a while. A cancelled call's sentences leave the queue at once. What callers do with their sentences before and after
//! counts as work like any other: [`Budget`].

mod queues;
mod shift;
#[cfg(test)]
mod tests;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::neural::budget::{Budget, Place};
use crate::neural::metrics;
use crate::neural::model::{Cancelled, Model};
use crate::neural::work::Answer;
use queues::{Queue, Queues, Results};
use shift::compute;

/// How long a caller sleeps before it asks again whether it is cancelled.
const NAP: Duration = Duration::from_millis(20);

/// A caller who has waited so many naps for a place goes on without one: no thread needs as long between two tokens.
const MOST_NAPS: usize = 100;

/// A caller who misses many answers sleeps until there are so many of them, or a nap long.
const TOGETHER: usize = 16;

/// So many times in a row a caller who has a place looks for more to hand over.
const LOOKS: usize = 4;

/// With fewer sentences than this under way for each thread, a caller who has more is waited for.
const SUPPLY: usize = 32;

/// One sentence to be computed; `place` tells it apart within its call.
pub(crate) struct Task {
    pub(crate) place: usize,
    pub(crate) ids: Vec<u32>,
}

/// A call's tasks, as they come up.
pub(crate) trait Job {
    /// The next ones, or none of them yet; `None` if nothing comes up before an answer does.
    fn more(&mut self) -> Option<Vec<Task>>;

    /// Takes an answer, by the task's place; what comes up because of it.
    fn take(&mut self, place: usize, answer: Answer) -> Vec<Task>;
}

/// A fixed number of threads that compute for everybody.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queues: Mutex<Queues>,
    work: Condvar,
    budget: Budget,
}

impl Pool {
    /// Starts so many threads. As many are at work at a time, callers among them.
    pub(crate) fn new(threads: usize) -> std::io::Result<Self> {
        Self::with_places(threads.max(1), threads.max(1))
    }

    fn with_places(threads: usize, places: usize) -> std::io::Result<Self> {
        metrics::describe();
        let (queues, work) = Default::default();
        let shared = Arc::new(Shared { queues, work, budget: Budget::new(places) });
        let mut pool = Self { shared: Arc::clone(&shared), threads: Vec::with_capacity(threads) };
        for index in 0..threads {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("engine-{index}"));
            // On an error the pool is dropped, which stops the threads that did start.
            pool.threads.push(thread.spawn(move || compute(&shared))?);
        }
        Ok(pool)
    }

    /// See [`Budget::idle`].
    #[cfg(feature = "measure")]
    pub(crate) fn idle(&self) -> Duration {
        self.shared.budget.idle()
    }

    /// Computes what the job has, and hands it each answer as it comes, on the caller's thread.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `is_cancelled` says so; answers that were not taken are lost.
    pub(crate) fn run(
        &self,
        model: &Arc<dyn Model>,
        job: &mut dyn Job,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Cancelled> {
        let results = Arc::new(Results::default());
        let call = {
            let mut queues = lock(&self.shared.queues);
            queues.next += 1;
            queues.next
        };
        let cancel = || {
            results.unwanted.store(true, Ordering::Relaxed);
            lock(&self.shared.queues).waiting.retain(|queue| queue.call != call);
            Err(Cancelled)
        };
        let (mut missing, mut has_more) = (0, true);
        while missing > 0 || has_more {
            if is_cancelled() {
                return cancel();
            }
            let mut ready = lock(&results.ready);
            // While there is more to hand over, nobody sleeps.
            if ready.answers.is_empty() && !has_more {
                ready.wanted = Some((missing / TOGETHER).clamp(1, TOGETHER));
                ready = results.news.wait_timeout(ready, NAP).unwrap_or_else(PoisonError::into_inner).0;
                ready.wanted = None;
                if ready.answers.is_empty() {
                    continue;
                }
            }
            let under_way = missing - ready.answers.len();
            drop(ready);
            let presses = under_way == 0 || has_more && under_way < SUPPLY * self.threads.len();
            let Ok(place) = self.place(presses, is_cancelled) else { return cancel() };
            let answers = std::mem::take(&mut lock(&results.ready).answers);
            missing -= answers.len();
            let again: Vec<Task> = answers.into_iter().flat_map(|(place, answer)| job.take(place, answer)).collect();
            missing += again.len();
            self.add(call, model, &results, again);
            for _ in 0..LOOKS {
                let more = job.more();
                has_more = more.is_some();
                let Some(tasks) = more else { break };
                missing += tasks.len();
                self.add(call, model, &results, tasks);
            }
            drop(place);
        }
        Ok(())
    }

    /// A place for a caller. An engine that does not come to its next token keeps nobody from going on, and none is held
    /// then.
    fn place(&self, presses: bool, is_cancelled: &dyn Fn() -> bool) -> Result<Option<Place<'_>>, Cancelled> {
        for _ in 0..MOST_NAPS {
            if let Some(place) = self.shared.budget.enter_within(NAP, presses) {
                return Ok(Some(place));
            }
            if is_cancelled() {
                return Err(Cancelled);
            }
        }
        Ok(None)
    }

    /// More tasks of a call.
    fn add(&self, call: u64, model: &Arc<dyn Model>, results: &Arc<Results>, mut tasks: Vec<Task>) {
        if tasks.is_empty() {
            return;
        }
        tasks.sort_by_key(|task| task.ids.len());
        let mut queues = lock(&self.shared.queues);
        match queues.waiting.iter_mut().find(|queue| queue.call == call) {
            Some(queue) => {
                queue.tasks.append(&mut tasks);
                // Two sorted runs: linear.
                queue.tasks.sort_by_key(|task| task.ids.len());
            }
            None => {
                let (model, results) = (Arc::clone(model), Arc::clone(results));
                queues.waiting.push_back(Queue { call, model, tasks, alone: Vec::new(), results });
            }
        }
        let has_idle = queues.idle > 0;
        drop(queues);
        if has_idle {
            self.shared.work.notify_all();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.queues).closing = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // A thread catches what the engine does; if it died all the same, there is nothing to wait for.
            let _ = thread.join();
        }
    }
}

/// A thread that panicked while it held a lock left nothing half done: every change here is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
