//! Words behind a slash that a model left: it reads `Analysis/Treasury` as one word and translates the first half. With a blank
//! behind the slash it translates both.

use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, TranslateError, Translated, Translator, Watch};

use super::edits::edit;
use super::has_words;
use crate::EngineLimits;
use crate::drive::drive;
use crate::mentions::Quiet;

/// Fewest letters of a word that is missed: shorter ones are units and codes.
const LETTERS: usize = 4;
/// Most slashes of one unit.
const MOST: usize = 16;

/// Translates again, with blanks, what has words behind slashes that came out as they were.
///
/// # Errors
/// Those of the engine.
pub(crate) fn part_slashes(
    units: &[Source],
    translated: &mut [Translated],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    if !has_words(pair) {
        return Ok(());
    }
    let mut places = Vec::new();
    let mut sources = Vec::new();
    for (index, (unit, answer)) in units.iter().zip(&*translated).enumerate() {
        let slashes = if answer.kept_as_source { Vec::new() } else { left(unit, answer) };
        if !slashes.is_empty() {
            sources.push(parted(unit, &slashes));
            places.push((index, slashes));
        }
    }
    if sources.is_empty() {
        return Ok(());
    }
    let answers = drive(engine, pair, &sources, limits, &Quiet(watch))?;
    for ((index, slashes), mut answer) in places.into_iter().zip(answers) {
        let unit = &units[index];
        if answer.kept_as_source || left(unit, &answer).len() >= slashes.len() {
            continue;
        }
        join(&mut answer, &slashes);
        if left(unit, &answer).len() < slashes.len() && signs(&answer.text) == signs(&translated[index].text) {
            translated[index] = answer;
        }
    }
    Ok(())
}

fn signs(text: &str) -> usize {
    text.matches('/').count()
}

/// Where slashes end that join two words, of which the answer has the second as it is and the first not.
fn left(unit: &Source, answer: &Translated) -> Vec<usize> {
    let text = &unit.text;
    // Those that have blanks in the source keep them.
    if !text.contains('/') || text.contains(" /") || text.contains("/ ") {
        return Vec::new();
    }
    let is_kept = |range: &Range<usize>| {
        unit.fixed.iter().any(|fixed| fixed.range.start < range.end && range.start < fixed.range.end)
    };
    let mut found = Vec::new();
    for (at, sign) in text.match_indices('/').take(MOST) {
        let (before, after) = (word_before(text, at), word_behind(text, at + sign.len()));
        let (first, second) = (&text[before.clone()], &text[after.clone()]);
        let is_word = |word: &str| word.chars().count() >= LETTERS && word.chars().skip(1).all(char::is_lowercase);
        if is_word(first) && is_word(second) && !is_kept(&(before.start..after.end)) {
            let is_left = |word: &str| holds(&answer.text, word);
            if is_left(second) && !is_left(first) {
                found.push(at + sign.len());
            }
        }
    }
    found
}

/// Whether the text has the word by itself.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).take(MOST).any(|(at, _)| {
        !text[..at].ends_with(char::is_alphanumeric) && !text[at + word.len()..].starts_with(char::is_alphanumeric)
    })
}

fn word_before(text: &str, end: usize) -> Range<usize> {
    let letters: usize = text[..end].chars().rev().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    end - letters..end
}

fn word_behind(text: &str, start: usize) -> Range<usize> {
    let letters: usize = text[start..].chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    start..start + letters
}

/// The unit with a blank at each of the places.
fn parted(unit: &Source, places: &[usize]) -> Source {
    let mut text = String::with_capacity(unit.text.len() + places.len());
    let mut at = 0;
    for place in places {
        text.push_str(&unit.text[at..*place]);
        text.push(' ');
        at = *place;
    }
    text.push_str(&unit.text[at..]);
    let (moved, moved_end) = (
        |at: usize| at + places.partition_point(|place| *place <= at),
        |at: usize| at + places.partition_point(|place| *place < at),
    );
    let fixed = unit
        .fixed
        .iter()
        .map(|fixed| Fixed { range: moved(fixed.range.start)..moved_end(fixed.range.end), text: fixed.text.clone() });
    Source { text, fixed: fixed.collect(), linked: unit.linked }
}

/// Takes the blanks away again, from the answer and from what its links say of the source.
fn join(answer: &mut Translated, places: &[usize]) {
    // The blank of each place stands before those that were put in later.
    let back = |at: usize| at - places.iter().enumerate().filter(|(index, place)| **place + index < at).count();
    for link in &mut answer.links {
        link.source = back(link.source.start)..back(link.source.end);
    }
    answer.links.retain(|link| !link.source.is_empty());
    let is_fixed = |at: usize| answer.fixed.iter().any(|place| place.contains(&at));
    let mut blanks: Vec<(Range<usize>, &str)> = Vec::new();
    for (at, sign) in answer.text.match_indices('/') {
        let (before, after) = (&answer.text[..at], &answer.text[at + sign.len()..]);
        let start = at - (before.len() - before.trim_end_matches(' ').len());
        let end = at + sign.len() + (after.len() - after.trim_start_matches(' ').len());
        let is_behind = blanks.last().is_none_or(|(last, _)| last.end <= start);
        if end - start > sign.len() && is_behind && !is_fixed(at) {
            blanks.push((start..end, "/"));
        }
    }
    edit(answer, &blanks);
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::Link;

    use super::*;

    fn unit(text: &str) -> Source {
        Source { text: text.into(), fixed: Vec::new(), linked: true }
    }

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let unit = unit(source);
        let left = left(&unit, &Translated::from(answer));
        assert_eq!(parted(&unit, &left).text, expected);
    }

    #[test]
    fn what_stands_behind_a_slash_is_missed() {
        check("(Analysis/Treasury)", "(Análise/Treasury)", "(Analysis/ Treasury)");
        check(
            "Entertainment/Leisure, Public/Private",
            "Entretenimento/Leisure, Público/Privado",
            "Entertainment/ Leisure, Public/Private",
        );
    }

    #[test]
    fn what_is_translated_or_a_name_is_not() {
        check("Input/Output", "Entrada/Saída", "Input/Output");
        check("Linux/Windows", "Linux/Windows", "Linux/Windows");
        check("Client/Server TCP/IP km/h", "Cliente/Servidor TCP/IP km/h", "Client/Server TCP/IP km/h");
        let fixed = vec![Fixed { range: 3..13, text: "usr/share".into() }];
        assert!(left(&Source { fixed, ..unit("at pool/share") }, &"em a/share".into()).is_empty());
    }

    #[test]
    fn blanks_go_and_links_move_back() {
        let source = unit("One/Two Three");
        let places = [4];
        assert_eq!(parted(&source, &places).text, "One/ Two Three");
        let links = [(0..3, 0..2), (5..8, 6..10), (9..14, 11..15)];
        let links = links.map(|(source, target)| Link { source, target });
        let mut answer = Translated { links: links.into(), ..Translated::from("Um / Dois três") };
        answer.links[1].target = 5..9;
        answer.links[2].target = 10..15;
        join(&mut answer, &places);
        assert_eq!(answer.text, "Um/Dois três");
        let words: Vec<(&str, &str)> = answer
            .links
            .iter()
            .map(|link| (&source.text[link.source.clone()], &answer.text[link.target.clone()]))
            .collect();
        assert_eq!(words, [("One", "Um"), ("Two", "Dois"), ("Three", "três")]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parted(text in "(Word|Other|/|[a-zé ]|\\PC){0,30}", answer in "(Word|Other|/|[a-zé ]|\\PC){0,30}") {
            let unit = unit(&text);
            let mut answer = Translated::from(answer);
            let places = left(&unit, &answer);
            proptest::prop_assert_eq!(parted(&unit, &places).text.len(), text.len() + places.len());
            join(&mut answer, &places);
        }
    }
}
