//! What waits for a compute thread, and whose turn it is.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex};

use super::{Task, lock};
use crate::neural::metrics;
use crate::neural::model::Model;
use crate::neural::work::Answer;

/// After so many tokens, about a quarter of a second, a thread turns to those who wait for another model. To turn costs
/// some speed, as the last sentences of the one run side by side with ever fewer others.
pub(super) const SHIFT_TOKENS: usize = 2_048;

#[derive(Default)]
pub(super) struct Queues {
    /// In turn: the first is served next.
    pub(super) waiting: VecDeque<Queue>,
    pub(super) next: u64,
    /// Threads without work.
    pub(super) idle: usize,
    pub(super) closing: bool,
}

/// The sentences of one call that are not under way.
pub(super) struct Queue {
    pub(super) call: u64,
    pub(super) model: Arc<dyn Model>,
    /// By length, the longest last and first to go: the short ones make it even when threads run out of work.
    pub(super) tasks: Vec<Task>,
    /// Sentences that were under way when the engine broke down: each is tried alone.
    pub(super) alone: Vec<Task>,
    pub(super) results: Arc<Results>,
}

#[derive(Default)]
pub(super) struct Results {
    pub(super) ready: Mutex<Ready>,
    pub(super) news: Condvar,
    /// Nobody waits for them any more.
    pub(super) unwanted: AtomicBool,
}

/// Answers that their caller has not taken.
#[derive(Default)]
pub(super) struct Ready {
    pub(super) answers: Vec<(usize, Answer)>,
    /// The caller sleeps until there are so many.
    pub(super) wanted: Option<usize>,
}

/// A sentence under way, and where its result goes.
pub(super) struct Taken {
    pub(super) call: u64,
    pub(super) task: Task,
    pub(super) results: Arc<Results>,
}

impl Queues {
    /// What a free thread does next: a model, and the one sentence that it is to do if that may break the engine.
    pub(super) fn begin(&mut self) -> Option<(Arc<dyn Model>, Option<Taken>)> {
        let first = self.waiting.front_mut()?;
        let model = Arc::clone(&first.model);
        let alone = first.alone.pop().map(|task| Taken { call: first.call, task, results: Arc::clone(&first.results) });
        if alone.is_some() {
            self.turn(0);
        }
        Some((model, alone))
    }

    /// The next sentence for a thread that has so many under way and has taken so many tokens in its shift.
    pub(super) fn take(&mut self, model: &Arc<dyn Model>, under_way: usize, tokens: usize) -> Option<Taken> {
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

impl Results {
    pub(super) fn put(&self, place: usize, answer: Answer) {
        let mut ready = lock(&self.ready);
        ready.answers.push((place, answer));
        let is_enough = ready.wanted.is_some_and(|wanted| ready.answers.len() >= wanted);
        if is_enough {
            ready.wanted = None;
        }
        drop(ready);
        // To wake nobody costs a call of the system, too.
        if is_enough {
            self.news.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::testing::{Letters, tasks};

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
