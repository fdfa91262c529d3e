//! Parts of a document, which are called one thing throughout: of `Table 1` and `Table 3` a model makes `Tabela 1` and
//! `Quadro 3`, and the reader who is sent to a table looks for a frame.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Source, Translated};

use super::edits::edit;
use super::has_words;
use super::labels::is_label;

/// So many last letters tell that what stands before a word may stay: `a Secção`, `a Seção`.
const ENDING: usize = 2;

/// Most parts of one unit that are looked at.
const MOST: usize = 16;

/// A part that is named in a unit, and the word that the answer has for it.
struct Named<'a> {
    unit: usize,
    /// In small letters.
    label: String,
    /// Of the word, in the answer.
    range: Range<usize>,
    word: &'a str,
}

/// Gives each kind of part the name that most of its kind have.
pub(crate) fn name_parts(units: &[Source], translated: &mut [Translated], pair: &LanguagePair) {
    if !has_words(pair) {
        return;
    }
    let mut named = Vec::new();
    for (index, (unit, answer)) in units.iter().zip(&*translated).enumerate().filter(|(_, (_, a))| !a.kept_as_source) {
        for (label, code) in labels(&unit.text).take(MOST) {
            if let Some(range) = word_before(answer, code) {
                let word = &answer.text[range.clone()];
                named.push(Named { unit: index, label: label.to_lowercase(), range, word });
            }
        }
    }
    let mut counts: HashMap<(&str, String), usize> = HashMap::new();
    for named in &named {
        *counts.entry((&named.label, named.word.to_lowercase())).or_default() += 1;
    }
    // Of two that are as frequent, the first.
    let mut usual: HashMap<&str, (String, usize)> = HashMap::new();
    for Named { label, word, .. } in &named {
        let word = word.to_lowercase();
        let count = counts[&(label.as_str(), word.clone())];
        if usual.get(label.as_str()).is_none_or(|(_, most)| count > *most) {
            usual.insert(label, (word, count));
        }
    }
    let mut edits: Vec<(usize, Range<usize>, String)> = Vec::new();
    for Named { unit, label, range, word } in &named {
        let (usual, count) = &usual[label.as_str()];
        if *count < 2 || word.to_lowercase() == *usual {
            continue;
        }
        let ending = |word: &str| word.to_lowercase().chars().rev().take(ENDING).collect::<String>();
        // What stands before it would have to change as well.
        if range.start == 0 || ending(word) == ending(usual) {
            edits.push((*unit, range.clone(), cased(usual, word)));
        }
    }
    for of_unit in edits.chunk_by(|a, b| a.0 == b.0) {
        let edits: Vec<(Range<usize>, &str)> =
            of_unit.iter().map(|(_, range, word)| (range.clone(), &**word)).collect();
        edit(&mut translated[of_unit[0].0], &edits);
    }
}

/// The labels of a text with what they are counted by: a number, or a capital.
fn labels(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut before = "";
    text.split([' ', '\u{a0}']).filter_map(move |word| {
        let label = std::mem::replace(&mut before, word).trim_start_matches(['(', '"', '“', '[']);
        let code = bare(word);
        let is_number = code.starts_with(|first: char| first.is_ascii_digit());
        let is_letter = code.len() == 1 && code.starts_with(|letter: char| letter.is_ascii_uppercase());
        (is_label(label) && (is_number || is_letter)).then_some((label, code))
    })
}

fn bare(code: &str) -> &str {
    code.trim_end_matches(['.', ',', ';', ':', ')', '"', '”', ']', '?', '!'])
}

/// The word before the only place of the answer that has the code.
fn word_before(answer: &Translated, code: &str) -> Option<Range<usize>> {
    let text = &answer.text;
    let mut found = None;
    let mut before: &str = "";
    for word in text.split([' ', '\u{a0}']) {
        let word_before = std::mem::replace(&mut before, word);
        if bare(word) == code {
            if found.is_some() {
                return None;
            }
            found = Some(word_before);
        }
    }
    let word = found?.trim_start_matches(['(', '"', '“', '[']);
    let start = word.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let range = start..start + word.len();
    let is_word = word.chars().count() > SMALL && word.chars().all(char::is_alphabetic);
    let is_free = || !answer.fixed.iter().any(|place| place.start < range.end && range.start < place.end);
    (is_word && is_free()).then_some(range)
}

/// Most letters of a word that is none of these.
const SMALL: usize = 3;

/// The word with the capitals of another.
fn cased(word: &str, other: &str) -> String {
    let mut letters = other.chars();
    let (first, second) = (letters.next(), letters.next());
    let is_large = |letter: Option<char>| letter.is_some_and(char::is_uppercase);
    match (is_large(first), is_large(second)) {
        (true, true) => word.to_uppercase(),
        (true, false) => {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str, &str)]) {
        let unit = |text: &str| Source { text: text.into(), fixed: Vec::new(), linked: false };
        let units: Vec<Source> = pairs.iter().map(|(source, ..)| unit(source)).collect();
        let mut answers: Vec<Translated> = pairs.iter().map(|(_, answer, _)| Translated::from(*answer)).collect();
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        name_parts(&units, &mut answers, &pair);
        let answers: Vec<&str> = answers.iter().map(|answer| &*answer.text).collect();
        assert_eq!(answers, pairs.iter().map(|(.., expected)| *expected).collect::<Vec<_>>());
    }

    #[test]
    fn tables_are_tables() {
        check(&[
            ("Table 1: Dates", "Tabela 1: Datas", "Tabela 1: Datas"),
            ("Table 2: Levels", "Tabela 2: Níveis", "Tabela 2: Níveis"),
            ("Table 3: Rates", "Quadro 3: Taxas", "Tabela 3: Taxas"),
            ("TABLE 4", "FOLHA 4", "TABELA 4"),
            // The article would be wrong.
            ("See Table 1 now", "Veja o quadro 1 agora", "Veja o quadro 1 agora"),
            ("See Section 4.1, and", "Ver Seção 4.1 e", "Ver Seção 4.1 e"),
            ("In Section 4.2 it", "Na Seção 4.2 isto", "Na Seção 4.2 isto"),
            ("In Section 5 (Section 6)", "Na secção 5 (Secção 6)", "Na seção 5 (Seção 6)"),
        ]);
    }

    #[test]
    fn what_is_said_once_or_means_something_else_is_left() {
        check(&[
            ("Table 1: Dates", "Tabela 1: Datas", "Tabela 1: Datas"),
            ("Table 2: Levels", "Quadro 2: Níveis", "Quadro 2: Níveis"),
            ("the table 3 was", "o quadro 3 foi", "o quadro 3 foi"),
            ("Part 3 of 3", "Parte 3 de 3", "Parte 3 de 3"),
            ("Part 4 is", "Peça 4 é", "Peça 4 é"),
        ]);
    }

    #[test]
    fn long_texts_come_to_an_end() {
        let whole = "Part A ".repeat(50_000);
        check(&[(&whole, &whole, &whole)]);
    }
}
