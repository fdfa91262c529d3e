//! What stands behind a link's text: its target and its title.

use std::ops::Range;

use terjuman_model::Segment;

use super::slot::{Part, Place, Segments, Title};
use crate::wording::has_words;

/// The title in `](target "title")`.
pub(super) fn title_of_link(text: &str, tail: Range<usize>, in_cell: bool) -> Option<Part> {
    let at = tail.start + text[tail.clone()].strip_prefix("](").map(|_| 2)?;
    let end = tail.end - 1;
    // No further than the link: a page of links without a blank has no end of a target near.
    part(text, target_end(text.get(..end)?, at)?, end, in_cell)
}

/// The title in `[label]: target "title"`.
pub(super) fn title_of_definition(text: &str, span: Range<usize>) -> Option<Part> {
    // The label has no bracket of its own but escaped ones.
    let close = text[span.clone()]
        .match_indices("]:")
        .map(|(at, _)| span.start + at)
        .find(|at| text[..*at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0)?;
    part(text, target_end(&text[..span.end], close + 2)?, span.end, false)
}

/// Where the target ends that begins behind some white space.
fn target_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let start = at + (rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '>']).len());
    // A `>` here may be a mark of quotation; a target in angle brackets begins with the other one.
    let target = &text[start..];
    if target.starts_with('<') {
        let mut escaped = false;
        for (offset, byte) in target.bytes().enumerate() {
            match byte {
                b'\n' => return None,
                b'>' if !escaped => return Some(start + offset + 1),
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
        }
        return None;
    }
    Some(start + target.find(|c: char| c.is_ascii_whitespace()).unwrap_or(target.len()))
}

/// The title between the end of the target and the end of the link.
fn part(text: &str, target_end: usize, end: usize, in_cell: bool) -> Option<Part> {
    let between = text.get(target_end..end)?.trim_end();
    let open = between.find(['"', '\'', '('])?;
    let quote = match between.as_bytes()[open] {
        b'(' => b')',
        byte => byte,
    };
    let spelled = between[open + 1..].strip_suffix(char::from(quote))?;
    let range = target_end + open + 1..target_end + open + 1 + spelled.len();
    let title = decoded(spelled);
    // Titles of several lines are rare, and their lines may have marks in front.
    if !has_words(&title) || spelled.contains("\n\n") {
        return None;
    }
    let place = Place::Title(Title { range: range.into(), quote, in_cell });
    Some(Part { place, segments: Segments::One(Segment::plain(title)) })
}

/// Without escapes and references, on one line.
fn decoded(spelled: &str) -> String {
    let mut out = String::with_capacity(spelled.len());
    let mut characters = spelled.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next_if(char::is_ascii_punctuation) {
                Some(escaped) => out.push(escaped),
                None => out.push('\\'),
            },
            '&' => {
                let rest: String = characters.clone().take(12).collect();
                match rest.split_once(';').and_then(|(name, _)| Some((name.len(), reference(name)?))) {
                    Some((length, decoded)) => {
                        out.push(decoded);
                        characters.by_ref().take(length + 1).for_each(drop);
                    }
                    None => out.push('&'),
                }
            }
            _ => out.push(character),
        }
    }
    out.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "#39" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

impl Title {
    /// A translation as it stands between these quotation marks.
    pub(super) fn spelled(&self, title: &str) -> String {
        let mut out = String::with_capacity(title.len() + 8);
        let mut characters = title.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            match character {
                '\n' | '\r' => out.push(' '),
                '\\' if next.is_none_or(|c| c.is_ascii_punctuation()) => out.push_str("\\\\"),
                '&' if next.is_some_and(|c| c == '#' || c.is_ascii_alphabetic()) => out.push_str("&amp;"),
                '|' if self.in_cell => out.push_str("\\|"),
                c if c == char::from(self.quote) || (c == '(' && self.quote == b')') => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(link: &str, expected: Option<&str>) {
        let found = title_of_link(link, link.find(']').unwrap()..link.len(), false);
        assert_eq!(found.map(|part| part.segments.first().to_owned()).as_deref(), expected, "{link}");
    }

    #[test]
    fn titles_are_told_from_targets() {
        check("[a](b \"The title\")", Some("The title"));
        check("[a](<b \"c\"> 'It''s \\'x\\'' )", Some("It''s 'x'"));
        check("[a](b (The &amp; title))", Some("The & title"));
        check("[a](b)", None);
        check("[a](b_(c))", None);
        check("[a](b \"12\")", None);
        let definition = "[la\\]b]: <a b>\n  \"The title\"";
        let found = title_of_definition(definition, 0..definition.len()).unwrap();
        assert_eq!(&definition[found.place.range()], "The title");
    }

    #[test]
    fn titles_are_written_for_their_quotation_marks() {
        let title = |quote| Title { range: (0..0).into(), quote, in_cell: true };
        assert_eq!(title(b'"').spelled("a \"b\" | 'c' & d \\"), "a \\\"b\\\" \\| 'c' & d \\\\");
        assert_eq!(title(b')').spelled("a (b) &c;"), "a \\(b\\) &amp;c;");
    }
}
