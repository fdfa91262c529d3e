//! Units of plain text: which lines are one paragraph that somebody wrapped by hand.

use std::ops::Range;

use super::lines::{Line, LineKind, separators};
use crate::fill::{breaks, is_wide, joins_without_space, width};
use crate::rewriting::Rewriting;
use crate::wording::has_words;

/// A unit of translation.
#[derive(Debug)]
pub(super) enum Unit {
    /// A paragraph: its lines' words, at least one line.
    Paragraph {
        /// The words of each line.
        bodies: Vec<Range<usize>>,
        /// Where the first line begins.
        start: usize,
        /// Columns of the widest line.
        width: usize,
    },
    /// A cell, and the blanks or leading dots behind it that may be given up when it grows.
    Cell {
        /// Its words.
        body: Range<usize>,
        /// Blanks up to what follows; empty for the last cell. Leading dots may have a blank before them.
        padding: Range<usize>,
        /// How many of them must stay.
        least: usize,
    },
}

impl Unit {
    /// The text, lines joined.
    pub(super) fn joined(&self, text: &str) -> String {
        match self {
            Self::Cell { body, .. } => text[body.clone()].to_owned(),
            Self::Paragraph { bodies, .. } => {
                let mut joined = String::new();
                for body in bodies {
                    let line = &text[body.clone()];
                    if needs_space(&joined, line) {
                        joined.push(' ');
                    }
                    joined.push_str(line);
                }
                joined
            }
        }
    }

    /// Where its words begin.
    pub(super) fn start(&self) -> usize {
        match self {
            Self::Cell { body, .. } => body.start,
            Self::Paragraph { bodies, start, .. } => bodies.first().map_or(*start, |body| body.start),
        }
    }

    /// Where its words end.
    pub(super) fn end(&self) -> usize {
        match self {
            Self::Cell { body, .. } => body.end,
            Self::Paragraph { bodies, start, .. } => bodies.last().map_or(*start, |body| body.end),
        }
    }

    /// Puts a translation in the unit's place. A cell is `growth` columns wider than it was.
    pub(super) fn write(&self, text: &str, translation: &str, growth: usize, rewriting: &mut Rewriting<'_>) {
        match self {
            Self::Cell { body, padding, least } => {
                rewriting.replace(body.clone(), translation);
                let sign = text[padding.clone()].chars().next();
                let is_even = |sign: &char| text[padding.clone()].chars().all(|other| other == *sign);
                if let Some(sign) = sign.filter(is_even) {
                    let room = width(&text[body.start..padding.end]) + growth;
                    let taken = width(translation) + (padding.start - body.end);
                    let count = room.saturating_sub(taken).max(*least);
                    rewriting.replace(padding.clone(), &String::from_iter(std::iter::repeat_n(sign, count)));
                }
            }
            Self::Paragraph { bodies, start, width: line_width } => {
                let (Some(first), Some(last)) = (bodies.first(), bodies.last()) else { return };
                let whole = first.start..last.end;
                // What stood between the lines: blanks, the line end, the next line's indentation.
                let between: Vec<_> = bodies.windows(2).map(|pair| &text[pair[0].end..pair[1].start]).collect();
                let Some(usual) = between.last() else {
                    rewriting.replace(whole, translation);
                    return;
                };
                let after_line_end =
                    |s: &str| s.rfind(is_line_end).map_or(0, |at| width(s[at..].trim_start_matches(is_line_end)));
                let used = width(&text[*start..first.start]);
                let indent = after_line_end(usual);
                let places = break_places(translation);
                // One width for all lines: the first is begun so far in, the others at the usual indentation.
                let chosen =
                    breaks(translation, &places, used.saturating_sub(indent), line_width.saturating_sub(indent));
                let mut out = String::with_capacity(translation.len() + 64);
                let mut at = 0;
                for (index, place) in chosen.iter().enumerate() {
                    out.push_str(&translation[at..place.start]);
                    out.push_str(between.get(index).unwrap_or(usual));
                    at = place.end;
                }
                out.push_str(&translation[at..]);
                rewriting.replace(whole, &out);
            }
        }
    }
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Lines are joined by a space, but for scripts that have none and for words divided at a hyphen.
fn needs_space(joined: &str, line: &str) -> bool {
    let mut back = joined.chars().rev();
    let (last, before) = (back.next(), back.next());
    let next = line.chars().next();
    let is_divided =
        last == Some('-') && before.is_some_and(char::is_alphabetic) && next.is_some_and(char::is_lowercase);
    last.is_some() && !is_divided && !joins_without_space(last, next)
}

/// Where a line may end: at a space before a word that would not be taken for a list's marker or a quotation, and
/// between wide characters.
fn break_places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut previous = None;
    for (at, character) in text.char_indices() {
        if character == ' ' {
            let next = text[at + 1..].chars().next();
            if next.is_some_and(|c| c.is_alphabetic() || matches!(c, '"' | '\'' | '(' | '“' | '«' | '¿' | '¡' | '_'))
                && !joins_without_space(previous, next)
            {
                places.push(at..at + 1);
            }
        } else if joins_without_space(previous, Some(character)) && character.is_alphanumeric() {
            places.push(at..at);
        }
        previous = Some(character);
    }
    places
}

/// Finds the units.
pub(super) fn units(text: &str, lines: &[Line]) -> Vec<Unit> {
    let layout = Layout::of(text, lines);
    let mut units = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let first = index;
        index += 1;
        match lines[first].kind {
            LineKind::Skipped => {}
            LineKind::Columns => cells(text, &lines[first], &mut units),
            LineKind::Prose => {
                while index < lines.len() && layout.continues(text, &lines[first..=index]) {
                    index += 1;
                }
                let paragraph = &lines[first..index];
                units.push(Unit::Paragraph {
                    bodies: paragraph.iter().map(|line| line.body.clone()).collect(),
                    start: lines[first].all.start,
                    width: paragraph.iter().map(|line| line.width(text)).max().unwrap_or_default(),
                });
            }
        }
    }
    units
}

/// Dots that lead from a title to its page.
const LEADER: usize = 5;

fn cells(text: &str, line: &Line, units: &mut Vec<Unit>) {
    let words = &text[line.body.clone()];
    let mut at = 0;
    let ends: Vec<_> = separators(words).chain(std::iter::once(words.len()..words.len())).collect();
    for separator in ends {
        let cell = &words[at..separator.start];
        let start = line.body.start + at + (cell.len() - cell.trim_start().len());
        let body = start..start + cell.trim().len();
        at = separator.end;
        if !has_words(&text[body.clone()]) {
            continue;
        }
        let gap = &words[separator.clone()];
        let blanks = gap.len() - gap.trim_start_matches(' ').len();
        let from = line.body.start + separator.start;
        let least = if gap[blanks..].starts_with(['|', '│']) { 1 } else { 3 };
        // Only blanks between two cells are padding: before a tab they are left alone.
        let is_padding = body.end == from && (blanks == gap.len() || least == 1);
        let dots = gap[blanks..].len() - gap[blanks..].trim_start_matches('.').len();
        // Leading dots end where they ended.
        let is_leader = body.end == from && dots >= LEADER;
        units.push(match (is_padding, is_leader) {
            (true, _) => Unit::Cell { body, padding: from..from + blanks, least },
            (_, true) => Unit::Cell { body, padding: from + blanks..from + blanks + dots, least: LEADER },
            _ => Unit::Cell { body, padding: from..from, least },
        });
    }
}

/// How the document is laid out: whether, and how wide, it was wrapped by hand.
struct Layout {
    wrapped_at: Option<usize>,
}

/// Narrower texts are verse, lists and addresses; wider ones have a paragraph on each line.
const PLAUSIBLE_WIDTHS: std::ops::RangeInclusive<usize> = 40..=110;

impl Layout {
    fn of(text: &str, lines: &[Line]) -> Self {
        let pairs: Vec<_> = lines.windows(2).filter(|pair| are_neighbours(text, &pair[0], &pair[1])).collect();
        let mut widths: Vec<_> = pairs.iter().map(|pair| pair[0].width(text)).collect();
        widths.sort_unstable();
        let Some(wide) = widths.get(widths.len().saturating_sub(1) * 97 / 100).copied() else {
            return Self { wrapped_at: None };
        };
        // Short lines are greetings, signatures and lists: they tell nothing of the others.
        let pairs: Vec<_> = pairs.into_iter().filter(|pair| pair[0].width(text) * 2 >= wide).collect();
        let count = |test: &dyn Fn(&Line, &Line) -> bool| pairs.iter().filter(|pair| test(&pair[0], &pair[1])).count();
        let full = count(&|line, next| is_full(text, line, next, wide));
        let open = count(&|line, next| is_open(text, line, next));
        // One or two pairs prove little: there, each has to go on in the middle of a sentence.
        let is_wrapped = if pairs.len() < 3 {
            full == pairs.len() && open == pairs.len()
        } else {
            full * 10 >= pairs.len() * 6 && open * 10 >= pairs.len() * 4
        };
        let is_plausible = PLAUSIBLE_WIDTHS.contains(&wide) && is_wrapped;
        Self { wrapped_at: is_plausible.then_some(wide) }
    }

    /// Whether the last of the lines goes on with the paragraph that the others are.
    fn continues(&self, text: &str, lines: &[Line]) -> bool {
        let (Some(wide), [.., line, next]) = (self.wrapped_at, lines) else { return false };
        if !are_neighbours(text, line, next) {
            return false;
        }
        let indent = |line: &Line| width(&text[line.indent.clone()]);
        let is_open = is_open(text, line, next);
        let is_aligned = match lines {
            [first, _] => {
                let hanging = indent(first) + width(&text[first.marker.clone()]);
                indent(next) <= indent(first) || indent(next) == hanging || is_open
            }
            [.., _, _] => indent(line) == indent(next),
            _ => false,
        };
        is_aligned
            && (is_full(text, line, next, wide)
                || (is_open && line.width(text) * 2 >= wide)
                || runs_on(text, line, wide))
    }
}

fn are_neighbours(text: &str, line: &Line, next: &Line) -> bool {
    line.kind == LineKind::Prose
        && next.kind == LineKind::Prose
        && next.marker.is_empty()
        && next.indent.end == next.body.start
        && line.quote(text).eq(next.quote(text))
}

/// Whether the next line's first word would not have fitted on this one.
fn is_full(text: &str, line: &Line, next: &Line, wide: usize) -> bool {
    let body = &text[next.body.clone()];
    let word = if body.starts_with(is_wide) { 2 } else { width(body.split(' ').next().unwrap_or_default()) };
    line.width(text) + 1 + word + 3 > wide
}

/// Whether the sentence has not ended with the line.
fn is_open(text: &str, line: &Line, next: &Line) -> bool {
    let body = text[line.body.clone()].trim_end_matches(['"', '\'', ')', ']', '”', '’', '»']);
    let starts_low = text[next.body.clone()].starts_with(|c: char| !c.is_uppercase());
    !body.ends_with(['.', '!', '?', ':', ';', '。', '！', '？']) && starts_low
}

/// Whether a line is long and stops in the middle of a sentence, so that a capital on the next one is that of a name.
fn runs_on(text: &str, line: &Line, wide: usize) -> bool {
    let last = text[line.body.clone()].chars().next_back();
    line.width(text) * 5 >= wide * 4 && last.is_some_and(|c| c.is_lowercase() || c == ',')
}

#[cfg(test)]
mod tests {
    use super::super::lines::read;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let units = units(text, &read(text));
        assert_eq!(units.iter().map(|unit| unit.joined(text)).collect::<Vec<_>>(), expected);
    }

    const WRAPPED: &str = "The quick brown fox jumps over the lazy dog and then goes\nhome to sleep until the evening \
                           when it wakes up, hungry as\never, and starts to look for another dog.\n";

    #[test]
    fn a_wrapped_paragraph_is_one_unit_and_lines_of_their_own_are_not_joined() {
        let joined = WRAPPED.trim_end().replace('\n', " ");
        check(WRAPPED, &[joined.as_str()]);
        check("Line 1\nLine 2\n", &["Line 1", "Line 2"]);
        check("Dear all,\nthis is short.\nBye", &["Dear all,", "this is short.", "Bye"]);
        let sentence = "This sentence is about as long as a line of a wrapped text would be.";
        check(&format!("{sentence}\n{sentence}\n{sentence}\n{sentence}"), &[sentence; 4]);
    }

    #[test]
    fn a_name_at_the_start_of_a_line_ends_no_paragraph() {
        let text = "The quick brown fox jumps over the lazy dog and then goes\nto sleep. In the evening it meets the \
                    rather old\nHedgehog, who is hungry as\never, and starts to look for another dog to\njump over.\n";
        check(text, &[text.trim_end().replace('\n', " ").as_str()]);
    }

    #[test]
    fn quotes_lists_and_indentation_end_a_paragraph() {
        let text = WRAPPED.replace('\n', "\n> ");
        check(&format!("> {}", text.trim_end_matches("> ")), &[WRAPPED.trim_end().replace('\n', " ").as_str()]);
        let list = "- The quick brown fox jumps over the lazy dog and then goes\n  home to sleep until the evening.\n\
                    - Another point of the list, which is again as long as\n  it takes to fill a line.\n";
        check(
            list,
            &[
                "The quick brown fox jumps over the lazy dog and then goes home to sleep until the evening.",
                "Another point of the list, which is again as long as it takes to fill a line.",
            ],
        );
    }

    #[test]
    fn cells_are_units() {
        check("| Name of it | 12 | Size |", &["Name of it", "Size"]);
        check("Chapter one ........ 5", &["Chapter one"]);
        check("Name      Age\nAnn        12", &["Name", "Age", "Ann"]);
    }

    #[test]
    fn words_divided_at_a_hyphen_are_joined() {
        assert!(!needs_space("well-", "known") && needs_space("well -", "known") && needs_space("a-", "B"));
    }

    #[test]
    fn a_line_never_begins_with_what_looks_like_a_marker() {
        let text = "in the - or 1. or > year";
        let words: Vec<_> = break_places(text).into_iter().map(|place| &text[place.end..place.end + 2]).collect();
        assert_eq!(words, ["th", "or", "or", "ye"]);
    }
}
