//! Versions, which are no fractions: of `PostgreSQL 9.6` a model makes `PostgreSQL 9,6`.

use std::ops::Range;

use terjuman_nmt::{Source, Translated};

use super::edits::edit;

/// Gives versions their full stop: numbers behind a name that came out as it was, and has a capital within it.
pub(crate) fn restore_versions(source: &Source, answer: &mut Translated) {
    if answer.kept_as_source {
        return;
    }
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    for (name, number) in versions(&source.text, '.').take(MOST) {
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let found = versions(&answer.text, ',')
            .find(|(said, said_number)| *said == name && said_number.split_once(',') == Some((whole, part)));
        let Some((_, number)) = found else { continue };
        let at = number.as_ptr().addr() - answer.text.as_ptr().addr() + whole.len();
        let is_kept = answer.fixed.iter().any(|place| place.contains(&at));
        if !is_kept && edits.iter().all(|(range, _)| range.start != at) {
            edits.push((at..at + 1, "."));
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edit(answer, &edits);
}

/// Most versions of one unit that are looked for.
const MOST: usize = 32;

/// Names with the numbers of two parts behind them.
fn versions(text: &str, point: char) -> impl Iterator<Item = (&str, &str)> {
    let mut before = "";
    text.split([' ', '\u{a0}']).filter_map(move |word| {
        let name = std::mem::replace(&mut before, word);
        let number = word.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let has_parts = number.split_once(point).is_some_and(|(whole, part)| is_number(whole) && is_number(part));
        (has_parts && is_name(name)).then_some((name, number))
    })
}

/// `PostgreSQL`, not `EUR` nor `Total`.
fn is_name(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"', '“']);
    word.contains(char::is_lowercase) && word.chars().skip(1).any(char::is_uppercase) && !word.contains(['/', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let source = Source { text: source.into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated::from(answer);
        restore_versions(&source, &mut answer);
        assert_eq!(answer.text, expected);
    }

    #[test]
    fn versions_keep_their_full_stop() {
        check("PostgreSQL 9.6", "PostgreSQL 9,6", "PostgreSQL 9.6");
        check("See LibreOffice 5.2, or not", "Veja o LibreOffice 5,2, ou não", "Veja o LibreOffice 5.2, ou não");
    }

    #[test]
    fn fractions_keep_their_comma() {
        check("Total 9.60", "Total 9,60", "Total 9,60");
        check("EUR 9.60 of PostgreSQL", "EUR 9,60 do PostgreSQL", "EUR 9,60 do PostgreSQL");
        check("PostgreSQL is 3.5 years old", "PostgreSQL 3,5 anos", "PostgreSQL 3,5 anos");
        check("PostgreSQL 9.6", "PostgreSQL 9,7", "PostgreSQL 9,7");
    }
}
