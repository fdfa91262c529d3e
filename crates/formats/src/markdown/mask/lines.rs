//! The lines of the document, and which of them are code.

use std::ops::Range;

/// A line.
#[derive(Debug)]
pub(super) struct Line {
    /// Without indentation, marks of quotation, and white space at the end.
    pub(super) words: Range<usize>,
    /// Whether nothing at all stands in front of the words.
    pub(super) is_flush: bool,
    /// Whether a mark of quotation does.
    pub(super) is_quoted: bool,
    /// Whether it is part of a fenced block of code, or one of its fences.
    pub(super) is_code: bool,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.words.is_empty()
    }
}

/// An open block of code.
struct Fence {
    mark: u8,
    length: usize,
    is_quoted: bool,
}

/// Reads the lines from `start` on.
pub(super) fn read(text: &str, start: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = start;
    let mut open: Option<Fence> = None;
    for line in text[start..].split_inclusive('\n') {
        let content = line.trim_end();
        let inner = content.trim_start_matches([' ', '\t', '>']);
        let front = &content[..content.len() - inner.len()];
        let is_quoted = front.contains('>');
        let words = at + front.len()..at + content.len();
        if open.as_ref().is_some_and(|fence| fence.is_quoted && !is_quoted) {
            open = None;
        }
        let is_code = match &open {
            Some(fence) => {
                let length = inner.bytes().take_while(|b| *b == fence.mark).count();
                if length >= fence.length && length == inner.len() {
                    open = None;
                }
                true
            }
            None => {
                open = opening(without_marker(inner), is_quoted);
                open.is_some()
            }
        };
        lines.push(Line { words, is_flush: front.is_empty(), is_quoted, is_code });
        at += line.len();
    }
    lines
}

fn opening(words: &str, is_quoted: bool) -> Option<Fence> {
    let mark = *words.as_bytes().first().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = words.bytes().take_while(|b| *b == mark).count();
    let has_tick = mark == b'`' && words[length..].contains('`');
    (length >= 3 && !has_tick).then_some(Fence { mark, length, is_quoted })
}

/// Without the marker of a list's item.
fn without_marker(words: &str) -> &str {
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let rest = if (1..=9).contains(&digits) {
        words[digits..].strip_prefix(['.', ')'])
    } else {
        words.strip_prefix(['-', '*', '+'])
    };
    rest.and_then(|rest| rest.strip_prefix([' ', '\t'])).map_or(words, |rest| rest.trim_start())
}
