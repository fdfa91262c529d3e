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
        } else if let Some(counter) = counter(slice).filter(|_| starts_free) {
            range.start += counter;
        } else if let Some(note) = note(slice).filter(|_| ends_free) {
            range.end -= note;
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

/// Most letters or digits of what counts the items of a list.
const LONGEST_COUNTER: usize = 4;

/// The bytes of the `(b) `, `b) ` or `- ` that an item of a list begins with: models take a bracket of it, or all.
fn counter(text: &str) -> Option<usize> {
    let rest = if let Some(rest) = text.strip_prefix(['-', '–', '—', '•']) {
        rest
    } else {
        let inner = text.strip_prefix('(').unwrap_or(text);
        let length = inner.bytes().take(LONGEST_COUNTER + 1).take_while(u8::is_ascii_alphanumeric).count();
        let counter = &inner[..length];
        let is_numeral = counter.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x' | b'I' | b'V' | b'X'));
        let is_number = counter.bytes().all(|byte| byte.is_ascii_digit());
        if length == 0 || length > LONGEST_COUNTER || !(length == 1 || is_numeral || is_number) {
            return None;
        }
        inner[length..].strip_prefix(')')?
    };
    let item = rest.trim_start();
    (item.len() < rest.len() && item.starts_with(char::is_alphabetic)).then_some(text.len() - item.len())
}

/// The bytes of the mark of a note that a word with a capital ends with: `Salary(2)`. Models take the two for one name.
fn note(text: &str) -> Option<usize> {
    let (rest, mark) = text.strip_suffix(')')?.rsplit_once('(')?;
    let is_mark = matches!(mark.len(), 1 | 2) && mark.bytes().all(|byte| byte.is_ascii_digit());
    let word = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_word = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_name = word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    (is_mark && is_word && is_name).then_some(mark.len() + 2)
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
        check("(b) Net income (c)", "Net income (c)");
        check("- iv)  Net income", "Net income");
        check("(12) Net income", "Net income");
        check("(see) Net income", "(see) Net income");
        check("- 5 degrees", "- 5 degrees");
        check("-5) a", "-5) a");
        check("Number of Hires(1)", "Number of Hires");
        check("Call open(2)", "Call open(2)");
        check("Read the byte(s)", "Read the byte(s)");
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
