//! A call's sources on their way through one model: a bounded number at a time, each as soon as there is room for it.
//!
//! Sources are looked up, drafted, judged and put together on the caller's thread while the compute threads work on others,
//! and what must be asked again is asked at once. So the threads wait for nobody, from the first source to the last.

use std::collections::HashMap;
use std::sync::Arc;

use crate::neural::cache::{Cache, Key, key};
use crate::neural::loaded::Loaded;
use crate::neural::metrics;
use crate::neural::model::Model;
use crate::neural::pool::{Job, Task};
use crate::neural::work::{Answer, Work};
use crate::translator::{Source, Translated};

/// Sources that are worked on at a time: enough to keep all threads busy, a bound on memory.
const OPEN: usize = 512;

/// Tasks that are handed over together: the first ones soon, and not each by itself.
const PORTION: usize = 32;

/// Sources that are looked at before the call asks whether it is cancelled.
const LOOK: usize = 256;

/// See the module.
pub(crate) struct Stream<'a> {
    model: &'a Arc<dyn Model>,
    is_english: bool,
    fingerprint: &'a str,
    cache: &'a Cache,
    sources: &'a [Source],
    /// Told of each source that is done, by its place.
    done: &'a dyn Fn(usize),
    /// Of the sources that were looked at, in order.
    keys: Vec<Key>,
    /// Equal sources are worked on once: the first of them.
    firsts: HashMap<Key, usize>,
    /// The others, while the first is worked on.
    copies: HashMap<usize, Vec<usize>>,
    open: HashMap<usize, Open<'a>>,
    /// For each task, its source and the part of it.
    places: Vec<(usize, usize)>,
    out: Vec<Option<Translated>>,
}

struct Open<'a> {
    work: Work<'a>,
    /// Answers that it waits for.
    missing: usize,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(loaded: &'a Loaded, cache: &'a Cache, sources: &'a [Source], done: &'a dyn Fn(usize)) -> Self {
        Self {
            model: &loaded.model,
            is_english: loaded.is_english,
            fingerprint: &loaded.fingerprint,
            cache,
            sources,
            done,
            keys: Vec::with_capacity(sources.len()),
            firsts: HashMap::new(),
            copies: HashMap::new(),
            open: HashMap::new(),
            places: Vec::new(),
            out: std::iter::repeat_with(|| None).take(sources.len()).collect(),
        }
    }

    /// The translations, when the job is done.
    pub(crate) fn finish(self) -> Vec<Translated> {
        self.out.into_iter().flatten().collect()
    }

    /// Looks at the next source; whether its translation was known.
    fn begin(&mut self) -> (bool, Vec<Task>) {
        let index = self.keys.len();
        let source = &self.sources[index];
        let key = key(self.fingerprint, source);
        self.keys.push(key);
        if let Some(found) = self.cache.get(&key) {
            self.put(index, found);
            return (true, Vec::new());
        }
        let first = *self.firsts.entry(key).or_insert(index);
        if first != index {
            match self.out[first].clone() {
                Some(same) => self.put(index, same),
                None => self.copies.entry(first).or_default().push(index),
            }
            return (false, Vec::new());
        }
        self.open.insert(index, Open { work: Work::new(source, self.is_english), missing: 0 });
        (false, self.ask(index))
    }

    /// What a source asks next; if that is nothing, it is done.
    fn ask(&mut self, index: usize) -> Vec<Task> {
        let Some(open) = self.open.get_mut(&index) else { return Vec::new() };
        let asks = open.work.asks(&**self.model);
        open.missing = asks.len();
        if asks.is_empty() {
            if let Some(Open { work, .. }) = self.open.remove(&index) {
                let translated = work.finish();
                // What the engine could not do today it may do tomorrow.
                if !translated.kept_as_source {
                    self.cache.put(self.keys[index], &translated);
                }
                for copy in self.copies.remove(&index).unwrap_or_default() {
                    self.put(copy, translated.clone());
                }
                self.put(index, translated);
            }
            return Vec::new();
        }
        let tasks = asks.into_iter().map(|ask| {
            self.places.push((index, ask.part));
            Task { place: self.places.len() - 1, ids: ask.ids }
        });
        tasks.collect()
    }

    fn put(&mut self, index: usize, translated: Translated) {
        self.out[index] = Some(translated);
        (self.done)(index);
    }
}

impl Job for Stream<'_> {
    fn more(&mut self) -> Option<Vec<Task>> {
        let (mut tasks, mut looked, mut hits) = (Vec::new(), 0, 0);
        let has_room = |stream: &Self| stream.keys.len() < stream.sources.len() && stream.open.len() < OPEN;
        if !has_room(self) {
            return None;
        }
        while has_room(self) && tasks.len() < PORTION && looked < LOOK {
            let (is_hit, new) = self.begin();
            tasks.extend(new);
            hits += usize::from(is_hit);
            looked += 1;
        }
        metrics::asked(looked, hits);
        Some(tasks)
    }

    fn take(&mut self, place: usize, answer: Answer) -> Vec<Task> {
        let (index, part) = self.places[place];
        let Some(open) = self.open.get_mut(&index) else { return Vec::new() };
        open.work.answer(part, answer, &**self.model);
        open.missing -= 1;
        if open.missing > 0 { Vec::new() } else { self.ask(index) }
    }
}
