//! An engine that imitates a neural one between languages of opposite word order.

use std::ops::Range;
use std::sync::Mutex;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Link, Source, TranslateError, Translated, Unit};
use terjuman_pipeline::{Pairs, Translator, Watch};

/// Takes sentences, as `neural` does; turns the words around, writes them in capitals, folds white space, and says
/// which word came from which. Punctuation at the end stays there.
#[derive(Default)]
pub(crate) struct Reversing {
    /// How many sentences each call had.
    pub(crate) calls: Mutex<Vec<usize>>,
    /// Sentences that begin so are too hard for it.
    pub(crate) refuses: Option<&'static str>,
}

impl Translator for Reversing {
    fn pairs(&self) -> Pairs {
        let pair = |source: &str, target: &str| LanguagePair {
            source: source.parse().expect("a code of the table"),
            target: target.parse().expect("a code of the table"),
        };
        Pairs::Only(vec![pair("en", "pt"), pair("es", "pt"), pair("en", "de")])
    }

    fn unit(&self) -> Unit {
        Unit::Sentence
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        if !self.supports(pair) {
            return Err(TranslateError::UnknownPair(pair.clone()));
        }
        if watch.is_cancelled() {
            return Err(TranslateError::Cancelled);
        }
        self.calls.lock().expect("no test panics here").push(sources.len());
        let translated = sources.iter().map(|source| {
            watch.advanced(source.text.len());
            let is_refused = self.refuses.is_some_and(|refused| source.text.starts_with(refused));
            if is_refused { kept(source) } else { reverse(source) }
        });
        Ok(translated.collect())
    }
}

fn kept(source: &Source) -> Translated {
    let fixed = source.fixed.iter().map(|fixed| fixed.range.clone()).collect();
    Translated { fixed, kept_as_source: true, ..source.text.clone().into() }
}

fn reverse(source: &Source) -> Translated {
    let mut words = words(source);
    let is_stop = |(range, fixed): &(Range<usize>, Option<usize>)| {
        fixed.is_none() && matches!(&source.text[range.clone()], "." | "!" | "?" | ":")
    };
    let stop = words.pop_if(|word| is_stop(word));
    words.reverse();
    words.extend(stop.clone());
    let mut out = Translated { fixed: vec![0..0; source.fixed.len()], ..String::new().into() };
    for (index, (range, fixed)) in words.iter().enumerate() {
        let is_last_stop = stop.is_some() && index + 1 == words.len();
        if index > 0 && !is_last_stop {
            out.text.push(' ');
        }
        let start = out.text.len();
        match fixed {
            Some(fixed) => out.text.push_str(&source.fixed[*fixed].text),
            None => out.text.push_str(&source.text[range.clone()].to_uppercase()),
        }
        let target = start..out.text.len();
        if let Some(fixed) = fixed {
            out.fixed[*fixed] = target.clone();
        }
        if source.linked {
            out.links.push(Link { source: range.clone(), target });
        }
    }
    out
}

/// Letters and signs that stand together, what is fixed, and a stop at the end by itself.
fn words(source: &Source) -> Vec<(Range<usize>, Option<usize>)> {
    let mut words = Vec::new();
    let mut at = 0;
    let end = Fixed { range: source.text.len()..source.text.len(), text: String::new() };
    for (index, fixed) in source.fixed.iter().chain([&end]).enumerate() {
        let gap = &source.text[at..fixed.range.start];
        for word in gap.split_whitespace() {
            let start = word.as_ptr().addr() - source.text.as_ptr().addr();
            let bare = word.trim_end_matches(['.', '!', '?', ':', ',']);
            words.push((start..start + bare.len(), None));
            words.extend((bare.len()..word.len()).map(|sign| (start + sign..start + sign + 1, None)));
        }
        if index < source.fixed.len() {
            words.push((fixed.range.clone(), Some(index)));
        }
        at = fixed.range.end;
    }
    words.retain(|(range, fixed)| fixed.is_some() || !range.is_empty());
    words
}
