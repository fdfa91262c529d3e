//! A translation as Markdown.
//!
//! Words are escaped as little as their place allows, then the result is read back ([`probe`]), unless there is no doubt
//! about it ([`Writer::is_sure`]); where it is not read as meant, it is written again with everything escaped, and then
//! with HTML in the place of delimiters. Doubts are settled many at a time: a parser's start costs more than a paragraph.

use terjuman_model::TaggedText;

use super::chunks::{Chunk, ChunkKind, Writer};
use super::escape::Level;
use super::label::Labels;
use super::probe::{self, Doubt};
use super::skeleton::Rewritten;
use super::slot::Slot;
use super::tokens::{self, Token};
use crate::FormatError;

/// The document that is written to.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    /// As the parser saw it: byte for byte as long.
    pub(super) masked: &'a str,
    pub(super) labels: &'a Labels,
}

/// A place that is written to.
pub(super) struct Task<'a> {
    pub(super) slot: Slot<'a>,
    pub(super) segment: usize,
    pub(super) translation: &'a TaggedText,
    /// Whether that is what the segment said.
    pub(super) is_same: bool,
    /// What was rewritten inside of it, in order.
    pub(super) inner: Vec<Rewritten>,
}

/// Texts that were written, of which it is open whether they are read as they are meant.
#[derive(Default)]
pub(super) struct Open<'a> {
    drafts: Vec<(Task<'a>, std::ops::Range<usize>, Doubt)>,
    /// How much is to be read.
    bytes: usize,
}

/// How much is read back at once.
const BATCH: usize = 16 << 10;

impl<'a> Open<'a> {
    /// Writes a translation into its place, behind what is done.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if a tag is missing, [`FormatError::Unwritable`] if a result would not be read as it is
    /// meant.
    pub(super) fn write(
        &mut self,
        document: &Document<'_>,
        task: Task<'a>,
        done: &mut Vec<Rewritten>,
    ) -> Result<(), FormatError> {
        let writer = Writer { document, slot: task.slot, inner: &task.inner };
        if task.is_same {
            done.push((task.slot.range.range(), writer.raw(&task.slot.range.range()).0.into_owned()));
            return Ok(());
        }
        let tokens = tokens::tokens(task.slot, task.translation)?;
        let first = done.len();
        if let Some(doubt) = writer.draft(&tokens, Level::Minimal, done) {
            self.bytes += doubt.run.len();
            self.drafts.push((task, first..done.len(), doubt));
        }
        if self.bytes > BATCH { self.settle(document, done) } else { Ok(()) }
    }

    /// Where the last open draft ends in what is done.
    pub(super) fn end(&self) -> Option<usize> {
        self.drafts.last().map(|(_, range, _)| range.end)
    }

    /// Reads back what is open, and writes again what is not read as it is meant.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn settle(&mut self, document: &Document<'_>, done: &mut Vec<Rewritten>) -> Result<(), FormatError> {
        let labels = document.labels;
        self.bytes = 0;
        let are_right =
            self.drafts.is_empty() || probe::are_read_as_meant(self.drafts.iter().map(|(_, _, doubt)| doubt), labels);
        // From the end to the start, so that the places of those before hold.
        for (task, range, doubt) in self.drafts.drain(..).rev() {
            // Those that are read together are read alone, too, in every test.
            #[cfg(test)]
            assert!(!are_right || doubt.is_read_as_meant(labels), "only in company: {doubt:?}");
            if are_right || doubt.is_read_as_meant(labels) {
                continue;
            }
            let writer = Writer { document, slot: task.slot, inner: &task.inner };
            let tokens = tokens::tokens(task.slot, task.translation)?;
            done.splice(range, writer.with_more_escapes(&tokens, task.segment)?);
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Writes a translation behind what is done, and gives the doubt about it if there is one.
    fn draft(&self, tokens: &[Token<'_>], level: Level, done: &mut Vec<Rewritten>) -> Option<Doubt> {
        let mut chunks = self.chunks(tokens, level);
        self.label_links(&mut chunks);
        let (out, line_ends) = self.lay_out(&chunks);
        let is_sure = is_plain(&chunks, &out) || self.is_sure(&chunks);
        let doubt = || Doubt {
            run: with_numbers(&chunks, self.shown(&chunks, &line_ends)),
            context: self.slot.context,
            starts_block: self.slot.starts_block,
            meant: meaning(&chunks),
        };
        // What is sure is read back in every test.
        #[cfg(test)]
        assert!(!is_sure || doubt().is_read_as_meant(self.document.labels), "not sure: {out:?}");
        let doubt = (!is_sure).then(doubt);
        done.extend(self.underline(&out));
        done.extend(self.label());
        done.extend(self.padding(&out));
        done.push((self.slot.range.range(), out));
        doubt
    }

    /// Writes a translation that is not read as it is meant with few escapes.
    fn with_more_escapes(&self, tokens: &[Token<'_>], segment: usize) -> Result<Vec<Rewritten>, FormatError> {
        for level in [Level::Full, Level::FullWithHtml] {
            let mut rewritten = Vec::with_capacity(2);
            let doubt = self.draft(tokens, level, &mut rewritten);
            if doubt.is_none_or(|doubt| doubt.is_read_as_meant(self.document.labels)) {
                return Ok(rewritten);
            }
        }
        Err(FormatError::Unwritable { segment })
    }
}

/// The run with references by number where the parser reads them as it does those by name: in words, but for labels. A name
/// takes it longer than a line does, as it has two thousand.
fn with_numbers(chunks: &[Chunk<'_>], run: String) -> String {
    let is_safe = || chunks.iter().all(|chunk| chunk.kind == ChunkKind::Words) && !run.contains(['[', '`']);
    if !run.contains('&') || !is_safe() {
        return run;
    }
    let mut numbered = String::with_capacity(run.len() + 8);
    let mut rest = run.as_str();
    while let Some(at) = rest.find('&') {
        numbered.push_str(&rest[..at]);
        let named = rest[at..].strip_prefix("&lt;");
        numbered.push_str(if named.is_some() { "&#60;" } else { "&" });
        rest = named.unwrap_or(&rest[at + 1..]);
    }
    numbered + rest
}

/// What the parser is to make of all of them.
fn meaning(chunks: &[Chunk<'_>]) -> String {
    let mut meaning = String::with_capacity(chunks.iter().map(|chunk| chunk.meant.len()).sum());
    chunks.iter().for_each(|chunk| meaning.push_str(&chunk.meant));
    meaning
}

/// Whether there is nothing in it that could be markup.
fn is_plain(chunks: &[Chunk<'_>], out: &str) -> bool {
    let is_safe =
        |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b' ' | b',' | b';' | b'?' | b'\'' | b'/' | b'"');
    chunks.iter().all(|chunk| chunk.kind == ChunkKind::Words)
        && out.starts_with(|c: char| c.is_alphabetic())
        && out.bytes().all(|b| is_safe(b) || matches!(b, b'.' | b'(' | b')' | b'%' | b'-'))
}
