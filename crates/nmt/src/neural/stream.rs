//! A call's sources on their way through one model: a bounded number at a time, each as soon as there is room for it.
//!
//! Sources are looked up, drafted, judged and put together on the caller's thread while the compute threads work on others,
//! and what must be asked again is asked at once. So the threads wait for nobody, from the first source to the last.

use std::collections::{HashMap, VecDeque};
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

/// Tasks that are under way at a time, of all sources: the same bound where a source is a whole book.
pub(crate) const ASKED: usize = 1_024;

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
    /// Open ones that have more to ask than there was room for.
    held_up: VecDeque<usize>,
    /// Tasks under way.
    asked: usize,
    /// For each task, its source and the part of it.
    places: Vec<(usize, usize)>,
    out: Vec<Option<Translated>>,
}

struct Open<'a> {
    work: Work<'a>,
    /// Answers that it waits for.
    missing: usize,
    /// Whether it is among those held up.
    is_held_up: bool,
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
            held_up: VecDeque::new(),
            asked: 0,
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
        self.open.insert(index, Open { work: Work::new(source, self.is_english), missing: 0, is_held_up: false });
        (false, self.ask(index, PORTION))
    }

    /// What a source asks next, at most so much; if that is nothing and no answer is missing, it is done.
    fn ask(&mut self, index: usize, most: usize) -> Vec<Task> {
        let most = most.min(ASKED - self.asked);
        let Some(open) = self.open.get_mut(&index) else { return Vec::new() };
        let asks = open.work.asks(&**self.model, most);
        open.missing += asks.len();
        self.asked += asks.len();
        if open.work.has_more() {
            if !std::mem::replace(&mut open.is_held_up, true) {
                self.held_up.push_back(index);
            }
        } else if open.missing == 0 {
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
        let has_next = |stream: &Self| stream.keys.len() < stream.sources.len() && stream.open.len() < OPEN;
        let has_room = |stream: &Self| stream.asked < ASKED && (!stream.held_up.is_empty() || has_next(stream));
        if !has_room(self) {
            return None;
        }
        while has_room(self) && tasks.len() < PORTION && looked < LOOK {
            // What was begun is ended first.
            if let Some(index) = self.held_up.pop_front() {
                if let Some(open) = self.open.get_mut(&index) {
                    open.is_held_up = false;
                }
                tasks.extend(self.ask(index, PORTION));
            } else {
                let (is_hit, new) = self.begin();
                tasks.extend(new);
                hits += usize::from(is_hit);
                looked += 1;
            }
        }
        metrics::asked(looked, hits);
        Some(tasks)
    }

    fn take(&mut self, place: usize, answer: Answer) -> Vec<Task> {
        let (index, part) = self.places[place];
        self.asked -= 1;
        let Some(open) = self.open.get_mut(&index) else { return Vec::new() };
        open.work.answer(part, answer, &**self.model);
        open.missing -= 1;
        // One that is held up has its turn; until then it gets one for one.
        let most = if open.is_held_up { 1 } else { PORTION };
        self.ask(index, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::model::Hypothesis;
    use crate::neural::testing::{Letters, hypothesis_of};
    use crate::neural::work::MOST_TOKENS;

    /// Answers all that is asked, oldest first, and tells the most tasks and open sources that there were at a time.
    fn drive(sources: &[Source], answer: impl Fn(Vec<u32>) -> Hypothesis) -> (Vec<Translated>, usize, usize) {
        let model: Arc<dyn Model> = Arc::new(Letters);
        let loaded = Loaded { model, fingerprint: "letters".into(), is_english: false };
        let cache = Cache::new(0);
        let mut stream = Stream::new(&loaded, &cache, sources, &|_| {});
        let mut queue: VecDeque<Task> = VecDeque::new();
        let (mut most_tasks, mut most_open) = (0, 0);
        loop {
            while let Some(more) = stream.more() {
                assert!(more.len() < 2 * PORTION);
                queue.extend(more);
                most_tasks = most_tasks.max(queue.len());
                most_open = most_open.max(stream.open.len());
            }
            let Some(Task { place, ids }) = queue.pop_front() else { break };
            assert!(ids.len() <= MOST_TOKENS);
            queue.extend(stream.take(place, Answer::Output(answer(ids).into())));
            assert_eq!(queue.len(), stream.asked);
        }
        assert!(stream.open.is_empty() && stream.held_up.is_empty());
        (stream.finish(), most_tasks, most_open)
    }

    fn source(text: String) -> Source {
        Source { text, fixed: Vec::new(), linked: false }
    }

    #[test]
    fn a_book_that_is_one_source_is_asked_for_bit_by_bit_and_comes_back_whole() {
        let text = "some words of a book that has no end, and no line either; ".repeat(10_000);
        let (translated, most, _) = drive(&[source(text.trim_end().to_owned())], hypothesis_of);
        assert_eq!(most, ASKED);
        assert!(translated[0].text == text.trim_end().to_uppercase() && !translated[0].kept_as_source);
    }

    #[test]
    fn no_more_sources_are_open_than_there_is_room_for_however_many_there_are() {
        let sources: Vec<_> = (0..4 * OPEN).map(|number| source(format!("page {number} of many"))).collect();
        let (translated, tasks, open) = drive(&sources, hypothesis_of);
        assert!(open == OPEN && tasks <= ASKED);
        for (source, translated) in sources.iter().zip(translated) {
            assert_eq!(translated.text, source.text.to_uppercase());
        }
    }

    #[test]
    fn long_sources_and_short_ones_all_get_their_answers() {
        let sources: Vec<_> = (0..700)
            .map(|number| source("a book, or a page; ".repeat(1 + number % 7 * 150) + &format!("{number}")))
            .collect();
        let (translated, tasks, open) = drive(&sources, hypothesis_of);
        assert!(open <= OPEN && tasks <= ASKED);
        assert_eq!(translated.len(), sources.len());
        assert!(translated.iter().zip(&sources).all(|(after, before)| after.text == before.text.to_uppercase()));
    }

    #[test]
    fn what_the_engine_cut_short_is_never_taken_for_a_translation() {
        let cut_short = |mut ids: Vec<u32>| {
            ids.truncate(ids.len().div_ceil(2));
            Hypothesis { truncated: true, ..hypothesis_of(ids) }
        };
        let texts = ["one two three four five six".to_owned(), "a word, and another one; ".repeat(400) + "end"];
        let sources = texts.map(source);
        let (translated, ..) = drive(&sources, cut_short);
        for (source, translated) in sources.iter().zip(translated) {
            assert!(translated.kept_as_source && translated.text == source.text, "{:.60}", translated.text);
        }
    }
}
