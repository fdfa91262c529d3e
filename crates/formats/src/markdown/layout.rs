//! The lines of a translation, and what beside it is as wide as it.

use std::ops::Range;

use super::chunks::{Chunk, ChunkKind, Writer, on_one_line};
use super::skeleton::Rewritten;
use super::slot::{Context, Markup};
use crate::fill::{breaks, width};

/// Where new lines begin: the place with what is left out there, and what stands in between instead.
pub(super) type LineEnds = Vec<(Range<usize>, Range<usize>)>;

/// The columns of the source.
#[derive(Debug, Clone, Copy)]
struct Measure {
    /// Of its widest line.
    widest: usize,
    /// Of what stands in front of its usual line.
    indent: usize,
    /// Of what stands in front of its first.
    first: usize,
}

impl Writer<'_> {
    /// Puts the chunks together, in lines where the source has several.
    pub(super) fn lay_out(&self, chunks: &[Chunk<'_>]) -> (String, LineEnds) {
        let mut out = String::with_capacity(chunks.iter().map(|chunk| chunk.out.len()).sum());
        let mut line_ends = LineEnds::new();
        let measure = self.wraps().then(|| self.measure());
        let mut line = Line { start: 0, places: Vec::new() };
        for chunk in chunks {
            if chunk.kind == ChunkKind::Words && measure.is_some() {
                line.places_in(&chunk.out, out.len() - line.start);
            }
            out.push_str(&chunk.out);
            if let ChunkKind::LineEnd(tag) = chunk.kind {
                self.fill(&out, &line, measure, &mut line_ends);
                let between = match &self.slot.tags()[tag] {
                    Markup::Break { between, .. } => between.range(),
                    _ => 0..0,
                };
                line_ends.push((out.len()..out.len(), between));
                line = Line { start: out.len(), places: Vec::new() };
            }
        }
        self.fill(&out, &line, measure, &mut line_ends);
        if line_ends.is_empty() {
            return (out, line_ends);
        }
        let mut result = String::with_capacity(out.len() + 16 * line_ends.len());
        let mut at = 0;
        for (place, between) in &line_ends {
            result.push_str(&out[at..place.start]);
            result.push_str(&self.document.text[between.clone()]);
            at = place.end;
        }
        result.push_str(&out[at..]);
        (result, line_ends)
    }

    /// The same as the parser is to be shown it.
    pub(super) fn shown(&self, chunks: &[Chunk<'_>], line_ends: &LineEnds) -> String {
        let mut shown = String::with_capacity(chunks.iter().map(|chunk| chunk.out.len()).sum());
        chunks.iter().for_each(|chunk| shown.push_str(chunk.shown()));
        if line_ends.is_empty() {
            return shown;
        }
        let mut probed = String::with_capacity(shown.len() + 2 * line_ends.len());
        let mut at = 0;
        for (place, between) in line_ends {
            probed.push_str(&shown[at..place.start]);
            let between = &self.document.text[between.clone()];
            probed.push('\n');
            // Indented deep enough, nothing begins a block.
            probed.push_str(&between[between.trim_end_matches([' ', '\t']).len()..]);
            at = place.end;
        }
        probed.push_str(&shown[at..]);
        probed
    }

    fn wraps(&self) -> bool {
        self.slot.context == Context::Flow && !self.slot.between().is_empty()
    }

    /// How wide the source is.
    fn measure(&self) -> Measure {
        let (text, range) = (self.document.text, self.slot.range.range());
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let widest = text[start..range.end].lines().map(width).max().unwrap_or_default();
        let usual = self.slot.between().last().copied().unwrap_or_default().range();
        let indent = width(text[usual].trim_start_matches(['\r', '\n']));
        Measure { widest, indent, first: width(&text[start..range.start]) }
    }

    /// Breaks one line of the translation into lines as long as those of the source.
    fn fill(&self, out: &str, line: &Line, measure: Option<Measure>, line_ends: &mut LineEnds) {
        let Some(usual) = self.slot.between().last().filter(|_| !line.places.is_empty()) else { return };
        let Some(Measure { widest, indent, first }) = measure else { return };
        let used = if line_ends.is_empty() { first } else { indent };
        let words = &out[line.start..];
        for place in breaks(words, &line.places, used.saturating_sub(indent), widest.saturating_sub(indent)) {
            let between = self.slot.between().get(line_ends.len()).unwrap_or(usual);
            line_ends.push((place.start + line.start..place.end + line.start, between.range()));
        }
    }

    /// `![label]` names its target by its text, too.
    pub(super) fn label(&self) -> Option<Rewritten> {
        let (label, close) = self.slot.label()?;
        Some((close.range(), format!("][{}]", on_one_line(&self.document.text[label.range()]))))
    }

    /// Blanks that line a column up grow and shrink with the cell in front of them.
    pub(super) fn padding(&self, out: &str) -> Option<Rewritten> {
        if self.slot.context != Context::Cell {
            return None;
        }
        let (text, range) = (self.document.text, self.slot.range.range());
        let bar = range.end + text[range.end..].find(['|', '\n'])?;
        let start = range.end + text[range.end..bar].trim_end_matches(' ').len();
        // A single blank lines nothing up.
        if !text[bar..].starts_with('|') || bar - start < 2 {
            return None;
        }
        let room = width(&text[range.clone()]) + bar - start;
        Some((start..bar, " ".repeat(room.saturating_sub(width(out)).max(1))))
    }

    /// The line under a heading keeps its length.
    pub(super) fn underline(&self, out: &str) -> Option<Rewritten> {
        let range = self.slot.underline()?.range();
        let line = &self.document.text[range.clone()];
        let mark = &line[..line.len().min(1)];
        (!out.contains('\n')).then(|| (range, mark.repeat(width(out).max(3))))
    }
}

/// A line of the translation, and where it may be broken, from its start on.
struct Line {
    start: usize,
    places: Vec<Range<usize>>,
}

impl Line {
    /// A line may begin with a word, and with nothing that could be markup of a block.
    fn places_in(&mut self, words: &str, offset: usize) {
        let bytes = words.as_bytes();
        // Room for words of a usual length, at once.
        self.places.reserve(words.len() / 8);
        let mut at = 0;
        while let Some(found) = bytes[at..].iter().position(|byte| *byte == b' ') {
            let start = at + found;
            let end = start + bytes[start..].iter().take_while(|byte| **byte == b' ').count();
            let begins_line = match bytes.get(end) {
                Some(byte) if byte.is_ascii() => byte.is_ascii_alphabetic() || matches!(byte, b'"' | b'\'' | b'('),
                _ => words[end..].starts_with(|c: char| c.is_alphabetic() || matches!(c, '“' | '«' | '¿' | '¡')),
            };
            if begins_line {
                self.places.push(offset + start..offset + end);
            }
            at = end;
        }
    }
}
