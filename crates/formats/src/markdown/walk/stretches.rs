//! The stretches of a document that the parser reads at a time.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Parser, Tag};

use super::Walk;
use crate::FormatError;
use crate::markdown::label::Labels;
use crate::markdown::mask::Masked;
use crate::markdown::{EXTENSIONS, tail};

/// Bytes that the parser reads at a time: its tree takes ten times the room of the text. Tests read every document in
/// stretches.
pub(super) const STRETCH: usize = if cfg!(test) { 1 } else { 16 << 10 };

/// Marks that the parser may find in a stretch: it makes a branch of its tree of each, a hundred times as large.
const MARKS: usize = 1_000_000;

/// Refuses what has more marks than the parser has room for.
fn refuse_too_many_marks(stretch: &str) -> Result<(), FormatError> {
    let is_mark = |byte: &u8| matches!(byte, b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'!' | b'<' | b'&' | b'\\');
    if stretch.as_bytes().iter().filter(|byte| is_mark(byte)).count() > MARKS {
        return Err(FormatError::TooComplex { limit: MARKS as u64, unit: "marks between two headings" });
    }
    Ok(())
}

/// Parts the document before headings behind empty lines, where all blocks end but code and HTML that go over such lines.
/// What refers to all of the document (notes at its foot) is read in one.
pub(super) fn stretches(masked: &Masked<'_>, least: usize) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut start = masked.body;
    if !masked.text[start..].contains("[^") {
        for heading in &masked.headings {
            if heading - start >= least && masked.text[*heading..].starts_with('#') {
                stretches.push(start..*heading);
                start = *heading;
            }
        }
    }
    stretches.push(start..masked.text.len());
    stretches
}

impl<'a> Walk<'a> {
    /// Reads the stretches one after the other, and returns the labels that they define. `None` if they cannot be read
    /// apart.
    pub(super) fn stretches(mut self, stretches: &[Range<usize>], depth: usize) -> Result<Option<Labels>, FormatError> {
        let masked = self.masked;
        let limit = self.limits.events.min(self.text.len().saturating_mul(20));
        let possible =
            if stretches.len() > 1 { Labels::possible(&masked.text[masked.body..]) } else { Labels::default() };
        let mut labels = Labels::default();
        let mut used = Labels::default();
        let mut events = 0;
        for Range { start, end } in stretches.iter().cloned() {
            // What is defined in another stretch; whether it is will be seen.
            let resolve = |link: BrokenLink<'_>| {
                let is_possible = possible.contains(&link.reference);
                is_possible.then(|| used.insert(&link.reference));
                is_possible.then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
            };
            refuse_too_many_marks(&masked.text[start..end])?;
            let parser = Parser::new_with_broken_link_callback(&masked.text[start..end], EXTENSIONS, Some(resolve));
            for (label, definition) in parser.reference_definitions().iter() {
                if stretches.len() > 1 && !possible.contains(label) {
                    return Ok(None);
                }
                // The first one counts.
                if labels.insert(label) && definition.title.is_some() {
                    let span = start + definition.span.start..start + definition.span.end;
                    self.found.extend(tail::title_of_definition(self.text, span));
                }
            }
            for (event, range) in parser.into_offset_iter() {
                events += 1;
                if events > limit {
                    return Err(FormatError::TooComplex { limit: limit as u64, unit: "events of markup" });
                }
                let range = start + range.start..start + range.end;
                let may_go_on =
                    matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)) | Tag::HtmlBlock));
                if may_go_on && self.open.is_empty() && range.end == end && end < masked.text.len() {
                    return Ok(None);
                }
                self.event(event, range)?;
                if self.open.len() > depth {
                    return Err(FormatError::TooComplex { limit: depth as u64, unit: "levels of nesting" });
                }
            }
            self.flush()?;
        }
        Ok(used.are_all_in(&labels).then_some(labels))
    }
}
