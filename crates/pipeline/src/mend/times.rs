//! Hours of the afternoon: `at 4:45 PM` comes out as `às 4:45` at times, which is before dawn. Where nothing in the answer
//! says which half of the day it is, the hour is written as those count who have no halves.

use std::ops::Range;

use terjuman_model::LanguageTag;
use terjuman_nmt::{Source, Translated};

use super::edits::edit;

/// What tells the half of the day, in small letters, by language.
const HALVES: &[(&str, &[&str])] = &[
    ("de", &["pm", "p.m", "nachmittag", "abend", "nacht", "mittag"]),
    ("es", &["pm", "p.m", "p. m", "tarde", "noche"]),
    ("fr", &["pm", "p.m", "après-midi", "soir", "nuit"]),
    ("it", &["pm", "p.m", "pomeriggio", "sera", "notte"]),
    ("pt", &["pm", "p.m", "tarde", "noite"]),
];

/// Writes hours that lost their half of the day.
pub(super) fn restore(source: &Source, answer: &mut Translated, target: &LanguageTag) {
    if answer.kept_as_source || !source.text.contains(':') {
        return;
    }
    let Some((_, halves)) = HALVES.iter().find(|(language, _)| *language == target.primary()) else { return };
    let times: Vec<(usize, &str)> = afternoons(&source.text).collect();
    let says_half = || {
        let small = answer.text.to_lowercase();
        halves.iter().any(|half| small.contains(half))
    };
    if times.is_empty() || says_half() {
        return;
    }
    let mut places: Vec<(Range<usize>, String)> = Vec::new();
    for (hour, minutes) in times {
        let place = clocks(&answer.text).find(|(range, found, rest)| {
            *found == hour && *rest == minutes && places.last().is_none_or(|(last, _)| last.end <= range.start)
        });
        places.extend(place.map(|(range, ..)| (range, format!("{}:{minutes}", hour + 12))));
    }
    places.retain(|(range, _)| !answer.fixed.iter().any(|fixed| fixed.start < range.end && range.start < fixed.end));
    let edits: Vec<(Range<usize>, &str)> = places.iter().map(|(range, new)| (range.clone(), new.as_str())).collect();
    edit(answer, &edits);
}

/// The hours behind noon that a text has, with their minutes.
fn afternoons(text: &str) -> impl Iterator<Item = (usize, &str)> {
    clocks(text).filter_map(|(range, hour, minutes)| {
        let rest = text[range.end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let is_half = ["PM", "pm", "p.m", "P.M"]
            .iter()
            .any(|half| rest.strip_prefix(half).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
        (is_half && (1..12).contains(&hour)).then_some((hour, minutes))
    })
}

/// Times of day: where they stand, the hour, the minutes.
fn clocks(text: &str) -> impl Iterator<Item = (Range<usize>, usize, &str)> {
    text.match_indices(':').filter_map(|(at, _)| {
        let before = text[..at].bytes().rev().take(3).take_while(u8::is_ascii_digit).count();
        let minutes = text[at + 1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
        let stands_alone =
            !text[..at - before].ends_with([':', '.', ',']) && !text[at + 1 + minutes..].starts_with(':');
        let hour = text[at - before..at].parse().ok().filter(|_| before <= 2 && minutes == 2 && stands_alone)?;
        Some((at - before..at + 3, hour, &text[at + 1..at + 3]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let source = Source { text: source.into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated::from(answer);
        restore(&source, &mut answer, &"pt".parse().unwrap());
        assert_eq!(answer.text, expected);
    }

    #[test]
    fn lost_halves_of_the_day_are_counted() {
        check(
            "On May 3 at 4:45 PM Tom wrote:",
            "Em 3 de maio às 4:45, Tom escreveu:",
            "Em 3 de maio às 16:45, Tom escreveu:",
        );
        check("From 1:00 p.m. to 3:30 p.m.", "De 01:00 a 3:30", "De 13:00 a 15:30");
    }

    #[test]
    fn others_stay() {
        check("at 4:45 PM", "às 4:45 da tarde", "às 4:45 da tarde");
        check("at 4:45 PM", "às 4:45 PM", "às 4:45 PM");
        check("at 4:45 AM", "às 4:45", "às 4:45");
        check("at 12:15 PM", "às 12:15", "às 12:15");
        check("at 4:45 PM", "às 16:45", "às 16:45");
        check("at 4:45:10 PM, 1:4:45 PM", "às 4:45:10 e 1:4:45", "às 4:45:10 e 1:4:45");
    }

    #[test]
    fn long_texts_come_to_an_end() {
        check(&"4:45 PM ".repeat(2_000), "é", "é");
    }

    proptest::proptest! {
        #[test]
        fn any_answer_can_be_looked_at(source in "([0-9]{1,2}:[0-9]{2} (PM|p.m.) ?|\\PC){0,9}", answer in "([0-9]{1,2}:[0-9]{2}|\\PC){0,9}") {
            let source = Source { text: source, fixed: Vec::new(), linked: false };
            restore(&source, &mut Translated::from(&*answer), &"pt".parse().unwrap());
        }
    }
}
