//! Filling lines: where a text that was wrapped by hand is to be broken again.

use std::ops::Range;

/// Columns a text takes on a terminal: two for the wide characters of East Asia, none for marks that combine.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(character_width).sum()
}

fn character_width(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}' => 0,
        c if is_wide(c) => 2,
        _ => 1,
    }
}

/// Scripts that are written without spaces between words, in characters two columns wide.
pub(crate) fn is_wide(character: char) -> bool {
    matches!(character,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
}

/// Whether two lines are joined without a space: between characters of scripts that use none (Korean does).
pub(crate) fn joins_without_space(before: Option<char>, after: Option<char>) -> bool {
    let spaceless = |c: char| is_wide(c) && !matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1f300}'..='\u{1faff}');
    before.is_some_and(spaceless) && after.is_some_and(spaceless)
}

/// Chooses, greedily, at which of the `places` (blanks, in order) the text is broken, so that no line is wider than
/// `width` where that can be had. The first line begins `used` columns in.
pub(crate) fn breaks(text: &str, places: &[Range<usize>], used: usize, line_width: usize) -> Vec<Range<usize>> {
    let mut chosen = Vec::new();
    let mut column = used;
    // The last place that still fits, and the column after it.
    let mut candidate: Option<Range<usize>> = None;
    let mut at = 0;
    for (index, end) in places.iter().map(|p| p.start).chain([text.len()]).enumerate() {
        column += width(&text[at..end]);
        if column > line_width
            && let Some(place) = candidate.take()
        {
            column = width(&text[place.end..end]);
            chosen.push(place);
        }
        at = end;
        candidate = places.get(index).cloned();
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(text: &str, used: usize, line_width: usize) -> String {
        let places: Vec<_> = text.match_indices(' ').map(|(at, _)| at..at + 1).collect();
        let mut out = text.to_owned();
        for place in breaks(text, &places, used, line_width).into_iter().rev() {
            out.replace_range(place, "\n");
        }
        out
    }

    #[test]
    fn lines_are_filled_up_to_the_width() {
        assert_eq!(wrap("one two three four", 0, 9), "one two\nthree\nfour");
        assert_eq!(wrap("one two three four", 4, 9), "one\ntwo three\nfour");
        assert_eq!(wrap("incomprehensibilities are long", 0, 5), "incomprehensibilities\nare\nlong");
        assert_eq!(wrap("short", 0, 80), "short");
    }

    #[test]
    fn wide_characters_count_double() {
        assert_eq!((width("日本"), width("e\u{301}")), (4, 1));
        assert!(joins_without_space(Some('日'), Some('本')) && !joins_without_space(Some('한'), Some('국')));
    }
}
