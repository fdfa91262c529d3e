//! Titles of the document that its sentences mention: `see "Getting Started"` is to say what the heading says.
//!
//! Within a sentence a model takes a quoted title for the name of something and leaves it, or makes other words of it than
//! it made of the title by itself. So titles that are mentioned are translated first, and stand in the sentences like
//! terms of a glossary.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, TranslateError, Translator, Watch};

use crate::EngineLimits;
use crate::drive::drive;

/// The longest title, in bytes.
const LONGEST: usize = 120;

const QUOTES: [(char, char); 6] = [('"', '"'), ('“', '”'), ('‘', '’'), ('\'', '\''), ('«', '»'), ('„', '“')];

/// Fixes the titles that the units mention.
///
/// # Errors
/// Those of the engine.
pub(crate) fn fix_mentions(
    units: &mut [Source],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    let mentions = mentions(units);
    let titles: BTreeSet<usize> = mentions.iter().map(|mention| mention.title).collect();
    if titles.is_empty() {
        return Ok(());
    }
    let sources: Vec<Source> = titles.iter().map(|title| Source { linked: false, ..units[*title].clone() }).collect();
    let translated = drive(engine, pair, &sources, limits, &Quiet(watch))?;
    let translated: HashMap<usize, String> = titles
        .into_iter()
        .zip(translated)
        .filter(|(title, translated)| !translated.kept_as_source && translated.text != units[*title].text)
        .map(|(title, translated)| (title, translated.text))
        .collect();
    let touched: BTreeSet<usize> = mentions.iter().map(|mention| mention.unit).collect();
    for Mention { unit, range, title } in mentions {
        // A heading is mentioned without its number.
        let counted = &units[title].text[..number(&units[title].text)];
        if let Some(text) = translated.get(&title).and_then(|text| text.strip_prefix(counted)) {
            // The engine asks, too.
            let asked = text.strip_suffix('?').filter(|_| units[unit].text[range.clone()].ends_with('?'));
            let end = range.end - usize::from(asked.is_some());
            units[unit].fixed.push(Fixed { range: range.start..end, text: asked.unwrap_or(text).to_owned() });
        }
    }
    for unit in touched {
        units[unit].fixed.sort_by_key(|fixed| fixed.range.start);
    }
    Ok(())
}

/// Says whether the job is cancelled, and tells nobody how far it is.
pub(crate) struct Quiet<'a>(pub(crate) &'a dyn Watch);

impl Watch for Quiet<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Mention {
    unit: usize,
    range: Range<usize>,
    title: usize,
}

fn mentions(units: &[Source]) -> Vec<Mention> {
    let titles = units.iter().enumerate().filter(|(_, unit)| is_title(unit));
    let titles: HashMap<&str, usize> = titles.map(|(at, unit)| (&unit.text[number(&unit.text)..], at)).collect();
    let mut found = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let mut places = quoted(&unit.text);
        places.extend(in_capitals(&unit.text));
        places.sort_by_key(|range| range.start);
        places.dedup_by(|later, earlier| later.start < earlier.end);
        for range in places {
            let first = unit.fixed.partition_point(|fixed| fixed.range.end <= range.start);
            let is_free = || unit.fixed.get(first).is_none_or(|fixed| range.end <= fixed.range.start);
            if let Some(title) = titles.get(&unit.text[range.clone()]).filter(|title| **title != at && is_free()) {
                found.push(Mention { unit: at, range, title: *title });
            }
        }
    }
    found
}

/// The bytes of the number that a heading begins with: `2.5. `.
pub(crate) fn number(text: &str) -> usize {
    let counted = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let title = counted.trim_start_matches([' ', '\u{a0}']);
    if counted.len() < text.len() && title.len() < counted.len() { text.len() - title.len() } else { 0 }
}

fn is_title(unit: &Source) -> bool {
    let text = &unit.text;
    text.len() <= LONGEST
        && unit.fixed.is_empty()
        && text[number(text)..].starts_with(char::is_uppercase)
        && !text.ends_with(['.', '!', ':', ';', ','])
}

/// Most words in capitals that are a title.
const MOST_CAPITALS: usize = 8;

/// Runs of two words or more in capitals: `See MEMORY MANAGEMENT below`.
fn in_capitals(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut run: Option<(Range<usize>, usize)> = None;
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_uppercase() || matches!(c, '-' | '/' | '&'));
    for word in text.split(' ') {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let bare = word.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
        let end = start + bare.len();
        run = match run.take() {
            _ if !is_word(bare) => None,
            Some((range, words)) => Some((range.start..end, words + 1)),
            None => Some((start..end, 1)),
        };
        if let Some((range, words)) = &run
            && (2..=MOST_CAPITALS).contains(words)
        {
            if words > &2 {
                found.pop();
            }
            found.push(range.clone());
        }
        if bare.len() < word.len() {
            run = None;
        }
    }
    found
}

/// What stands in quotes, without the comma or full stop that stands in them, too.
pub(crate) fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut next = 0;
    for (at, sign) in text.char_indices() {
        let Some((_, close)) = QUOTES.iter().find(|(open, _)| *open == sign).filter(|_| at >= next) else { continue };
        let start = at + sign.len_utf8();
        // An apostrophe is no quote.
        if text[..at].ends_with(char::is_alphanumeric) || text[start..].starts_with(char::is_whitespace) {
            continue;
        }
        let within = &text[start..text.floor_char_boundary(start + LONGEST + 4)];
        let Some(length) = within.find(*close) else { continue };
        let inner = within[..length].trim_end_matches([',', '.']);
        if !inner.is_empty() {
            found.push(start..start + inner.len());
            next = start + length + close.len_utf8();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::{Pairs, Pseudo, Translated, Unit};

    use super::*;

    fn unit(text: &str) -> Source {
        Source { text: text.to_owned(), fixed: Vec::new(), linked: false }
    }

    #[test]
    fn quotes_hold_what_they_hold() {
        let all = |text: &str| quoted(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(all("See \"Getting Started,\" or “How It Works”."), ["Getting Started", "How It Works"]);
        assert_eq!(all("It's the boss' car and 'One Day' it isn't"), ["One Day"]);
        assert_eq!(all("a \" b \" c “"), Vec::<String>::new());
        assert!(all(&"\"'“".repeat(1_000)).len() <= 3_000);
    }

    #[test]
    fn words_in_capitals_are_told() {
        let all = |text: &str| in_capitals(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(all("See MEMORY MANAGEMENT, A BIG OLD HOUSE. and USB"), ["MEMORY MANAGEMENT", "BIG OLD HOUSE"]);
        assert!(all("ONE and TWO").is_empty() && all(&"AB ".repeat(1_000)).len() <= 1);
        let mut units = [unit("2.5. MEMORY MANAGEMENT"), unit("See MEMORY MANAGEMENT below.")];
        assert_eq!(mentions(&units), [Mention { unit: 1, range: 4..21, title: 0 }]);
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        fix_mentions(&mut units, &Pseudo::default(), &pair, &EngineLimits::default(), &()).unwrap();
        assert!(units[1].fixed.iter().all(|fixed| !fixed.text.contains("2.5")));
    }

    #[test]
    fn titles_are_found_where_they_are_mentioned() {
        let mut fixed = unit("See \"Getting Started\".");
        fixed.fixed.push(Fixed { range: 4..21, text: "x".into() });
        let units = [
            unit("Getting Started"),
            unit("See \"Getting Started\" now."),
            unit("See \"getting started\" or \"Nothing\"."),
            unit("\"Getting Started\""),
            fixed,
            unit("12.5. How do I report it?"),
            unit("See Section 12.5, “How do I report it?”."),
        ];
        let found = mentions(&units);
        assert_eq!(found.iter().map(|mention| mention.unit).collect::<Vec<_>>(), [1, 3, 6]);
        assert!(found[..2].iter().all(|mention| units[mention.unit].text[mention.range.clone()] == *"Getting Started"));
    }

    #[test]
    fn a_title_that_asks_asks_once() {
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let mut units = [unit("What Is It?"), unit("See “What Is It?” now.")];
        let engine = Asking;
        fix_mentions(&mut units, &engine, &pair, &EngineLimits::default(), &()).unwrap();
        assert_eq!(units[1].fixed, [Fixed { range: 7..17, text: "O que é".into() }]);
    }

    /// Asks what it is.
    struct Asking;

    impl Translator for Asking {
        fn pairs(&self) -> Pairs {
            Pairs::Any
        }

        fn unit(&self) -> Unit {
            Unit::Sentence
        }

        fn translate(
            &self,
            _: &LanguagePair,
            sources: &[Source],
            _: &dyn Watch,
        ) -> Result<Vec<Translated>, TranslateError> {
            Ok(sources.iter().map(|_| "O que é?".into()).collect())
        }
    }

    #[test]
    fn a_mention_says_what_the_title_says() {
        let engine = Pseudo::default();
        assert_eq!(engine.unit(), Unit::Segment);
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let mut units = [unit("Next Steps"), unit("See \"Next Steps\" and 'Next Steps'.")];
        fix_mentions(&mut units, &engine, &pair, &EngineLimits::default(), &()).unwrap();
        let title = engine.translate(&pair, &units[..1], &()).unwrap().remove(0).text;
        assert!(units[0].fixed.is_empty());
        assert_eq!(units[1].fixed.iter().map(|fixed| &*fixed.text).collect::<Vec<_>>(), [&*title, &*title]);
        assert!(units[1].fixed.is_sorted_by_key(|fixed| fixed.range.start));
    }
}
