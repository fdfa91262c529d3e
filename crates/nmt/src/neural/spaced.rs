//! Words written with a blank after each letter, as titles of contracts are: `C O N T R A C T`.
//!
//! To a model that is a list of letters. Joined it is a word, whose translation is spaced out again.

use std::ops::Range;

/// Fewer letters are initials, or the columns of a table.
const FEWEST: usize = 5;

/// A text of spaced letters.
pub(crate) struct Spaced {
    /// Its words, as the places of their letters.
    pub(crate) words: Vec<Vec<Range<usize>>>,
    /// Blanks between two words.
    pub(crate) gap: usize,
}

/// The words of `text[within]`, if every letter of it stands alone.
pub(crate) fn spaced(text: &str, within: &Range<usize>) -> Option<Spaced> {
    let mut words: Vec<Vec<Range<usize>>> = vec![Vec::new()];
    let (mut blanks, mut gap) = (2, 0);
    for (offset, character) in text[within.clone()].char_indices() {
        let at = within.start + offset;
        if character.is_whitespace() {
            blanks += 1;
            continue;
        }
        let is_letter = character.is_uppercase() || character.is_lowercase();
        if !is_letter || blanks == 0 {
            return None;
        }
        if blanks > 1 && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(Vec::new());
            gap = if gap == 0 { blanks } else { gap.min(blanks) };
        }
        words.last_mut()?.push(at..at + character.len_utf8());
        blanks = 0;
    }
    let letters: Vec<char> = words.iter().flatten().filter_map(|letter| text[letter.clone()].chars().next()).collect();
    // `A B C D E` are the columns of a table, and `X X X X X` stand for something.
    let is_row = letters.windows(2).all(|pair| u32::from(pair[1]) == u32::from(pair[0]) + 1 || pair[0] == pair[1]);
    (letters.len() >= FEWEST && !is_row && words.iter().all(|word| word.len() > 1)).then_some(Spaced { words, gap })
}

/// Spaces a text out; `put` gets its pieces in order: a character and where it comes from, and nowhere for a blank.
pub(crate) fn spread(text: &str, gap: usize, mut put: impl FnMut(char, Option<Range<usize>>)) {
    let mut is_first = true;
    for (at, character) in text.char_indices() {
        let from = at..at + character.len_utf8();
        if character.is_whitespace() {
            (0..gap.max(2)).for_each(|_| put(' ', None));
            is_first = true;
            continue;
        }
        let is_mark = crate::neural::units::is_mark(character);
        if !is_first && !is_mark {
            put(' ', None);
        }
        put(character, Some(from));
        is_first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[&str]>) {
        let found = spaced(text, &(0..text.len()));
        let words = found.map(|found| {
            let joined = |word: Vec<Range<usize>>| word.into_iter().map(|at| &text[at]).collect::<String>();
            found.words.into_iter().map(joined).collect::<Vec<_>>()
        });
        assert_eq!(
            words.as_deref(),
            expected
                .map(<[_]>::to_vec)
                .map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>())
                .as_deref()
        );
    }

    #[test]
    fn spaced_letters_are_words_and_columns_are_not() {
        check("C O N T R A C T", Some(&["CONTRACT"]));
        check("L E A S E  O F  L A N D", Some(&["LEASE", "OF", "LAND"]));
        check("s u m m a r y", Some(&["summary"]));
        check("A B C D E F", None);
        check("X X X X X X", None);
        check("J. R. R. Tolkien", None);
        check("U S A", None);
        check("1 2 3 4 5 6", None);
        check("P l e ase", None);
    }

    #[test]
    fn a_text_is_spread_with_its_gaps() {
        let mut out = String::new();
        spread("AÇÃO DE", 3, |character, _| out.push(character));
        assert_eq!(out, "A Ç Ã O   D E");
    }
}
