//! The compute threads and what they do next: sentences of all callers, in turn.
//!
//! Every call puts its sentences into a queue of its own. A thread works on one model at a time, on many sentences side
//! by side: whenever some of them are done it takes others, one from each queue in turn, whoever they are for. So
//! nobody waits for a batch to fill up or to end, and a small document does not wait for a large one. Threads that have
//! nothing to do get their share of the sentences; when others wait for another model, a thread turns to that one after
//! a while. A cancelled call's sentences leave the queue at once. What callers do with their sentences before and after
//! counts as work like any other: [`Budget`].

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::neural::budget::{Budget, Place};
use crate::neural::metrics;
use crate::neural::model::{Cancelled, Feed, Hypothesis, Model, Workspace};
use crate::neural::work::Answer;

/// After so many tokens, about a quarter of a second, a thread turns to those who wait for another model. To turn costs
/// some speed, as the last sentences of the one run side by side with ever fewer others.
const SHIFT_TOKENS: usize = 2_048;

/// How long a caller sleeps before it asks again whether it is cancelled.
const NAP: Duration = Duration::from_millis(20);

/// A caller who has waited so many naps for a place goes on without one: no thread needs as long between two tokens.
const MOST_NAPS: usize = 100;

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

#[derive(Default)]
struct Queues {
    /// In turn: the first is served next.
    waiting: VecDeque<Queue>,
    next: u64,
    /// Threads without work.
    idle: usize,
    closing: bool,
}

/// The sentences of one call that are not under way.
struct Queue {
    call: u64,
    model: Arc<dyn Model>,
    /// By length, the longest last and first to go: the short ones make it even when threads run out of work.
    tasks: Vec<Task>,
    /// Sentences that were under way when the engine broke down: each is tried alone.
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

/// A sentence under way, and where its result goes.
struct Taken {
    call: u64,
    task: Task,
    results: Arc<Results>,
}

/// A thread's work on one model.
struct Shift<'a> {
    shared: &'a Shared,
    model: Arc<dyn Model>,
    /// By the number that the engine knows them by.
    under_way: Vec<Option<Taken>>,
    /// Tokens taken so far.
    tokens: usize,
    /// Whether it is for one sentence that may break the engine; and that sentence, before it is under way.
    is_alone: bool,
    alone: Option<Taken>,
    /// See [`Budget::give_way`].
    steps: Cell<usize>,
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
            if ready.is_empty() && !has_more {
                ready = results.news.wait_timeout(ready, NAP).unwrap_or_else(PoisonError::into_inner).0;
                if ready.is_empty() {
                    continue;
                }
            }
            let under_way = missing - ready.len();
            drop(ready);
            let presses = under_way == 0 || has_more && under_way < SUPPLY * self.threads.len();
            let Ok(place) = self.place(presses, is_cancelled) else { return cancel() };
            let answers = std::mem::take(&mut *lock(&results.ready));
            missing -= answers.len();
            let again: Vec<Task> = answers.into_iter().flat_map(|(place, answer)| job.take(place, answer)).collect();
            missing += again.len();
            self.add(call, model, &results, again);
            let more = job.more();
            has_more = more.is_some();
            let tasks = more.unwrap_or_default();
            missing += tasks.len();
            self.add(call, model, &results, tasks);
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
        drop(queues);
        self.shared.work.notify_all();
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
        let (model, alone) = {
            let mut queues = lock(&shared.queues);
            loop {
                if queues.closing {
                    return;
                }
                if let Some(found) = queues.begin() {
                    break found;
                }
                queues.idle += 1;
                queues = shared.work.wait(queues).unwrap_or_else(PoisonError::into_inner);
                queues.idle -= 1;
            }
        };
        let is_alone = alone.is_some();
        // Until it has a place it is as free as before: others leave it its share.
        lock(&shared.queues).idle += 1;
        let place = shared.budget.enter();
        lock(&shared.queues).idle -= 1;
        let steps = Cell::new(0);
        Shift { shared, model, under_way: Vec::new(), tokens: 0, is_alone, alone, steps }.compute(&mut workspace);
        drop(place);
    }
}

impl Queues {
    /// What a free thread does next: a model, and the one sentence that it is to do if that may break the engine.
    fn begin(&mut self) -> Option<(Arc<dyn Model>, Option<Taken>)> {
        let first = self.waiting.front_mut()?;
        let model = Arc::clone(&first.model);
        let alone = first.alone.pop().map(|task| Taken { call: first.call, task, results: Arc::clone(&first.results) });
        if alone.is_some() {
            self.turn(0);
        }
        Some((model, alone))
    }

    /// The next sentence for a thread that has so many under way and has taken so many tokens in its shift.
    fn take(&mut self, model: &Arc<dyn Model>, under_way: usize, tokens: usize) -> Option<Taken> {
        let is_for = |queue: &Queue| Arc::ptr_eq(&queue.model, model) && !queue.tasks.is_empty();
        let is_other = |queue: &Queue| !Arc::ptr_eq(&queue.model, model) || !queue.alone.is_empty();
        if self.closing || tokens >= SHIFT_TOKENS && self.waiting.iter().any(is_other) {
            return None;
        }
        let waiting: usize = self.waiting.iter().filter(|queue| is_for(queue)).map(|queue| queue.tasks.len()).sum();
        metrics::waiting(waiting);
        if under_way > 0 && under_way * (self.idle + 1) >= under_way + waiting {
            return None;
        }
        let index = self.waiting.iter().position(is_for)?;
        let queue = &mut self.waiting[index];
        let task = queue.tasks.pop()?;
        let taken = Taken { call: queue.call, task, results: Arc::clone(&queue.results) };
        self.turn(index);
        Some(taken)
    }

    /// The queue at this place has had its turn.
    fn turn(&mut self, index: usize) {
        let queue = self.waiting.remove(index).filter(|queue| !queue.tasks.is_empty() || !queue.alone.is_empty());
        self.waiting.extend(queue);
    }
}

impl Feed for Shift<'_> {
    fn next(&mut self, under_way: usize) -> Option<(usize, Vec<u32>)> {
        self.give_way();
        let taken = match self.is_alone {
            true => self.alone.take()?,
            false => lock(&self.shared.queues).take(&self.model, under_way, self.tokens)?,
        };
        metrics::joined(under_way);
        let ids = taken.task.ids.clone();
        self.tokens += ids.len();
        let free = self.under_way.iter().position(Option::is_none);
        let number = free.unwrap_or(self.under_way.len());
        match self.under_way.get_mut(number) {
            Some(place) => *place = Some(taken),
            None => self.under_way.push(Some(taken)),
        }
        Some((number, ids))
    }

    fn done(&mut self, sentence: usize, hypothesis: Hypothesis) {
        if let Some(Taken { task, results, .. }) = self.under_way.get_mut(sentence).and_then(Option::take) {
            results.put(task.place, Answer::Output(hypothesis.into()));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.give_way();
        let mut under_way = self.under_way.iter().flatten().peekable();
        under_way.peek().is_some() && under_way.all(|taken| taken.results.unwanted.load(Ordering::Relaxed))
    }
}

impl Shift<'_> {
    /// Before each token, and between sentences that are taken.
    fn give_way(&self) {
        let mut steps = self.steps.get();
        self.shared.budget.give_way(&mut steps);
        self.steps.set(steps);
    }

    fn compute(mut self, workspace: &mut Workspace) {
        let model = Arc::clone(&self.model);
        let outcome = catch_unwind(AssertUnwindSafe(|| model.run(&mut self, workspace)));
        if matches!(outcome, Ok(Err(Cancelled))) {
            return;
        }
        if outcome.is_err() {
            // Whatever state it was left in.
            *workspace = Workspace::new();
        }
        let is_wanted = |taken: &Taken| !taken.results.unwanted.load(Ordering::Relaxed);
        let left: Vec<Taken> = self.under_way.into_iter().flatten().filter(is_wanted).collect();
        if left.is_empty() {
            return;
        }
        if let [Taken { task, results, .. }] = &*left {
            tracing::warn!("the engine broke down over a sentence of {} tokens", task.ids.len());
            results.put(task.place, Answer::Broken);
            return;
        }
        let mut queues = lock(&self.shared.queues);
        for Taken { call, task, results } in left {
            match queues.waiting.iter_mut().find(|queue| queue.call == call) {
                Some(queue) => queue.alone.push(task),
                None => queues.waiting.push_back(Queue {
                    call,
                    model: Arc::clone(&model),
                    tasks: Vec::new(),
                    alone: vec![task],
                    results,
                }),
            }
        }
        drop(queues);
        self.shared.work.notify_all();
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
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use super::*;
    use crate::neural::model::{Decoded, Encoded};
    use crate::neural::testing::{Letters, hypothesis_of};

    fn tasks(texts: &[&str]) -> Vec<Task> {
        let ids = texts.iter().map(|text| Letters.encode(text).ids);
        ids.enumerate().map(|(place, ids)| Task { place, ids }).collect()
    }

    /// Tasks that are all there from the beginning.
    struct Listed<'a> {
        tasks: Option<Vec<Task>>,
        take: &'a mut dyn FnMut(usize, Answer),
    }

    impl Job for Listed<'_> {
        fn more(&mut self) -> Option<Vec<Task>> {
            self.tasks.take()
        }

        fn take(&mut self, place: usize, answer: Answer) -> Vec<Task> {
            (self.take)(place, answer);
            Vec::new()
        }
    }

    fn run(
        pool: &Pool,
        model: &Arc<dyn Model>,
        tasks: Vec<Task>,
        is_cancelled: &dyn Fn() -> bool,
        take: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), Cancelled> {
        pool.run(model, &mut Listed { tasks: Some(tasks), take }, is_cancelled)
    }

    fn all(pool: &Pool, model: &Arc<dyn Model>, texts: &[&str]) -> Vec<Option<String>> {
        let mut out = vec![None; texts.len()];
        let mut take = |place: usize, answer: Answer| {
            if let Answer::Output(output) = answer {
                out[place] = Some(model.decode(&output.ids).text);
            }
        };
        run(pool, model, tasks(texts), &|| false, &mut take).unwrap_or_else(|_| panic!("nobody cancelled"));
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

    /// Does one sentence at a time, when it is told to, and tells which.
    struct Stepped {
        step: Mutex<mpsc::Receiver<()>>,
        seen: mpsc::Sender<String>,
    }

    impl Stepped {
        fn shared() -> (Arc<dyn Model>, mpsc::Sender<()>, mpsc::Receiver<String>) {
            let (step, steps) = mpsc::channel();
            let (seen, sentences) = mpsc::channel();
            (Arc::new(Self { step: Mutex::new(steps), seen }), step, sentences)
        }
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
        fn run(&self, feed: &mut dyn Feed, _: &mut Workspace) -> Result<(), Cancelled> {
            while let Some((sentence, ids)) = feed.next(0) {
                let _ = self.seen.send(Letters.decode(&ids).text);
                let _ = lock(&self.step).recv();
                if feed.is_cancelled() {
                    let _ = self.seen.send("cancelled".to_owned());
                    return Err(Cancelled);
                }
                feed.done(sentence, hypothesis_of(ids));
            }
            Ok(())
        }
        fn decode(&self, ids: &[u32]) -> Decoded {
            Letters.decode(ids)
        }
        fn bytes(&self) -> usize {
            1
        }
    }

    fn wait_for_queues(pool: &Pool, count: usize) {
        while lock(&pool.shared.queues).waiting.len() != count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn callers_take_turns_and_a_cancelled_one_leaves_at_once() {
        let (model, step, sentences) = Stepped::shared();
        // Callers have places of their own: this engine does not go on by itself.
        let pool = Pool::with_places(1, 3).unwrap();
        let cancelled = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (pool, model, cancelled) = (&pool, &model, &cancelled);
            let first = scope.spawn(move || {
                let is_cancelled = || cancelled.load(Ordering::SeqCst);
                run(pool, model, tasks(&["large"; 40]), &is_cancelled, &mut |_, _| {}).is_err()
            });
            assert_eq!(sentences.recv().unwrap(), "LARGE");
            let second = scope.spawn(move || all(pool, model, &["small"]));
            wait_for_queues(pool, 2);
            step.send(()).unwrap();
            // The large call has had its turn, and then had another before the small one came.
            let next = [sentences.recv().unwrap(), {
                step.send(()).unwrap();
                sentences.recv().unwrap()
            }];
            assert!(next.contains(&"SMALL".to_owned()), "{next:?}");
            step.send(()).unwrap();
            assert_eq!(second.join().unwrap(), [Some("SMALL".to_owned())]);
            cancelled.store(true, Ordering::SeqCst);
            assert!(first.join().unwrap());
            assert!(lock(&pool.shared.queues).waiting.is_empty());
            step.send(()).unwrap();
            // What was under way is not computed to its end.
            assert!(sentences.iter().take(2).any(|sentence| sentence == "cancelled"));
        });
    }

    /// Counts who is at work, in the engine and around it.
    #[derive(Default)]
    struct Counted {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl Counted {
        fn work(&self) {
            self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            self.now.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Model for Counted {
        fn encode(&self, text: &str) -> Encoded {
            Letters.encode(text)
        }
        fn knows(&self, character: char) -> bool {
            Letters.knows(character)
        }
        fn ignores(&self, character: char) -> bool {
            Letters.ignores(character)
        }
        fn run(&self, feed: &mut dyn Feed, _: &mut Workspace) -> Result<(), Cancelled> {
            while let Some((sentence, ids)) = feed.next(0) {
                self.work();
                feed.done(sentence, hypothesis_of(ids));
            }
            Ok(())
        }
        fn decode(&self, ids: &[u32]) -> Decoded {
            Letters.decode(ids)
        }
        fn bytes(&self) -> usize {
            1
        }
    }

    /// Hands over one task at a time, a hundred in all.
    struct Busy<'a> {
        counted: &'a Counted,
        place: usize,
        taken: usize,
    }

    impl Job for Busy<'_> {
        fn more(&mut self) -> Option<Vec<Task>> {
            self.counted.work();
            let place = self.place;
            self.place += 1;
            (place < 100).then(|| vec![Task { place, ids: vec![1] }])
        }

        fn take(&mut self, _: usize, _: Answer) -> Vec<Task> {
            self.counted.work();
            self.taken += 1;
            Vec::new()
        }
    }

    #[test]
    fn callers_and_threads_at_work_are_no_more_than_the_threads() {
        for threads in [1, 2] {
            let counted = Arc::new(Counted::default());
            let model: Arc<dyn Model> = Arc::clone(&counted) as _;
            let pool = Pool::new(threads).unwrap();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let mut job = Busy { counted: &counted, place: 0, taken: 0 };
                        assert!(pool.run(&model, &mut job, &|| false).is_ok());
                        assert_eq!(job.taken, 100);
                    });
                }
            });
            assert!(counted.most.load(Ordering::SeqCst) <= threads);
        }
    }

    fn queue_of(call: u64, model: &Arc<dyn Model>, texts: &[&str]) -> Queue {
        let results = Arc::new(Results::default());
        Queue { call, model: Arc::clone(model), tasks: tasks(texts), alone: Vec::new(), results }
    }

    /// Nothing here knows what time it is: a free thread takes what there is, and a busy one whatever comes while it has
    /// room.
    #[test]
    fn a_sentence_alone_waits_for_no_company() {
        let model: Arc<dyn Model> = Arc::new(Letters);
        for idle in [0, 3] {
            let mut queues = Queues { idle, ..Queues::default() };
            queues.waiting.push_back(queue_of(0, &model, &["alone"]));
            assert!(queues.begin().is_some_and(|(_, alone)| alone.is_none()));
            assert!(queues.take(&model, 0, 0).is_some_and(|taken| taken.call == 0));
            assert!(queues.waiting.is_empty());
        }
        // One more joins those that are under way, where no thread is free.
        let mut queues = Queues::default();
        queues.waiting.push_back(queue_of(1, &model, &["late"]));
        assert!(queues.take(&model, 9, 100).is_some_and(|taken| taken.call == 1));
    }

    #[test]
    fn every_caller_has_its_turn_however_much_the_others_have() {
        let model: Arc<dyn Model> = Arc::new(Letters);
        let mut queues = Queues::default();
        for (call, count) in [(0, 30), (1, 30), (2, 2)] {
            queues.waiting.push_back(queue_of(call, &model, &vec!["text"; count]));
        }
        let order: Vec<_> = (0..9).filter_map(|_| queues.take(&model, 0, 0)).map(|taken| taken.call).collect();
        assert_eq!(order, [0, 1, 2, 0, 1, 2, 0, 1, 0]);
    }

    #[test]
    fn idle_threads_get_a_share_and_another_model_gets_its_turn() {
        let model: Arc<dyn Model> = Arc::new(Letters);
        let other: Arc<dyn Model> = Arc::new(Letters);
        let results = Arc::new(Results::default());
        let queue = |model: &Arc<dyn Model>, texts: &[&str]| Queue {
            call: 0,
            model: Arc::clone(model),
            tasks: tasks(texts),
            alone: Vec::new(),
            results: Arc::clone(&results),
        };
        let mut queues = Queues { idle: 1, ..Queues::default() };
        queues.waiting.push_back(queue(&model, &["a"; 10]));
        let taken = (0..10).take_while(|under_way| queues.take(&model, *under_way, 0).is_some()).count();
        assert_eq!(taken, 5);
        queues.idle = 0;
        assert!(queues.take(&model, 5, SHIFT_TOKENS).is_some());
        queues.waiting.push_back(queue(&other, &["b"]));
        assert!(queues.take(&model, 6, SHIFT_TOKENS - 1).is_some());
        assert!(queues.take(&model, 7, SHIFT_TOKENS).is_none());
        assert!(queues.begin().is_some_and(|(next, _)| Arc::ptr_eq(&next, &other)));
    }
}
