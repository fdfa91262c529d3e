//! What stands around a sentence and has no part in it.

use std::ops::Range;

use crate::neural::guard::has_letters;
use crate::neural::protect::{Group, Nature};
use crate::neural::units::is_unseen;

/// Signs of a line to write on; and dots that lead to the number of a page, of which three are an ellipsis.
const LEAST_LINE: usize = 3;
const LEAST_LEADER: usize = 4;

/// The range without the white space, what nobody sees, the ornaments, the lines to write on and the brackets around it. `groups` loses
/// those that fall away.
pub(crate) fn trimmed(text: &str, mut range: Range<usize>, groups: &mut Vec<Group>) -> Range<usize> {
    loop {
        let slice = &text[range.clone()];
        // What is fixed may be blank.
        let (from, to) = (groups.first().map(|group| group.range.start), groups.last().map(|group| group.range.end));
        let is_blank = |character: char| character.is_whitespace() || is_unseen(character);
        range.start = (range.end - slice.trim_start_matches(is_blank).len()).min(from.unwrap_or(range.end));
        let length = text[range.clone()].trim_end_matches(is_blank).len();
        range.end = (range.start + length).max(to.unwrap_or(range.start));
        let slice = &text[range.clone()];
        let leads = groups.first().filter(|group| group.range.start == range.start);
        let trails = groups.last().filter(|group| group.range.end == range.end);
        // `___name` is a name.
        let is_apart = |drawn: &usize| slice[*drawn..].starts_with(char::is_whitespace);
        let (starts_free, ends_free) = (leads.is_none(), trails.is_none());
        if leads.is_some_and(|group| group.nature == Nature::Ornament) {
            range.start = groups.remove(0).range.end;
        } else if trails.is_some_and(|group| group.nature == Nature::Ornament) {
            range.end = groups.pop().map_or(range.end, |group| group.range.start);
        } else if let Some(drawn) = drawn(slice.chars().rev()).filter(|_| ends_free) {
            range.end -= drawn;
        } else if let Some(drawn) = drawn(slice.chars()).filter(|drawn| starts_free && is_apart(drawn)) {
            range.start += drawn;
        } else if is_bracketed(slice) && starts_free && ends_free {
            (range.start, range.end) = (range.start + 1, range.end - 1);
        } else {
            return range;
        }
    }
}

/// The bytes of the line or the leader that a text begins with: models draw it as long as they like.
fn drawn(mut signs: impl Iterator<Item = char>) -> Option<usize> {
    let sign = signs.next()?;
    let least = match sign {
        '_' => LEAST_LINE,
        '.' | '·' => LEAST_LEADER,
        _ => return None,
    };
    let count = 1 + signs.take_while(|other| *other == sign).count();
    (count >= least).then_some(count * sign.len_utf8())
}

/// Whether one pair of brackets is around the whole text, and no other brackets are in it.
fn is_bracketed(text: &str) -> bool {
    let inner = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    let inner = inner('(', ')').or_else(|| inner('[', ']'));
    inner.is_some_and(|inner| has_letters(inner) && !inner.contains(['(', ')', '[', ']']))
}

/// Whether a text by itself only counts: the `I` before the tab of a heading is no pronoun.
pub(crate) fn is_enumerator(text: &str) -> bool {
    let counter = text.trim_end_matches(['.', ')']);
    let is_one_letter = counter.len() == 1 && counter.bytes().all(|letter| letter.is_ascii_uppercase());
    is_one_letter || (counter.len() > 1 && counter.bytes().all(|letter| matches!(letter, b'I' | b'V' | b'X')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::protect::{Numbers, groups};
    use crate::neural::testing::Letters;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let whole = 0..text.len();
        let range = trimmed(text, whole, &mut Vec::new());
        assert_eq!(&text[range], expected, "{text}");
    }

    #[test]
    fn lines_leaders_and_brackets_have_no_part_in_the_sentence() {
        check("Copy No._______", "Copy No.");
        check("Name: ____  ", "Name:");
        check("____ name", "name");
        check("Chapter one .......", "Chapter one");
        check("(a remark)", "a remark");
        check("[_____] a remark", "[_____] a remark");
        check("And so on...", "And so on...");
        check("snake_", "snake_");
        check("___name", "___name");
        let text = "*Note ____";
        let mut groups = groups(text, &(0..5), &[], Numbers::Involved, &Letters);
        assert_eq!(&text[trimmed(text, 0..text.len(), &mut groups)], "Note");
        assert!(groups.is_empty());
    }

    #[test]
    fn letters_and_numerals_by_themselves_are_no_words() {
        for text in ["I", "I.", "A)", "XIV", "VIII."] {
            assert!(is_enumerator(text), "{text}");
        }
        for text in ["", ".", "a", "I am", "OK", "É", "CD"] {
            assert!(!is_enumerator(text), "{text}");
        }
    }
}
