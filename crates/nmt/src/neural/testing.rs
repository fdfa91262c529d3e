//! Models for tests that need none of a real one's quality.

use crate::neural::model::{Cancelled, Decoded, Encoded, Feed, Hypothesis, Model, Workspace};
use crate::neural::pool::Task;

/// Knows ASCII letters, digits and common punctuation; gives every word in small letters back in
/// capitals and any other as it is, one token a word.
pub(crate) struct Letters;

impl Model for Letters {
    fn encode(&self, text: &str) -> Encoded {
        let spans: Vec<_> = text
            .split_whitespace()
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                start..start + word.len()
            })
            .collect();
        let ids = text.split_whitespace().map(id_of).collect();
        Encoded { text: text.to_owned(), ids, spans }
    }

    fn knows(&self, character: char) -> bool {
        character.is_ascii_alphanumeric() || ",.;:!?()\"'-%&/".contains(character)
    }

    fn run(&self, feed: &mut dyn Feed, _: &mut Workspace) -> Result<(), Cancelled> {
        loop {
            let mut batch = Vec::new();
            while batch.len() < 4
                && let Some(sentence) = feed.next(batch.len())
            {
                batch.push(sentence);
            }
            if batch.is_empty() {
                return Ok(());
            }
            if feed.is_cancelled() {
                return Err(Cancelled);
            }
            for (sentence, ids) in batch {
                assert!(ids.iter().all(|id| word_of(*id) != "PANIC"), "a text that breaks the engine");
                feed.done(sentence, hypothesis_of(ids));
            }
        }
    }

    fn decode(&self, ids: &[u32]) -> Decoded {
        let mut text = String::new();
        let mut spans = Vec::new();
        for id in ids {
            if !text.is_empty() {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(&word_of(*id));
            spans.push(start..text.len());
        }
        Decoded { text, spans }
    }

    fn bytes(&self) -> usize {
        1
    }
}

/// Does one sentence at a time, as [`Letters`] does, and tells of it: whoever is told may keep it waiting.
pub(crate) struct OneByOne<F>(pub(crate) F);

/// What [`OneByOne`] tells.
pub(crate) enum Event<'a> {
    /// A sentence of these tokens is begun.
    Begins(&'a [u32]),
    /// The one under way is given up.
    Cancelled,
}

impl<F: Fn(Event<'_>) + Send + Sync> Model for OneByOne<F> {
    fn encode(&self, text: &str) -> Encoded {
        Letters.encode(text)
    }

    fn knows(&self, character: char) -> bool {
        Letters.knows(character)
    }

    fn run(&self, feed: &mut dyn Feed, _: &mut Workspace) -> Result<(), Cancelled> {
        while let Some((sentence, ids)) = feed.next(0) {
            (self.0)(Event::Begins(&ids));
            if feed.is_cancelled() {
                (self.0)(Event::Cancelled);
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

/// A task for each text, in order.
pub(crate) fn tasks(texts: &[&str]) -> Vec<Task> {
    let ids = texts.iter().map(|text| Letters.encode(text).ids);
    ids.enumerate().map(|(place, ids)| Task { place, ids }).collect()
}

/// The tokens again, each from its own.
pub(crate) fn hypothesis_of(ids: Vec<u32>) -> Hypothesis {
    let source_length = ids.len() + 1;
    let places = 0..ids.len() * source_length;
    let alignment = places.map(|at| if at % source_length == at / source_length { 1.0 } else { 0.0 }).collect();
    Hypothesis { ids, alignment, source_length, ..Hypothesis::default() }
}

/// Words seen so far: their places are their ids.
static WORDS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

fn id_of(word: &str) -> u32 {
    let mut words = WORDS.lock().unwrap();
    let known = words.iter().position(|known| known == word).unwrap_or_else(|| {
        words.push(word.to_owned());
        words.len() - 1
    });
    known as u32
}

fn word_of(id: u32) -> String {
    let word = WORDS.lock().unwrap()[id as usize].clone();
    if word.chars().any(char::is_uppercase) { word } else { word.to_uppercase() }
}
