//! Lines of plain text: terminators, and what stands in front of the words.

use std::ops::Range;

use crate::fill::width;
use crate::wording::has_words;

/// One line, as ranges of the text.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From the first byte up to the terminator.
    pub(super) all: Range<usize>,
    /// Up to the first word: indentation and marks of quotation.
    pub(super) indent: Range<usize>,
    /// A list's bullet or number with the blanks after it; empty if there is none.
    pub(super) marker: Range<usize>,
    /// The words, without blanks at either end.
    pub(super) body: Range<usize>,
    /// What kind of line.
    pub(super) kind: LineKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Nothing to translate: blank, a rule, numbers, a time stamp.
    Skipped,
    /// Cells side by side.
    Columns,
    /// Words.
    Prose,
}

impl Line {
    /// Marks of quotation, or of a comment, in front.
    pub(super) fn quote<'t>(&self, text: &'t str) -> impl Iterator<Item = u8> + use<'t> {
        text[self.indent.clone()].bytes().filter(|byte| byte.is_ascii_punctuation())
    }

    /// Columns up to the end of the words.
    pub(super) fn width(&self, text: &str) -> usize {
        width(&text[self.all.start..self.body.end])
    }
}

/// Cuts the text at every kind of line end.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let mut end = at + character.len_utf8();
        match character {
            '\r' => {
                if characters.next_if(|(_, next)| *next == '\n').is_some() {
                    end += 1;
                }
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => {}
            _ => continue,
        }
        lines.push(line(text, start..at));
        start = end;
    }
    lines.push(line(text, start..text.len()));
    comments(text, &mut lines);
    lines
}

/// What lines of comments begin with.
const COMMENTS: [&str; 4] = ["#", "//", ";", "%"];
/// Words of a line that is a sentence's, not a command's behind the prompt of a shell.
const SENTENCE: usize = 6;

/// In a row of lines that begin with the mark of a comment it is no part of the words: a licence, a note in settings.
fn comments(text: &str, lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let Some(mark) = comment(text, &lines[start]) else {
            start += 1;
            continue;
        };
        let end = start + lines[start..].iter().take_while(|line| comment(text, line) == Some(mark)).count();
        let is_sentence = |line: &Line| text[line.body.clone()].split_whitespace().count() > SENTENCE;
        if end - start > 1 && lines[start..end].iter().any(is_sentence) {
            for known in &mut lines[start..end] {
                let rest = &text[known.indent.end..known.all.end];
                let blanks = rest[mark.len()..].len() - rest[mark.len()..].trim_start().len();
                let from = known.indent.end + mark.len() + blanks;
                *known = behind(text, known.all.clone(), known.indent.start..from);
            }
        }
        start = end;
    }
}

/// The mark of a comment that a line begins with: alone, or with a blank behind it.
fn comment(text: &str, line: &Line) -> Option<&'static str> {
    let words = &text[line.indent.end.min(line.all.end)..line.all.end];
    let is_mark =
        |mark: &&str| words.strip_prefix(*mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    COMMENTS.into_iter().find(|mark| is_mark(mark))
}

fn line(text: &str, all: Range<usize>) -> Line {
    let indent = all.start..all.start + indent_length(&text[all.clone()]);
    behind(text, all, indent)
}

/// The line whose words begin behind `indent`, or behind a mark there.
fn behind(text: &str, all: Range<usize>, indent: Range<usize>) -> Line {
    let mut end = all.start + text[all.clone()].trim_end().len();
    let mut at = indent.end.min(end.max(all.start));
    if let Some(length) = stamp_length(&text[at..end]) {
        at += length;
    }
    let marker_length = marker_length(&text[at..end]);
    let marker = at..at + marker_length;
    at += marker_length;
    end = end.max(at);
    let body = undecorated(text, at..end);
    let words = &text[body.clone()];
    let kind = if is_timing(words) || words == "WEBVTT" || !has_words(words) {
        LineKind::Skipped
    } else if has_columns(words) {
        LineKind::Columns
    } else {
        LineKind::Prose
    };
    Line { all, indent, marker, body, kind }
}

/// The words without the rules on both sides of them: `----- Forwarded message -----`.
fn undecorated(text: &str, body: Range<usize>) -> Range<usize> {
    let words = &text[body.clone()];
    let Some(sign) = words.chars().next().filter(|sign| matches!(sign, '-' | '=' | '*' | '~' | '_' | '#')) else {
        return body;
    };
    let (start, end) = (words.trim_start_matches(sign), words.trim_end_matches(sign));
    let is_rule = |rest: &str| words.len() - rest.len() >= 3;
    let inner = start.trim_end_matches(sign).trim();
    let is_apart = start.starts_with(' ') && end.ends_with(' ');
    if !(is_rule(start) && is_rule(end) && is_apart) || inner.is_empty() {
        return body;
    }
    let from = body.end - start.len() + (start.len() - start.trim_start().len());
    from..from + inner.len()
}

/// Blanks, and marks of quotation as mail has them.
fn indent_length(line: &str) -> usize {
    let mut length = 0;
    for (at, character) in line.char_indices() {
        if !(character.is_whitespace() || (character == '>' && !line[at..].starts_with(">>>>>"))) {
            break;
        }
        length = at + character.len_utf8();
    }
    length
}

/// `[00:12.34] ` in front of a line of lyrics.
fn stamp_length(line: &str) -> Option<usize> {
    let (stamp, rest) = line.strip_prefix('[')?.split_once(']')?;
    let is_time = stamp.contains(':') && stamp.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    is_time.then(|| line.len() - rest.trim_start().len())
}

/// The line between two times that subtitles have.
fn is_timing(line: &str) -> bool {
    line.split_once("-->").is_some_and(|(from, to)| {
        let is_time =
            |s: &str| s.contains(':') && s.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b','));
        is_time(from.trim()) && to.split_whitespace().next().is_some_and(is_time)
    })
}

/// A bullet, `1.`, `(2)`, `a)`, and the blanks after it.
fn marker_length(line: &str) -> usize {
    let Some((marker, rest)) = line.split_once([' ', '\t']) else { return 0 };
    let is_bullet = matches!(marker, "-" | "*" | "+" | "•" | "‣" | "◦" | "–" | "—" | "·" | "▪" | "■" | "○" | "●");
    let is_label = |label: &str, letters: bool| {
        (1..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_digit())
            || letters && label.len() == 1 && label.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let is_number = marker.strip_suffix('.').is_some_and(|label| is_label(label, false))
        || marker.strip_suffix(')').is_some_and(|m| is_label(m.strip_prefix('(').unwrap_or(m), true));
    if is_bullet || is_number { line.len() - rest.trim_start().len() } else { 0 }
}

/// A drawn table, a row of columns, a line of a table of contents.
fn has_columns(words: &str) -> bool {
    words.starts_with(['|', '│']) || words.matches(['|', '│']).count() >= 2 || separators(words).next().is_some()
}

/// Where cells end and the next begin: bars, tabs, three blanks or more, leading dots.
pub(super) fn separators(words: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    let bars = words.starts_with(['|', '│']) || words.matches(['|', '│']).count() >= 2;
    std::iter::from_fn(move || {
        while at < words.len() {
            let rest = &words[at..];
            let gap = rest.len()
                - rest
                    .trim_start_matches(|c: char| {
                        c.is_whitespace() || c == '.' || c == '…' || (bars && matches!(c, '|' | '│'))
                    })
                    .len();
            let run = &rest[..gap];
            let start = at;
            at += if gap == 0 { rest.chars().next().map_or(1, char::len_utf8) } else { gap };
            let blanks = run.chars().filter(|c| c.is_whitespace()).count();
            let is_leader = run.chars().filter(|c| matches!(c, '.' | '…')).count() >= 5;
            if is_leader || blanks >= 3 || run.contains(['\t', '|', '│']) {
                // A sentence's full stop belongs to its cell: `Yes.   No.`
                let stop = if is_leader { 0 } else { run.len() - run.trim_start_matches('.').len() };
                return Some(start + stop..start + gap);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: LineKind, indent: &str, marker: &str, body: &str) {
        let line = &read(text)[0];
        let got = (&text[line.indent.clone()], &text[line.marker.clone()], &text[line.body.clone()]);
        assert_eq!((line.kind, got), (kind, (indent, marker, body)));
    }

    #[test]
    fn every_line_end_ends_a_line() {
        let text = "a\nb\r\nc\rd\u{2028}e\u{2029}f\u{85}g";
        let bodies: Vec<_> = read(text).into_iter().map(|l| &text[l.body]).collect();
        assert_eq!(bodies, ["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(read("").len(), 1);
        assert_eq!(read("\n\n").len(), 3);
    }

    #[test]
    fn what_stands_in_front_of_the_words_is_not_text() {
        check("  > > Hello there ", LineKind::Prose, "  > > ", "", "Hello there");
        check("\u{3000}- A point", LineKind::Prose, "\u{3000}", "- ", "A point");
        check("12.  A point", LineKind::Prose, "", "12.  ", "A point");
        check("(a) A point", LineKind::Prose, "", "(a) ", "A point");
        check("[00:12.34] La la", LineKind::Prose, "", "", "La la");
        check("-x", LineKind::Prose, "", "", "-x");
    }

    #[test]
    fn rules_numbers_and_times_are_skipped() {
        for text in ["", "   ", "-----", "+---+---+", "1984", "00:00:01,000 --> 00:00:04,000", "WEBVTT"] {
            assert_eq!(read(text)[0].kind, LineKind::Skipped, "{text}");
        }
        assert_eq!(read("00:01.000 --> 00:04.000 align:start")[0].kind, LineKind::Skipped);
    }

    #[test]
    fn columns_are_told_by_what_separates_them() {
        for text in ["| a | b |", "Name      Age", "Name\tAge", "Chapter one ........ 5", "a | b | c"] {
            assert_eq!(read(text)[0].kind, LineKind::Columns, "{text}");
        }
        for text in ["One.  Two.", "either | or", "Well... yes", "and so on...."] {
            assert_eq!(read(text)[0].kind, LineKind::Prose, "{text}");
        }
    }
}
