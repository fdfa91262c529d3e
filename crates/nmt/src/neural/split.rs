//! Cuts texts that are too long for one call where it hurts least.

use std::ops::Range;

use crate::Fixed;
use crate::neural::units::is_unspaced;

/// The longest run without white space that is still taken for language. Longer ones are data.
const ENDLESS: usize = 500;

/// Ranges of `text[within]` longer than any word: they are not translated.
pub(crate) fn endless(text: &str, within: &Range<usize>) -> Vec<Range<usize>> {
    let slice = &text[within.clone()];
    let words = slice.split(|character: char| character.is_whitespace() || is_unspaced(character));
    words
        .filter(|word| word.len() > ENDLESS && word.chars().nth(ENDLESS).is_some())
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        })
        .collect()
}

/// The best place to cut `text[within]` near its `share`th part: the start of the second piece. `None` if it cannot be
/// cut without cutting a fixed range.
pub(crate) fn cut(text: &str, within: &Range<usize>, share: usize, fixed: &[Fixed]) -> Option<usize> {
    let ideal = within.start + within.len() / share.max(2);
    // Up to a third of the piece may be given for a better place.
    let reach = within.len() / share.max(2) / 3 + 1;
    let first = floor_boundary(text, ideal.saturating_sub(4 * reach).max(within.start));
    let mut best: Option<(u32, usize)> = None;
    let mut previous = None;
    for (offset, character) in text[first..within.end].char_indices() {
        let at = first + offset;
        if at > ideal + 4 * reach {
            break;
        }
        if at > within.start
            && let Some(rank) = rank(previous, character)
            && is_free(fixed, at)
        {
            let distance = u32::try_from(at.abs_diff(ideal)).unwrap_or(u32::MAX);
            // A better kind of place is worth a third of a piece each.
            let reach = u32::try_from(reach).unwrap_or(u32::MAX);
            let cost = distance.saturating_add(rank.saturating_mul(reach));
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, at));
            }
        }
        previous = Some(character);
    }
    best.map(|(_, at)| at)
}

/// Whether a place is within no fixed range; these are ordered.
fn is_free(fixed: &[Fixed], at: usize) -> bool {
    let after = fixed.partition_point(|fixed| fixed.range.start < at);
    after.checked_sub(1).is_none_or(|before| fixed[before].range.end <= at)
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// How bad a cut between these characters is; `None` if it cannot be.
fn rank(before: Option<char>, after: char) -> Option<u32> {
    let before = before?;
    if before.is_whitespace() {
        return None;
    }
    if matches!(before, '。' | '！' | '？') {
        return Some(0);
    }
    if matches!(before, '、' | '，' | '；' | '：') {
        return Some(1);
    }
    if after.is_whitespace() {
        return Some(match before {
            '.' | '!' | '?' | '…' => 0,
            ',' | ';' | ':' | '—' | '–' | ')' => 1,
            _ => 2,
        });
    }
    (is_unspaced(before) || is_unspaced(after)).then_some(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: (&str, &str)) {
        let at = cut(text, &(0..text.len()), 2, &[]).unwrap();
        assert_eq!((&text[..at], &text[at..]), expected);
    }

    #[test]
    fn clauses_come_before_words_and_words_before_letters() {
        check("one two three, four five six seven", ("one two three,", " four five six seven"));
        check("one two three four", ("one two", " three four"));
        check("日本語の文、そして次の文", ("日本語の文、", "そして次の文"));
        assert_eq!(cut("unbreakable", &(0..11), 2, &[]), None);
        let fixed = [Fixed { range: 0..7, text: "x".into() }];
        assert_eq!(cut("one two", &(0..7), 2, &fixed), None);
    }

    #[test]
    fn endless_words_are_found() {
        let text = format!("a {} b {}", "x".repeat(501), "y".repeat(500));
        assert_eq!(endless(&text, &(0..text.len())).first(), Some(&(2..503)));
        assert_eq!(endless(&text, &(0..text.len())).len(), 1);
        assert!(endless(&"語".repeat(900), &(0..2700)).is_empty());
    }
}
