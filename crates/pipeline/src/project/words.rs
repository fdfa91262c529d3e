//! Word borders (UAX #29), for source and translation alike: no tag may come to stand inside a word.

use std::ops::Range;
use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

/// With dictionaries for the scripts without spaces.
static RULES: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// The stretch cut into words, blanks and single signs; they cover it whole.
pub(super) fn words(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = range.start;
    for border in RULES.segment_str(&text[range.clone()]) {
        let end = range.start + border;
        if end > start {
            words.push(start..end);
            start = end;
        }
    }
    words
}

/// Whether there is nothing to read.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Which of the `places` (sorted) are inside a word. A word does not go on past one of the `borders` (sorted).
pub(super) fn inside_words(text: &str, places: &[usize], borders: &[usize]) -> Vec<usize> {
    // Most marks stand beside a blank, and need no rules.
    let is_candidate = |at: &usize| {
        let before = text[..*at].chars().next_back();
        let after = text[*at..].chars().next();
        matches!((before, after), (Some(before), Some(after)) if !before.is_whitespace() && !after.is_whitespace())
            && borders.binary_search(at).is_err()
    };
    let candidates: Vec<usize> = places.iter().copied().filter(is_candidate).collect();
    let mut inside = Vec::new();
    let mut rest = candidates.as_slice();
    let mut start = 0;
    for border in borders.iter().copied().chain([text.len()]) {
        let count = rest.partition_point(|at| *at < border);
        let (here, later) = rest.split_at(count);
        rest = later;
        if border > start && !here.is_empty() {
            let words = words(text, &(start..border));
            let is_inside = |at: &usize| words.binary_search_by_key(at, |word| word.start).is_err();
            inside.extend(here.iter().copied().filter(is_inside));
        }
        start = start.max(border);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_inside_words_are_told() {
        assert_eq!(inside_words("one two", &[0, 1, 3, 4, 6, 7], &[]), [1, 6]);
        assert_eq!(inside_words("foobar", &[3], &[]), [3]);
        assert_eq!(words("one日本two", &(0..12)), [0..3, 3..9, 9..12]);
        assert!(inside_words("foobar", &[3], &[3]).is_empty());
        assert_eq!(inside_words("e\u{301}x 👩‍💻", &[1, 3, 9], &[]), [1, 3, 9]);
        assert!(inside_words("end. (x)", &[3, 4, 5, 6, 7], &[]).is_empty());
    }
}
