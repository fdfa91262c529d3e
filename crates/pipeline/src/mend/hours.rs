//! Halves of the day that a model lost: of `10:00 p.m. – 6:00 a.m.` it makes `10:00 – 6:00 a.m.`, which is another time.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Source, TranslateError, Translated, Translator, Watch};

use super::again::{again, is_free};
use super::has_words;
use crate::EngineLimits;

const HALVES: [&str; 6] = ["a.m.", "p.m.", "A.M.", "P.M.", "AM", "PM"];

/// Translates again what lost the half of the day that a time has.
///
/// # Errors
/// Those of the engine.
pub(crate) fn keep_halves(
    units: &mut [Source],
    translated: &mut [Translated],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    if !has_words(pair) {
        return Ok(());
    }
    let lost = |_: usize, unit: &Source, answer: &Translated| {
        let mut lost = lost(&unit.text, &answer.text);
        lost.retain(|range| is_free(unit, range));
        lost
    };
    again(units, translated, lost, (engine, pair), limits, watch)
}

/// The times of `source` that `target` has with nothing that tells the half of the day.
fn lost(source: &str, target: &str) -> Vec<Range<usize>> {
    // How often the target has a time and no half.
    let mut bare: Option<HashMap<&str, usize>> = None;
    let mut found = Vec::new();
    for (clock, half) in clocks(source) {
        let Some(half) = half else { continue };
        let bare = bare.get_or_insert_with(|| {
            let mut bare = HashMap::new();
            for (clock, _) in clocks(target).filter(|(_, half)| half.is_none()) {
                *bare.entry(&target[clock]).or_default() += 1;
            }
            bare
        });
        if let Some(times) = bare.get_mut(&source[clock.clone()]).filter(|times| **times > 0) {
            *times -= 1;
            found.push(clock.start..half.end);
        }
    }
    found
}

/// The times with minutes in a text, with the half of the day behind them; not those that another word follows.
fn clocks(text: &str) -> impl Iterator<Item = (Range<usize>, Option<Range<usize>>)> {
    text.match_indices(':').filter_map(|(at, _)| {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let hours = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let minutes = digits(&text[at + 1..]);
        let (start, end) = (at - hours, at + 1 + minutes);
        let is_clock = (1..=2).contains(&hours) && minutes == 2 && !text[..start].ends_with(':');
        let rest = text[end..].trim_start_matches([' ', '\u{a0}']);
        let behind = text.len() - rest.len();
        let half = HALVES
            .iter()
            .find(|half| rest.strip_prefix(**half).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
        let is_alone = half.is_some() || !rest.starts_with(|next: char| next.is_alphanumeric() || next == ':');
        (is_clock && is_alone).then(|| (start..end, half.map(|half| behind..behind + half.len())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, target: &str, expected: &[&str]) {
        let lost: Vec<&str> = lost(source, target).into_iter().map(|range| &source[range]).collect();
        assert_eq!(lost, expected, "{source}");
    }

    #[test]
    fn a_lost_half_is_missed() {
        check("Night: 10:00 p.m. – 6:00 a.m.", "Noite: 10:00 – 6:00 a.m.", &["10:00 p.m."]);
        check("from 9:30 AM, 9:30 PM", "das 9:30, 9:30 PM", &["9:30 AM"]);
    }

    #[test]
    fn what_says_the_time_is_sound() {
        check("at 10:00 p.m.", "às 22:00", &[]);
        check("at 10:00 p.m.", "às 10:00 da noite", &[]);
        check("at 10:00 p.m.", "às 10:00 p.m.", &[]);
        check("at 10:00 – 6:00", "às 10:00 – 6:00", &[]);
        check("10:00:05 PM, ratio 4:15", "10:00:05, 4:15", &[]);
    }

    #[test]
    fn long_texts_come_to_an_end() {
        let text = "10:00 p.m. ".repeat(20_000);
        assert!(lost(&text, &text).is_empty());
        assert!(!lost(&text, &"10:00 – ".repeat(20_000)).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_its_times(text in "([0-9]|:|[ap]\\.m\\.|PM|[ é–]|\\PC){0,30}", other in "([0-9:]| |\\PC){0,20}") {
            for range in lost(&text, &other) {
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
