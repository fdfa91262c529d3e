//! The compute threads and what they do next: batches of sentences, callers in turn.
//!
//! Every call puts its texts into a queue of its own. A free thread takes the next queue in turn, its longest texts
//! first, and fills what is left of the batch from the other queues of the same model: a small document does not wait
//! for a large one, and many small ones share batches. Nobody waits for a batch to fill up. A cancelled call's texts
//! leave the queue at once, and a batch under way stops when nobody wants any of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::neural::model::{Cancelled, Encoded, Model, Workspace};
use crate::neural::work::Answer;

/// Most texts of a batch, and the share of a thread in what waits. The engine has sixteen texts under way at a time: a
/// batch several times as large keeps them together, and what it takes longer the next caller waits longer.
const BATCH: usize = 64;

/// Below this, a batch is not made smaller for the sake of idle threads.
const LEAST: usize = 4;

/// Most tokens of a batch: what a thread computes in a quarter of a second or so.
const BATCH_TOKENS: usize = 2_048;

/// How long a caller sleeps before it asks again whether it is cancelled.
const NAP: Duration = Duration::from_millis(20);

/// One text to be computed; `place` tells it apart within its call.
pub(crate) struct Task {
    pub(crate) place: usize,
    pub(crate) encoded: Encoded,
}

/// A fixed number of threads that compute for everybody.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queues: Mutex<Queues>,
    work: Condvar,
}

#[derive(Default)]
struct Queues {
    /// In turn: the first is served next.
    waiting: VecDeque<Queue>,
    next: u64,
    threads: usize,
    closing: bool,
}

/// The texts of one call that are not under way.
struct Queue {
    call: u64,
    model: Arc<dyn Model>,
    /// By length, the longest last: the shortest ones come at the end, when threads run out of work.
    tasks: Vec<Task>,
    /// Texts of a batch that broke the engine: each is tried alone.
    alone: Vec<Task>,
    results: Arc<Results>,
}

#[derive(Default)]
struct Results {
    ready: Mutex<Vec<(usize, Answer)>>,
    news: Condvar,
    /// Nobody waits for them any more.
    unwanted: AtomicBool,
}

/// A batch under way: each text with where its result goes.
struct Batch {
    model: Arc<dyn Model>,
    tokens: usize,
    tasks: Vec<(u64, Task, Arc<Results>)>,
}

impl Pool {
    /// Starts so many threads.
    pub(crate) fn new(threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queues: Mutex::new(Queues { threads: threads.max(1), ..Queues::default() }),
            work: Condvar::new(),
        });
        let mut pool = Self { shared: Arc::clone(&shared), threads: Vec::with_capacity(threads) };
        for index in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("engine-{index}"));
            // On an error the pool is dropped, which stops the threads that did start.
            pool.threads.push(thread.spawn(move || compute(&shared))?);
        }
        Ok(pool)
    }

    /// Computes all tasks and hands each answer to `take` as it comes, on the caller's thread.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `is_cancelled` says so; answers that were not taken are lost.
    pub(crate) fn run(
        &self,
        model: &Arc<dyn Model>,
        mut tasks: Vec<Task>,
        is_cancelled: &dyn Fn() -> bool,
        take: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), Cancelled> {
        let mut missing = tasks.len();
        if missing == 0 {
            return Ok(());
        }
        tasks.sort_by_key(|task| task.encoded.ids.len());
        let results = Arc::new(Results::default());
        let call = {
            let mut queues = lock(&self.shared.queues);
            let call = queues.next;
            queues.next += 1;
            queues.waiting.push_back(Queue {
                call,
                model: Arc::clone(model),
                tasks,
                alone: Vec::new(),
                results: Arc::clone(&results),
            });
            call
        };
        self.shared.work.notify_all();
        while missing > 0 {
            if is_cancelled() {
                results.unwanted.store(true, Ordering::Relaxed);
                lock(&self.shared.queues).waiting.retain(|queue| queue.call != call);
                return Err(Cancelled);
            }
            let mut ready = lock(&results.ready);
            if ready.is_empty() {
                ready = results.news.wait_timeout(ready, NAP).unwrap_or_else(PoisonError::into_inner).0;
            }
            let batch = std::mem::take(&mut *ready);
            drop(ready);
            missing -= batch.len();
            for (place, answer) in batch {
                take(place, answer);
            }
        }
        Ok(())
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

/// A thread's life.
fn compute(shared: &Shared) {
    let mut workspace = Workspace::new();
    loop {
        let batch = {
            let mut queues = lock(&shared.queues);
            loop {
                if queues.closing {
                    return;
                }
                match queues.take_batch() {
                    Some(batch) => break batch,
                    None => queues = shared.work.wait(queues).unwrap_or_else(PoisonError::into_inner),
                }
            }
        };
        batch.compute(shared, &mut workspace);
    }
}

impl Queues {
    fn take_batch(&mut self) -> Option<Batch> {
        let mut first = self.waiting.pop_front()?;
        let mut batch = Batch { model: Arc::clone(&first.model), tokens: 0, tasks: Vec::new() };
        if let Some(task) = first.alone.pop() {
            batch.tasks.push((first.call, task, Arc::clone(&first.results)));
        } else {
            let alike = |queue: &Queue| Arc::ptr_eq(&queue.model, &batch.model);
            let others = self.waiting.iter().filter(|queue| alike(queue)).map(|queue| queue.tasks.len());
            let waiting = first.tasks.len() + others.sum::<usize>();
            // The other threads get their share: batches become smaller towards the end.
            let most = waiting.div_ceil(self.threads).clamp(LEAST, BATCH);
            first.fill(&mut batch, most);
            for queue in &mut self.waiting {
                if Arc::ptr_eq(&queue.model, &batch.model) {
                    queue.fill(&mut batch, most);
                }
            }
            self.waiting.retain(|queue| !queue.is_empty());
        }
        if !first.is_empty() {
            self.waiting.push_back(first);
        }
        (!batch.tasks.is_empty()).then_some(batch)
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.alone.is_empty()
    }

    /// Puts tasks into the batch as long as they fit.
    fn fill(&mut self, batch: &mut Batch, most: usize) {
        let fits = |batch: &Batch, task: &Task| {
            batch.tasks.is_empty() || batch.tasks.len() < most && batch.tokens + task.encoded.ids.len() <= BATCH_TOKENS
        };
        while let Some(task) = self.tasks.pop_if(|task| fits(batch, task)) {
            batch.tokens += task.encoded.ids.len();
            batch.tasks.push((self.call, task, Arc::clone(&self.results)));
        }
    }
}

impl Batch {
    fn compute(self, shared: &Shared, workspace: &mut Workspace) {
        let texts: Vec<&Encoded> = self.tasks.iter().map(|(_, task, _)| &task.encoded).collect();
        let is_unwanted = || self.tasks.iter().all(|(_, _, results)| results.unwanted.load(Ordering::Relaxed));
        let outputs = catch_unwind(AssertUnwindSafe(|| self.model.run(&texts, workspace, &is_unwanted)));
        if matches!(outputs, Ok(Err(Cancelled))) {
            return;
        }
        let outputs = outputs.ok().and_then(Result::ok).filter(|outputs| outputs.len() == self.tasks.len());
        if let Some(outputs) = outputs {
            for ((_, task, results), output) in self.tasks.into_iter().zip(outputs) {
                results.put(task.place, Answer::Output(output));
            }
            return;
        }
        // Whatever state it was left in.
        *workspace = Workspace::new();
        if self.tasks.len() == 1 {
            for (_, task, results) in self.tasks {
                tracing::warn!("the engine broke down over a sentence of {} tokens", task.encoded.ids.len());
                results.put(task.place, Answer::Broken);
            }
            return;
        }
        let mut queues = lock(&shared.queues);
        let wanted = self.tasks.into_iter().filter(|(_, _, results)| !results.unwanted.load(Ordering::Relaxed));
        for (call, task, results) in wanted {
            match queues.waiting.iter_mut().find(|queue| queue.call == call) {
                Some(queue) => queue.alone.push(task),
                None => queues.waiting.push_back(Queue {
                    call,
                    model: Arc::clone(&self.model),
                    tasks: Vec::new(),
                    alone: vec![task],
                    results,
                }),
            }
        }
        drop(queues);
        shared.work.notify_all();
    }
}

impl Results {
    fn put(&self, place: usize, answer: Answer) {
        lock(&self.ready).push((place, answer));
        self.news.notify_one();
    }
}

/// A thread that panicked while it held a lock left nothing half done: every change here is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;
    use crate::neural::model::{Decoded, Output};
    use crate::neural::testing::Letters;

    fn tasks(texts: &[&str]) -> Vec<Task> {
        let encoded = texts.iter().map(|text| Letters.encode(text));
        encoded.enumerate().map(|(place, encoded)| Task { place, encoded }).collect()
    }

    fn all(pool: &Pool, model: &Arc<dyn Model>, texts: &[&str]) -> Vec<Option<String>> {
        let mut out = vec![None; texts.len()];
        let mut take = |place: usize, answer: Answer| {
            if let Answer::Output(output) = answer {
                out[place] = Some(model.decode(&output.ids).text);
            }
        };
        pool.run(model, tasks(texts), &|| false, &mut take).unwrap_or_else(|_| panic!("nobody cancelled"));
        out
    }

    #[test]
    fn every_text_gets_its_own_answer_whatever_the_order() {
        let pool = Pool::new(3).unwrap();
        let model: Arc<dyn Model> = Arc::new(Letters);
        let texts: Vec<String> = (0..200).map(|index| format!("word{index} {}", "more ".repeat(index % 7))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let answers = all(&pool, &model, &texts);
        for (text, answer) in texts.iter().zip(answers) {
            assert_eq!(answer.unwrap(), text.trim().to_uppercase());
        }
    }

    #[test]
    fn a_text_that_breaks_the_engine_takes_nothing_with_it() {
        let pool = Pool::new(2).unwrap();
        let model: Arc<dyn Model> = Arc::new(Letters);
        let answers = all(&pool, &model, &["one", "panic", "two", "three", "panic too", "four"]);
        let shown: Vec<_> = answers.iter().map(Option::as_deref).collect();
        assert_eq!(shown, [Some("ONE"), None, Some("TWO"), Some("THREE"), None, Some("FOUR")]);
    }

    /// Computes a batch when it is told to, and tells which texts were in it.
    struct Stepped {
        step: Mutex<mpsc::Receiver<()>>,
        seen: mpsc::Sender<Vec<String>>,
        runs: AtomicUsize,
    }

    impl Model for Stepped {
        fn encode(&self, text: &str) -> Encoded {
            Letters.encode(text)
        }
        fn knows(&self, character: char) -> bool {
            Letters.knows(character)
        }
        fn ignores(&self, character: char) -> bool {
            Letters.ignores(character)
        }
        fn run(
            &self,
            batch: &[&Encoded],
            workspace: &mut Workspace,
            is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Vec<Output>, Cancelled> {
            self.runs.fetch_add(1, Ordering::SeqCst);
            let _ = self.seen.send(batch.iter().map(|encoded| encoded.text.clone()).collect());
            let _ = lock(&self.step).recv();
            Letters.run(batch, workspace, is_cancelled)
        }
        fn decode(&self, ids: &[u32]) -> Decoded {
            Letters.decode(ids)
        }
        fn bytes(&self) -> usize {
            1
        }
    }

    #[test]
    fn callers_take_turns_and_a_cancelled_one_leaves_at_once() {
        let (step, steps) = mpsc::channel();
        let (seen, batches) = mpsc::channel();
        let model: Arc<dyn Model> = Arc::new(Stepped { step: Mutex::new(steps), seen, runs: AtomicUsize::new(0) });
        let pool = Arc::new(Pool::new(1).unwrap());
        let cancelled = Arc::new(AtomicUsize::new(0));
        let large: Vec<String> =
            (0..BATCH + 32).map(|index| format!("large{index} a b c d e f g h i j k l m n o p")).collect();
        std::thread::scope(|scope| {
            let (pool, model, cancelled) = (&pool, &model, &cancelled);
            let first = scope.spawn(move || {
                let texts: Vec<&str> = large.iter().map(String::as_str).collect();
                let is_cancelled = || cancelled.load(Ordering::SeqCst) > 0;
                pool.run(model, tasks(&texts), &is_cancelled, &mut |_, _| {}).is_err()
            });
            assert_eq!(batches.recv().unwrap().len(), BATCH);
            let second = scope.spawn(move || all(pool, model, &["small"]));
            // The large call has 32 texts waiting; the small one is served after at most one more batch of it.
            while lock(&pool.shared.queues).waiting.len() < 2 {
                std::thread::yield_now();
            }
            step.send(()).unwrap();
            let mut rounds = 1;
            while batches.recv().unwrap() != ["small"] {
                rounds += 1;
                step.send(()).unwrap();
            }
            assert!(rounds <= 2);
            step.send(()).unwrap();
            assert_eq!(second.join().unwrap(), [Some("SMALL".to_owned())]);
            cancelled.store(1, Ordering::SeqCst);
            assert!(first.join().unwrap());
            drop(step);
        });
        assert!(lock(&pool.shared.queues).waiting.is_empty());
    }
}
