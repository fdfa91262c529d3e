//! Hands the units to the engine, in calls of bounded size, and looks at what comes back.

use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Link, Source, TranslateError, Translated, Translator, Watch};

use crate::EngineLimits;
use crate::mend::tidy;

/// Translates the units, in order.
///
/// Engines are not taken at their word: an answer that is empty, too long or without its fixed texts becomes the source
/// text with [`Translated::kept_as_source`], and links that lie outside the texts are dropped.
///
/// # Errors
/// Those of the engine; [`TranslateError::Engine`] if it gives too many answers or too few.
pub(crate) fn drive(
    engine: &dyn Translator,
    pair: &LanguagePair,
    sources: &[Source],
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<Vec<Translated>, TranslateError> {
    watch.total(sources.iter().map(|source| source.text.len()).sum());
    let mut out = Vec::with_capacity(sources.len());
    let mut rest = sources;
    let changes = engine.changes_language();
    while !rest.is_empty() {
        if watch.is_cancelled() {
            return Err(TranslateError::Cancelled);
        }
        let (call, later) = rest.split_at(call_length(rest, limits));
        let answers = engine.translate(pair, call, watch)?;
        if answers.len() != call.len() {
            return Err(TranslateError::Engine("it gave not one translation for each text".into()));
        }
        out.extend(call.iter().zip(answers).map(|(source, answer)| {
            let mut answer = checked(source, answer, limits);
            if changes {
                tidy(source, &mut answer, &pair.target);
            }
            answer
        }));
        rest = later;
    }
    Ok(out)
}

/// How many units go into the next call; at least one.
fn call_length(sources: &[Source], limits: &EngineLimits) -> usize {
    let mut bytes = 0;
    let fits = sources.iter().take(limits.call_units.max(1)).take_while(|source| {
        bytes += source.text.len();
        bytes <= limits.call_bytes
    });
    fits.count().max(1)
}

fn checked(source: &Source, mut answer: Translated, limits: &EngineLimits) -> Translated {
    let longest = source.text.len().saturating_mul(limits.growth).saturating_add(LONGEST_FOR_FREE)
        + source.fixed.iter().map(|fixed| fixed.text.len()).sum::<usize>();
    let is_sound = !answer.text.trim().is_empty() && answer.text.len() <= longest && holds_fixed(source, &answer);
    if !is_sound {
        return as_source(source);
    }
    if source.linked {
        let fits = |range: &Range<usize>, text: &str| range.start < range.end && text.get(range.clone()).is_some();
        answer.links.retain(|link| fits(&link.source, &source.text) && fits(&link.target, &answer.text));
    }
    // What an engine kept for nothing is given back: there may be a million answers.
    answer.links.shrink_to_fit();
    answer
}

/// A short text may grow more than its share.
const LONGEST_FOR_FREE: usize = 200;

fn holds_fixed(source: &Source, answer: &Translated) -> bool {
    let mut places: Vec<_> = answer.fixed.clone();
    places.sort_by_key(|place| place.start);
    source.fixed.len() == answer.fixed.len()
        && places.is_sorted_by(|a, b| a.end <= b.start)
        && source
            .fixed
            .iter()
            .zip(&answer.fixed)
            .all(|(fixed, place)| answer.text.get(place.clone()) == Some(&*fixed.text))
}

/// The source text with what is fixed in its place, and exact links.
pub(crate) fn as_source(source: &Source) -> Translated {
    let mut out = Translated { kept_as_source: true, ..String::new().into() };
    let mut at = 0;
    for fixed in &source.fixed {
        copy_letters(source, at..fixed.range.start, &mut out);
        let place = copy(source, fixed.range.clone(), &fixed.text, &mut out);
        out.fixed.push(place);
        at = fixed.range.end;
    }
    copy_letters(source, at..source.text.len(), &mut out);
    out
}

fn copy_letters(source: &Source, range: Range<usize>, out: &mut Translated) {
    for (at, character) in source.text[range.clone()].char_indices() {
        let letter = range.start + at..range.start + at + character.len_utf8();
        copy(source, letter.clone(), &source.text[letter], out);
    }
}

/// Appends `text` for a range of the source; returns where it is.
fn copy(source: &Source, range: Range<usize>, text: &str, out: &mut Translated) -> Range<usize> {
    let target = out.text.len()..out.text.len() + text.len();
    out.text.push_str(text);
    if source.linked && !target.is_empty() {
        out.links.push(Link { source: range, target: target.clone() });
    }
    target
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use terjuman_nmt::{Fixed, Pairs, Unit};

    use super::*;

    /// Answers what it is told to, and remembers how large its calls were.
    struct Scripted {
        answer: fn(&Source) -> Translated,
        calls: Mutex<Vec<usize>>,
    }

    impl Translator for Scripted {
        fn pairs(&self) -> Pairs {
            Pairs::Any
        }

        fn unit(&self) -> Unit {
            Unit::Sentence
        }

        fn translate(
            &self,
            _pair: &LanguagePair,
            sources: &[Source],
            _watch: &dyn Watch,
        ) -> Result<Vec<Translated>, TranslateError> {
            self.calls.lock().unwrap().push(sources.len());
            Ok(sources.iter().map(self.answer).collect())
        }
    }

    fn answer(text: &str) -> Translated {
        Translated::from(text)
    }

    fn run(
        script: fn(&Source) -> Translated,
        sources: &[Source],
        limits: &EngineLimits,
    ) -> (Vec<Translated>, Vec<usize>) {
        let engine = Scripted { answer: script, calls: Mutex::default() };
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let out = drive(&engine, &pair, sources, limits, &()).unwrap();
        (out, engine.calls.into_inner().unwrap())
    }

    fn source(text: &str, fixed: &[(Range<usize>, &str)]) -> Source {
        let fixed = fixed.iter().map(|(range, text)| Fixed { range: range.clone(), text: (*text).into() }).collect();
        Source { text: text.into(), fixed, linked: true }
    }

    #[test]
    fn calls_are_bounded_by_units_and_bytes() {
        let sources: Vec<_> = ["a", "b", "cc", "dddd", "e"].iter().map(|text| source(text, &[])).collect();
        let limits = EngineLimits { call_units: 2, call_bytes: 3, ..EngineLimits::default() };
        assert_eq!(run(|source| answer(&source.text), &sources, &limits).1, [2, 1, 1, 1]);
    }

    #[test]
    fn an_unsound_answer_becomes_the_source_with_its_fixed_texts() {
        let sources = [source("Press {0} on it", &[(6..9, "{0}"), (13..15, "isso")])];
        let scripts: [fn(&Source) -> Translated; 4] = [
            |_| answer(" "),
            |_| answer("no fixed texts"),
            |_| answer(&"x".repeat(100_000)),
            |_| Translated { fixed: vec![0..3, 900..902], ..answer("{0}") },
        ];
        for script in scripts {
            let kept = &run(script, &sources, &EngineLimits::default()).0[0];
            assert_eq!((kept.text.as_str(), kept.kept_as_source), ("Press {0} on isso", true));
            assert_eq!(kept.fixed, [6..9, 13..17]);
        }
    }

    #[test]
    fn links_outside_the_texts_are_dropped() {
        let sources = [source("é", &[])];
        let script = |_: &Source| Translated {
            links: vec![
                Link { source: 0..2, target: 0..1 },
                Link { source: 0..1, target: 0..1 },
                Link { source: 0..9, target: 0..1 },
                Link { source: 0..2, target: 0..0 },
            ],
            ..answer("e")
        };
        assert_eq!(run(script, &sources, &EngineLimits::default()).0[0].links, [Link { source: 0..2, target: 0..1 }]);
    }
}
