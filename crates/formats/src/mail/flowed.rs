//! `format=flowed` (RFC 3676): paragraphs whose lines end with a blank where they go on.

use std::ops::Range;

use terjuman_model::Segment;

use crate::edits::Edits;
use crate::fill;
use crate::small_range::SmallRange;
use crate::wording::has_words;

/// The place of a paragraph: there may be one for each line.
#[derive(Debug)]
pub(super) struct Paragraph {
    /// From the first line's words to the end of the last line's.
    range: SmallRange,
    /// How often it is quoted.
    depth: u32,
}

/// A paragraph whose end has not come.
struct Open {
    range: Range<usize>,
    depth: usize,
    text: String,
}

/// How lines go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    /// The blank at the end of a line is not part of the text (`delsp=yes`).
    pub(super) delete_space: bool,
}

/// Columns of a line, the blank at its end included.
const LINE: usize = 72;

/// Finds the paragraphs, and what they say.
pub(super) fn paragraphs(text: &str, flow: Flow) -> (Vec<Paragraph>, Vec<Segment>) {
    let (mut found, mut segments) = (Vec::new(), Vec::new());
    let mut end = |open: Option<Open>| {
        if let Some((paragraph, segment)) = open.and_then(Open::end) {
            found.push(paragraph);
            segments.push(segment);
        }
    };
    let mut open: Option<Open> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let depth = content.bytes().take_while(|b| *b == b'>').count();
        let stuffed = usize::from(content[depth..].starts_with(' '));
        let words = &content[depth + stuffed..];
        let at = start + depth + stuffed;
        start += line.len();
        let is_signature = words == "-- ";
        let goes_on = words.ends_with(' ') && !is_signature;
        let kept = if goes_on && flow.delete_space { &words[..words.len() - 1] } else { words };
        // A paragraph also ends where the depth of quotation changes, whatever its last line says.
        end(open.take_if(|paragraph| paragraph.depth != depth || is_signature));
        let paragraph = open.get_or_insert_with(|| Open { range: at..at, depth, text: String::new() });
        paragraph.text.push_str(kept);
        paragraph.range.end = at + words.len();
        if !goes_on {
            end(open.take());
        }
    }
    end(open);
    found.shrink_to_fit();
    (found, segments)
}

impl Open {
    /// The paragraph, if there is something to translate in it.
    fn end(self) -> Option<(Paragraph, Segment)> {
        let Self { mut range, depth, text } = self;
        // Blanks in front stand on the first line, unless it has nothing else.
        range.start += text.len() - text.trim_start().len();
        range.end -= text.len() - text.trim_end().len();
        if range.start >= range.end || !has_words(&text) {
            return None;
        }
        let depth = u32::try_from(depth).unwrap_or(u32::MAX);
        Some((Paragraph { range: range.into(), depth }, Segment::plain(text.trim())))
    }
}

impl Paragraph {
    /// Whether it begins in one of the ranges, which are in order.
    pub(super) fn begins_in(&self, ranges: &[Range<usize>]) -> bool {
        let start = self.range.range().start;
        let next = ranges.partition_point(|range| range.end <= start);
        ranges.get(next).is_some_and(|range| range.start <= start)
    }

    /// Puts a translation in the paragraph's place.
    pub(super) fn write(&self, translation: &str, flow: Flow, newline: &str, edits: &mut Edits) {
        let translation: String = translation.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }).collect();
        let places: Vec<_> = translation
            .match_indices(' ')
            .map(|(at, _)| at..at + 1)
            .filter(|place| place.end < translation.len() && !translation[place.end..].starts_with(' '))
            .collect();
        let prefix = if self.depth > 0 { format!("{} ", ">".repeat(self.depth as usize)) } else { String::new() };
        let room = LINE.saturating_sub(prefix.len()).max(20);
        let mut out = String::with_capacity(translation.len() + 16);
        let mut at = 0;
        for place in fill::breaks(&translation, &places, 0, room) {
            // The blank stays at the end of its line.
            out.push_str(&translation[at..place.end]);
            if flow.delete_space {
                out.push(' ');
            }
            out.push_str(newline);
            out.push_str(&prefix);
            let rest = &translation[place.end..];
            if self.depth == 0 && (rest.starts_with('>') || rest.starts_with("From ") || rest.starts_with("-- ")) {
                out.push(' ');
            }
            at = place.end;
        }
        out.push_str(&translation[at..]);
        edits.replace(self.range.range(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Flow = Flow { delete_space: false };

    #[track_caller]
    fn check(text: &str, flow: Flow, expected: &[&str]) {
        let (_, segments) = paragraphs(text, flow);
        let found: Vec<_> = segments.iter().map(|segment| segment.source.text()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_that_end_with_a_blank_go_on() {
        check("One \r\ntwo\r\n\r\nThree\r\n", KEPT, &["One two", "Three"]);
        check("> One \n> two\n>> Three \nFour\n-- \nFive\n", KEPT, &["One two", "Three", "Four", "Five"]);
        check("日本 \n語\n", Flow { delete_space: true }, &["日本語"]);
        check("One \n", KEPT, &["One"]);
    }

    #[test]
    fn a_translation_flows_again() {
        let text = "> One \n> two\n";
        let long = "word ".repeat(30);
        let mut edits = Edits::default();
        paragraphs(text, KEPT).0[0].write(long.trim(), KEPT, "\n", &mut edits);
        let written = String::from_utf8(edits.apply(text.as_bytes())).unwrap();
        assert!(written.lines().all(|line| line.starts_with("> ") && line.len() <= LINE));
        check(&written, KEPT, &[long.trim()]);
    }
}
