//! Names of things that are words as well: `Writer`, `Signal`, `Expat`. A small model leaves them most of the time, and
//! translates them where it takes them for words.
//!
//! The document shows which words are names, and the model which of them it knows: a word that the sentences of the document
//! have with a capital nearly everywhere, and that came out as it is nearly everywhere, is one. Where it came out as another word, the
//! sentence is translated again with the name fixed.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Source, TranslateError, Translated, Translator, Watch};

use super::again::{again, is_free};
use super::has_words;
use super::people::{Word, words};
use crate::EngineLimits;

/// Sentences that must have a name before it is one.
const LEAST: usize = 5;
/// In what part of them, in percent, it came out as it is.
const MOST: usize = 70;
/// For one that somebody wrote in small letters, so many sentences must have it with a capital.
const SLIPS: usize = 10;
/// Fewest letters of a name.
const LETTERS: usize = 3;
/// Names of one unit that are looked for.
const MOST_NAMES: usize = 16;

/// Translates the units again that lost a name, with the name fixed.
///
/// # Errors
/// Those of the engine.
pub(crate) fn keep_names(
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
    let names = names(units, translated);
    if names.is_empty() {
        return Ok(());
    }
    let lost = |_: usize, unit: &Source, answer: &Translated| lost(unit, answer, &names);
    again(units, translated, lost, (engine, pair), limits, watch)
}

/// Where the names stand that the answer has not as often as the unit.
fn lost(unit: &Source, answer: &Translated, names: &HashSet<String>) -> Vec<Range<usize>> {
    let mut places: HashMap<&str, Vec<Range<usize>>> = HashMap::new();
    for word in words(&unit.text).into_iter().filter(|word| names.contains(word.text)) {
        places.entry(word.text).or_default().push(word.start..word.end());
    }
    if places.is_empty() || places.len() > MOST_NAMES {
        return Vec::new();
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in words(&answer.text) {
        *left.entry(word.text).or_default() += 1;
    }
    places.retain(|name, places| left.get(name).copied().unwrap_or_default() < places.len());
    let mut lost: Vec<Range<usize>> = places.into_values().flatten().filter(|place| is_free(unit, place)).collect();
    lost.sort_by_key(|place| place.start);
    lost
}

/// The names that the document and its translation show.
fn names(units: &[Source], translated: &[Translated]) -> HashSet<String> {
    let mut small: HashMap<String, usize> = HashMap::new();
    // In how many sentences a word stands, and came out as it is.
    let mut seen: HashMap<&str, (usize, usize)> = HashMap::new();
    for (unit, answer) in units.iter().zip(translated) {
        let all = words(&unit.text);
        let begins_small = |word: &&Word<'_>| word.text.starts_with(char::is_lowercase);
        for word in all.iter().filter(begins_small) {
            *small.entry(word.text.to_lowercase()).or_default() += 1;
        }
        // Titles have capitals everywhere.
        if 2 * all.iter().filter(begins_small).count() < all.len() || answer.kept_as_source {
            continue;
        }
        // What stands beside another capital is part of a name, and may be a word like others.
        let is_large = |at: usize| all.get(at).is_some_and(|word| word.text.starts_with(char::is_uppercase));
        let stands_alone = |at: usize| {
            let joins_next = all.get(at + 1).is_some_and(|next| next.is_joined) && is_large(at + 1);
            !(joins_next || all[at].is_joined && at > 0 && is_large(at - 1))
        };
        let inside = (0..all.len()).filter(|at| is_candidate(&all[*at]) && is_inside(&unit.text, &all[*at]));
        let inside: HashSet<&str> = inside.filter(|at| stands_alone(*at)).map(|at| all[at].text).collect();
        if inside.is_empty() {
            continue;
        }
        let left: HashSet<&str> = words(&answer.text).into_iter().map(|word| word.text).collect();
        for word in inside {
            let (sentences, kept) = seen.entry(word).or_default();
            *sentences += 1;
            *kept += usize::from(left.contains(word));
        }
    }
    let is_name = |(word, (sentences, kept)): &(&str, (usize, usize))| {
        let slips = small.get(&word.to_lowercase()).copied().unwrap_or_default();
        *sentences >= LEAST && kept * 100 >= sentences * MOST && slips * SLIPS <= *sentences
    };
    seen.into_iter().filter(is_name).map(|(word, _)| word.to_owned()).collect()
}

fn is_candidate(word: &Word<'_>) -> bool {
    word.text.chars().count() >= LETTERS && word.is_name() && word.text.chars().all(char::is_alphabetic)
}

/// Whether a word stands behind another of the same sentence: the first one has its capital from its place.
fn is_inside(text: &str, word: &Word<'_>) -> bool {
    let before = text[..word.start].strip_suffix([' ', '\u{a0}']);
    before.is_some_and(|before| before.ends_with(|last: char| last.is_alphanumeric() || last == ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units with what became of them.
    fn document(sentences: &[(&str, &str)]) -> (Vec<Source>, Vec<Translated>) {
        let unit = |text: &str| Source { text: text.into(), fixed: Vec::new(), linked: false };
        let answer = |text: &str| Translated::from(text);
        sentences.iter().map(|(source, target)| (unit(source), answer(target))).unzip()
    }

    fn found(sentences: &[(&str, &str)]) -> Vec<Vec<String>> {
        let (units, answers) = document(sentences);
        let names = names(&units, &answers);
        let texts = |unit: &Source, answer: &Translated| {
            lost(unit, answer, &names).into_iter().map(|place| unit.text[place].to_owned()).collect()
        };
        units.iter().zip(&answers).map(|(unit, answer)| texts(unit, answer)).collect()
    }

    const KEPT: (&str, &str) = ("it is done with Writer here", "é feito com o Writer aqui");

    #[test]
    fn a_name_that_became_a_word_is_found() {
        let mut all = [KEPT; 6];
        all[5] = ("Getting Started with Writer", "Começando com escritor");
        assert_eq!(found(&all), [vec![], vec![], vec![], vec![], vec![], vec!["Writer".to_owned()]]);
        all[5] = ("Writer’s files and what Writer is", "Os arquivos do Writer e o que é");
        assert_eq!(found(&all)[5], ["Writer", "Writer"]);
        all[5] = ("Rewriter, Writers", "Reescritor, escritores");
        assert!(found(&all)[5].is_empty());
    }

    #[test]
    fn words_with_capitals_are_no_names() {
        let lost = ("Writer", "Escritor");
        // Once in small letters, too seldom, or translated as often.
        assert!(found(&[KEPT, KEPT, KEPT, KEPT, KEPT, lost, ("a writer of it", "um escritor")])[5].is_empty());
        assert!(found(&[KEPT, KEPT, KEPT, KEPT, lost])[4].is_empty());
        let other = ("this is the Writer of it", "este é o Escritor dele");
        assert!(found(&[KEPT, KEPT, KEPT, other, other, other, lost])[6].is_empty());
        let slip = [[KEPT; 10].as_slice(), &[lost, ("a writer of it", "um escritor")]].concat();
        assert_eq!(found(&slip)[10], ["Writer"]);
        // The capital of a first word, and of titles.
        assert!(found(&[[("Writer it is", "Writer é"); 6].as_slice(), &[lost]].concat())[6].is_empty());
        let center = ("it is in the Start Center here", "está no Start Center aqui");
        assert!(found(&[[center; 6].as_slice(), &[("A Center", "Um centro")]].concat())[6].is_empty());
        assert!(found(&[[("The Writer Guide", "O Guia Writer"); 6].as_slice(), &[lost]].concat())[6].is_empty());
    }

    #[test]
    fn long_texts_come_to_an_end() {
        let text = "it is the Writer of ".repeat(50_000);
        assert!(found(&[(&text, &text), ("Writer", "x")])[1].is_empty());
    }
}
