//! Words, and what stands between them that the parser takes for words.

use std::ops::Range;

use terjuman_model::Segment;

use super::{Block, Open, Walk};
use crate::Reason;
use crate::markdown::comments;
use crate::markdown::mask::{Span, SpanKind};
use crate::markdown::node::{NodeKind, Side};
use crate::markdown::slot::{Part, Place, Segments};
use crate::wording::is_address;

impl<'a> Walk<'a> {
    /// The comments in lines of code.
    fn code_comments(&mut self, marker: Option<&'static str>, range: Range<usize>) {
        let Some(marker) = marker else { return };
        let text = self.text;
        for words in comments::comments(&text[range.clone()], marker) {
            let words = range.start + words.start..range.start + words.end;
            if self.options.code_comments {
                let segments = Segments::One(Segment::plain(&text[words.clone()]));
                self.found.extend([Part { place: Place::Comment(words.into()), segments }]);
            } else {
                self.untranslated.add(Reason::CodeCommentsOff, "", words.start);
            }
        }
    }

    /// Cuts masked spans and addresses out of text.
    pub(super) fn text(&mut self, decoded: &str, range: Range<usize>) {
        if let Some(Open::Block(Block::Code(marker))) = self.open.last() {
            return self.code_comments(*marker, range);
        }
        // At the end of a picture's text, a backslash is none that breaks the line, and yet its range has the line end.
        let spelled = self.masked.text[range.clone()].trim_end_matches(['\r', '\n']);
        let range = range.start..range.start + spelled.len();
        if decoded != spelled {
            self.push(NodeKind::Text(decoded.to_owned().into()), range);
            return;
        }
        // The parser's range begins behind the backslash of an escape.
        let first = self.run().nodes.len();
        let done = self.run().nodes.last().map_or(0, |node| node.range.end);
        let is_escaped = done < range.start && self.text[..range.start].ends_with('\\');
        self.pieces(&range);
        if is_escaped && let Some(node) = self.run().nodes.get_mut(first) {
            node.range.start -= 1;
        }
    }

    fn pieces(&mut self, range: &Range<usize>) {
        let mut at = range.start;
        for Span { range: span, kind } in self.spans(range) {
            if span.start < at {
                // It goes on from the line before.
                at = at.max(span.end);
                continue;
            }
            self.words(at..span.start);
            let kind = match kind {
                SpanKind::Text => NodeKind::Protected(self.text[span.clone()].into()),
                SpanKind::Thing => NodeKind::Point,
                SpanKind::Open => NodeKind::Half(Side::Open),
                SpanKind::Close => NodeKind::Half(Side::Close),
            };
            at = span.end;
            self.push(kind, span);
        }
        if at < range.end {
            self.words(at..range.end);
        }
    }

    /// The spans that lie in the range.
    fn spans(&mut self, range: &Range<usize>) -> Vec<Span> {
        let spans = &self.masked.spans;
        while spans.get(self.span).is_some_and(|span| span.range.end <= range.start) {
            self.span += 1;
        }
        spans[self.span..].iter().take_while(|span| span.range.start < range.end).cloned().collect()
    }

    /// Words, and addresses between them.
    fn words(&mut self, range: Range<usize>) {
        let text = self.text;
        let words = &text[range.clone()];
        if words.is_empty() {
            return;
        }
        let mut done = range.start;
        if may_hold_address(words) {
            let mut at = range.start;
            for token in words.split(' ') {
                let (start, end) = bare_address(token);
                if is_address(&token[start..end]) {
                    if done < at + start {
                        self.push(NodeKind::Text(text[done..at + start].into()), done..at + start);
                    }
                    let address = at + start..at + end;
                    self.push(NodeKind::Protected(text[address.clone()].into()), address.clone());
                    done = address.end;
                }
                at += token.len() + 1;
            }
        }
        if done < range.end {
            self.push(NodeKind::Text(text[done..range.end].into()), done..range.end);
        }
    }
}

/// Whether there is what no address is without. Most words have none of these bytes.
fn may_hold_address(words: &str) -> bool {
    words.bytes().fold(false, |found, byte| found | matches!(byte, b':' | b'.' | b'@'))
        && (words.contains("://") || words.contains("www.") || words.contains('@'))
}

/// A token without the punctuation around it.
fn bare_address(token: &str) -> (usize, usize) {
    let start = token.len() - token.trim_start_matches(['(', '[', '"', '\'', '<', ',']).len();
    let end = token.trim_end_matches([')', ']', '"', '\'', '>', '.', ',', ';', ':', '!', '?']).len();
    (start.min(end), end)
}
