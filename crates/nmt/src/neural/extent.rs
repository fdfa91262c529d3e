//! How far what is protected reaches: the word, the number, the sign with its digits around a place.

use std::ops::Range;

use crate::neural::protect::{Nature, plainer};
use crate::neural::units::{is_mark, is_unseen};

/// The word, or the sign, that has the mark at this place.
pub(crate) fn marked(text: &str, at: usize, within: Range<usize>) -> Range<usize> {
    let word = word_around(text, at, within.clone());
    let sign =
        text[within.start..word.start].chars().next_back().filter(|sign| word.start == at && !sign.is_whitespace());
    word.start - sign.map_or(0, char::len_utf8)..word.end
}

/// The length of the number that a text begins with, perhaps after a blank.
pub(crate) fn numbered(text: &str) -> usize {
    let blanks = text.len() - text.trim_start_matches([' ', '\u{a0}']).len();
    let digits = text[blanks..].bytes().take_while(u8::is_ascii_digit).count();
    if blanks <= 2 && digits > 0 { blanks + digits } else { 0 }
}

/// The number that starts here: digits, and separators between them.
pub(crate) fn number_at(text: &str, at: usize, end: usize) -> Range<usize> {
    let is_part = |character: char| character.is_ascii_digit() || character == '.' || character == ',';
    let run = extend(text, at..at, &(at..end), is_part);
    at..at + text[run].trim_end_matches(['.', ',']).len()
}

/// The letters, digits and marks around a place.
pub(crate) fn word_around(text: &str, at: usize, within: Range<usize>) -> Range<usize> {
    extend(text, at..at, &within, |character| character.is_alphanumeric() || is_mark(character))
}

/// The characters without white space around a place, without the quotes and punctuation at their ends.
pub(crate) fn token_around(text: &str, at: usize, within: Range<usize>) -> Range<usize> {
    let token = extend(text, at..at, &within, |character| !character.is_whitespace());
    let is_edge = |character: char| {
        matches!(character, '"' | '\'' | '(' | ')' | '.' | ',' | ';' | ':' | '!' | '?')
            || plainer(character).is_some()
            || is_unseen(character)
    };
    let trimmed = text[token.clone()].trim_start_matches(is_edge);
    let start = token.end - trimmed.len();
    let end = start + trimmed.trim_end_matches(is_edge).len();
    // Never less than the character itself.
    start.min(at)..end.max(at + 1)
}

/// A sign with what modifies it and, as in `€50` and `3×4`, the digits it is written to.
pub(crate) fn sign_at(text: &str, at: usize, within: Range<usize>) -> (Range<usize>, Nature) {
    let character = text[at..].chars().next().unwrap_or_default();
    let sign = extend(text, at..at + character.len_utf8(), &(at..within.end), is_mark);
    let is_digit = |character: char| character.is_ascii_digit() || character == '.' || character == ',';
    let wide = extend(text, sign.clone(), &within, is_digit);
    let digits = |range: Range<usize>| text[range].bytes().any(|byte| byte.is_ascii_digit());
    let start = if digits(wide.start..sign.start) { wide.start } else { sign.start };
    let end = if digits(sign.end..wide.end) {
        sign.end + text[sign.end..wide.end].trim_end_matches(['.', ',']).len()
    } else {
        sign.end
    };
    let nature = if (start, end) == (sign.start, sign.end) { Nature::Ornament } else { Nature::Verbatim };
    (start..end, nature)
}

pub(crate) fn extend(
    text: &str,
    range: Range<usize>,
    within: &Range<usize>,
    takes: impl Fn(char) -> bool,
) -> Range<usize> {
    let before = text[within.start..range.start].chars().rev().take_while(|character| takes(*character));
    let start = range.start - before.map(char::len_utf8).sum::<usize>();
    let after = text[range.end..within.end].chars().take_while(|character| takes(*character));
    start..range.end + after.map(char::len_utf8).sum::<usize>()
}

/// Whether a sign raises or lowers a note: `B♭` is one name.
pub(crate) fn is_accidental(character: char) -> bool {
    matches!(character, '♭' | '♮' | '♯' | '𝄪' | '𝄫')
}

/// The note, or the chord, that the sign at this place belongs to.
pub(crate) fn note(text: &str, sign: Range<usize>, within: &Range<usize>) -> Range<usize> {
    extend(text, sign, within, |character| character.is_ascii_alphanumeric() || is_accidental(character))
}

/// The unit that a sign of its power is written to: `mol⁻¹`, `Ca²⁺`.
pub(crate) fn power(text: &str, sign: Range<usize>, within: &Range<usize>) -> Range<usize> {
    let is_part = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '²' | '³' | '¹' | '·' | '\u{2070}'..='\u{207b}' | '\u{2080}'..='\u{2089}')
    };
    extend(text, sign, within, is_part)
}

/// What the sign of an ordinal number at this place is written to: `14.º`, `nº 31`, `25ºC`.
pub(crate) fn ordinal(text: &str, sign: Range<usize>, within: &Range<usize>) -> Range<usize> {
    let before = extend(text, sign.clone(), &(within.start..sign.end), |c| c.is_ascii_alphanumeric() || c == '.');
    let start = sign.start - text[before.start..sign.start].trim_start_matches('.').len();
    let end = extend(text, sign.clone(), &(sign.start..within.end), |c| c.is_ascii_alphanumeric()).end;
    let is_word = text[start..sign.start].ends_with(|c: char| c.is_ascii_alphabetic());
    start..if is_word && end == sign.end { end + numbered(&text[end..within.end]) } else { end }
}

/// The place on a map that a number with many decimals ends: `74.0060° W`.
pub(crate) fn place(text: &str, number: Range<usize>, end: usize) -> Range<usize> {
    let Some(rest) = text[number.end..end].strip_prefix('°') else { return number };
    let quarter = rest.trim_start_matches(' ');
    let is_quarter = quarter.starts_with(['N', 'S', 'E', 'W', 'O'])
        && !quarter[1..].starts_with(|c: char| c.is_alphanumeric())
        && rest.len() - quarter.len() < 2;
    number.start..end - if is_quarter { quarter.len() - 1 } else { rest.len() }
}

/// What words of large numbers begin with.
const MAGNITUDES: [&str; 10] =
    ["billion", "bilh", "milh", "miliard", "milion", "milliard", "million", "millon", "thousand", "trillion"];

/// An amount with its sign, as it stands in a sentence. Where a word of a large number follows, as in `$2.5 billion`, the
/// translation has `2,5 bilhões` elsewhere, and this has the same decimal sign; else it comes out as it is.
pub(crate) fn amount(text: &str, range: &Range<usize>, end: usize, decimal_sign: char) -> String {
    let amount = &text[range.clone()];
    let rest = text[range.end..end].strip_prefix([' ', '\u{a0}', '-']).unwrap_or_default();
    let is_large = || MAGNITUDES.iter().any(|word| rest.starts_with(word));
    let mut signs = amount.match_indices(['.', ',']);
    match (signs.next(), signs.next()) {
        (Some((at, sign)), None) if matches!(amount.len() - at, 2 | 3) && is_large() => {
            format!("{}{decimal_sign}{}", &amount[..at], &amount[at + sign.len()..])
        }
        _ => amount.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_and_notes_are_whole() {
        let check = |text: &str, sign: char, expected: &str| {
            let at = text.find(sign).unwrap();
            let (sign, within) = (at..at + sign.len_utf8(), 0..text.len());
            let found = if is_accidental(text[at..].chars().next().unwrap()) {
                note(text, sign, &within)
            } else {
                ordinal(text, sign, &within)
            };
            assert_eq!(&text[found], expected);
        };
        check("the 14.º of it", 'º', "14.º");
        check("see nº 31.", 'º', "nº 31");
        check("at 25ºC or", 'º', "25ºC");
        check("a 3ª. And", 'ª', "3ª");
        check("an A♭ major", '♭', "A♭");
        check("(F♯m7)", '♯', "F♯m7");
        check("the ♭ sign", '♭', "♭");
    }

    #[test]
    fn places_on_maps_are_whole() {
        let check = |text: &str, expected: &str| assert_eq!(&text[place(text, 0..7, text.len())], expected);
        check("74.0060° W, and", "74.0060° W");
        check("74.0060°W", "74.0060°W");
        check("74.0060° We", "74.0060°");
        check("74.0060 W", "74.0060");
    }

    #[test]
    fn amounts_have_the_decimal_sign_of_the_words_around_them() {
        let check =
            |text: &str, end: usize, expected: &str| assert_eq!(amount(text, &(0..end), text.len(), ','), expected);
        check("$2.5 billion", 4, "$2,5");
        check("$2.5-million", 4, "$2,5");
        check("$2.50 each", 5, "$2.50");
        check("$2 million", 2, "$2");
        check("$2,500 million", 6, "$2,500");
        check("$1,234.5 million", 8, "$1,234.5");
    }
}
