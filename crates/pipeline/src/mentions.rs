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
const LONGEST: usize = 80;

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
        if let Some(text) = translated.get(&title) {
            units[unit].fixed.push(Fixed { range, text: text.clone() });
        }
    }
    for unit in touched {
        units[unit].fixed.sort_by_key(|fixed| fixed.range.start);
    }
    Ok(())
}

/// Says whether the job is cancelled, and tells nobody how far it is.
struct Quiet<'a>(&'a dyn Watch);

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
    let titles: HashMap<&str, usize> =
        units.iter().enumerate().filter(|(_, unit)| is_title(unit)).map(|(at, unit)| (&*unit.text, at)).collect();
    let mut found = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        for range in quoted(&unit.text) {
            let first = unit.fixed.partition_point(|fixed| fixed.range.end <= range.start);
            let is_free = || unit.fixed.get(first).is_none_or(|fixed| range.end <= fixed.range.start);
            if let Some(title) = titles.get(&unit.text[range.clone()]).filter(|title| **title != at && is_free()) {
                found.push(Mention { unit: at, range, title: *title });
            }
        }
    }
    found
}

fn is_title(unit: &Source) -> bool {
    let text = &unit.text;
    text.len() <= LONGEST
        && unit.fixed.is_empty()
        && text.starts_with(char::is_uppercase)
        && !text.ends_with(['.', '!', '?', ':', ';', ','])
}

/// What stands in quotes, without the comma or full stop that stands in them, too.
fn quoted(text: &str) -> Vec<Range<usize>> {
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
    use terjuman_nmt::{Pseudo, Unit};

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
    fn titles_are_found_where_they_are_mentioned() {
        let mut fixed = unit("See \"Getting Started\".");
        fixed.fixed.push(Fixed { range: 4..21, text: "x".into() });
        let units = [
            unit("Getting Started"),
            unit("See \"Getting Started\" now."),
            unit("See \"getting started\" or \"Nothing\"."),
            unit("\"Getting Started\""),
            fixed,
        ];
        let found = mentions(&units);
        assert_eq!(found.iter().map(|mention| mention.unit).collect::<Vec<_>>(), [1, 3]);
        assert!(found.iter().all(|mention| units[mention.unit].text[mention.range.clone()] == *"Getting Started"));
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
