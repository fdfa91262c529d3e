//! Raised endings of ordinal numbers: office programs make a raised ending of the two letters in `5th`, and most languages say
//! the number with a word, or with none.

use std::ops::Range;

use super::atoms::Atoms;
use super::source::SourceTags;
use super::things::Things;

/// Endings of ordinal numbers, in small letters: English, French, Portuguese, Spanish, Italian, Dutch, Swedish.
const ENDINGS: &[&str] = &[
    "st", "nd", "rd", "th", "er", "re", "e", "ème", "eme", "es", "o", "a", "os", "as", "º", "ª", "te", "de", "ste",
    "ta",
];

/// Where such an ending has no counterpart, its formatting goes to a blank beside the word that the number became, where
/// nobody sees it: a raised `day 5` or `first` would be worse, and no formatting is lost.
pub(super) fn hide_endings(
    source: &str,
    text: &str,
    tags: &SourceTags,
    atoms: &Atoms,
    things: &Things,
    formats: &mut [Vec<usize>],
) {
    for (pair, tag) in tags.pairs.iter().enumerate() {
        if tag.is_thing || !is_ordinal_ending(source, &tag.range) {
            continue;
        }
        let over: Vec<usize> = (0..formats.len()).filter(|atom| formats[*atom].binary_search(&pair).is_ok()).collect();
        let (Some(&first), Some(&last)) = (over.first(), over.last()) else { continue };
        let range = atoms.atoms[first].range.start..atoms.atoms[last].range.end;
        if is_ordinal_ending(text, &range) || hangs_on_a_number(text, &range) {
            continue;
        }
        let is_free = |atom: &usize| {
            atoms.atoms.get(*atom).is_some_and(|atom| atom.is_blank) && things.owners[*atom] == things.owners[last]
        };
        let Some(blank) = [Some(last + 1), first.checked_sub(1)].into_iter().flatten().find(is_free) else { continue };
        for atom in over {
            formats[atom].retain(|other| *other != pair);
        }
        if let Err(place) = formats[blank].binary_search(&pair) {
            formats[blank].insert(place, pair);
        }
    }
}

/// Whether a range is the last few letters of a word that begins with a number: in a language that is not known here, or made
/// up, that is the ending.
fn hangs_on_a_number(text: &str, range: &Range<usize>) -> bool {
    let letters = &text[range.clone()];
    text[..range.start].ends_with(|last: char| last.is_ascii_digit())
        && letters.chars().count() <= 4
        && letters.chars().all(char::is_alphabetic)
        && !text[range.end..].starts_with(char::is_alphanumeric)
}

/// Whether a range is such an ending behind a number, to the end of the word.
pub(super) fn is_ordinal_ending(text: &str, range: &Range<usize>) -> bool {
    let is_number = |last: char| last.is_ascii_digit() || matches!(last, 'I' | 'V' | 'X');
    let (before, rest) = text.split_at(range.start);
    let (letters, after) = rest.split_at(range.len());
    letters.len() <= 4
        && ENDINGS.contains(&letters.to_lowercase().as_str())
        && before.ends_with(is_number)
        && !after.starts_with(char::is_alphanumeric)
}
