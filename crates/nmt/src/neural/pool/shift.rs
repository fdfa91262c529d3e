//! A compute thread's life: it works on one model at a time, on many sentences side by side.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::queues::{Queue, Taken};
use super::{Shared, lock};
use crate::neural::metrics;
use crate::neural::model::{Cancelled, Feed, Hypothesis, Model, Workspace};
use crate::neural::work::Answer;

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

/// A thread's life.
pub(super) fn compute(shared: &Shared) {
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
