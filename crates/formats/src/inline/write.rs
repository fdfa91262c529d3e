//! From translations to the bytes of their slots.

use std::ops::Range;

use terjuman_model::{Edge, Piece, TagId, TaggedText};

use super::{Markup, Slot, Spelling};
use crate::FormatError;
use crate::rewriting::Rewritten;
use crate::xml::{escape_attribute, escape_text};

/// The bytes of a range, with what is rewritten in it.
pub(crate) fn splice(text: &str, range: Range<usize>, rewritten: &[Rewritten], out: &mut String) {
    let mut at = range.start;
    let first = rewritten.partition_point(|(inner, _)| inner.start < range.start);
    for (inner, new) in rewritten[first..].iter().take_while(|(inner, _)| inner.end <= range.end) {
        out.push_str(&text[at..inner.start]);
        out.push_str(new);
        at = inner.end;
    }
    out.push_str(&text[at..range.end]);
}

/// The new text of a slot. `inner` is what was rewritten in it, by place.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(crate) fn write(
    text: &str,
    slot: &Slot,
    translation: &TaggedText,
    inner: &[Rewritten],
) -> Result<String, FormatError> {
    let mut writer = Writer {
        text,
        slot,
        inner,
        out: String::with_capacity(slot.range.len() + slot.range.len() / 4),
        open: Vec::new(),
        again: Vec::new(),
        protected: None,
        written: vec![0; slot.tags.len()],
    };
    for piece in translation.pieces() {
        match piece {
            Piece::Text(words) => writer.words(words),
            Piece::Mark(edge, tag) => writer.mark(edge, tag),
        }
    }
    writer.finish()
}

/// A pair whose start has been written.
#[derive(Clone, Copy)]
struct Open {
    tag: TagId,
    /// Its end has come, and something in it that cannot be cut is still open.
    ended: bool,
}

struct Writer<'a> {
    text: &'a str,
    slot: &'a Slot,
    inner: &'a [Rewritten],
    out: String,
    open: Vec<Open>,
    /// Formatting that was interrupted and goes on with the next text.
    again: Vec<TagId>,
    /// A protected tag that is open: its words are those of the document.
    protected: Option<TagId>,
    written: Vec<usize>,
}

impl Writer<'_> {
    fn markup(&self, tag: TagId) -> Option<&Markup> {
        self.slot.tags.get(tag.0 as usize)
    }

    fn may_split(&self, tag: TagId) -> bool {
        matches!(self.markup(tag), Some(Markup::Pair { may_split: true, .. }))
    }

    fn words(&mut self, words: &str) {
        if self.protected.is_some() {
            return;
        }
        self.open_again();
        match self.slot.spelling {
            Spelling::Escaped | Spelling::Section => escape_text(words, &mut self.out),
            Spelling::Attribute => escape_attribute(words, &mut self.out),
            Spelling::Raw => {
                let is_allowed =
                    |c: &char| !matches!(*c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
                let allowed: String = words.chars().filter(is_allowed).collect();
                self.out.push_str(&allowed.replace("]]>", "]]]]><![CDATA[>"));
            }
        }
    }

    fn mark(&mut self, edge: Edge, tag: TagId) {
        match (edge, self.markup(tag)) {
            (Edge::Close, Some(Markup::Single(_))) => {
                if self.protected == Some(tag) {
                    self.protected = None;
                }
            }
            (_, Some(Markup::Single(range))) => {
                let range = range.range();
                self.open_again();
                self.count(tag);
                self.raw(range);
                if edge == Edge::Open {
                    self.protected = Some(tag);
                }
            }
            (Edge::Open, Some(Markup::Pair { open, .. })) => {
                let open = open.range();
                self.open_again();
                self.count(tag);
                self.raw(open);
                self.open.push(Open { tag, ended: false });
            }
            (Edge::Close, Some(Markup::Pair { .. })) => self.close(tag),
            (Edge::Point, Some(Markup::Pair { .. })) | (_, None) => {}
        }
    }

    fn count(&mut self, tag: TagId) {
        if let Some(written) = self.written.get_mut(tag.0 as usize) {
            *written += 1;
        }
    }

    fn close(&mut self, tag: TagId) {
        if let Some(index) = self.again.iter().position(|again| *again == tag) {
            self.again.remove(index);
            return;
        }
        let Some(index) = self.open.iter().rposition(|open| open.tag == tag && !open.ended) else { return };
        if self.open[index + 1..].iter().any(|open| !self.may_split(open.tag)) {
            self.open[index].ended = true;
            return;
        }
        let interrupted = self.open.split_off(index + 1);
        for open in interrupted.iter().rev() {
            self.end(open.tag);
        }
        self.open.pop();
        self.end(tag);
        let mut again: Vec<TagId> = interrupted.iter().filter(|open| !open.ended).map(|open| open.tag).collect();
        again.append(&mut self.again);
        self.again = again;
        while let Some(open) = self.open.pop_if(|open| open.ended) {
            self.end(open.tag);
        }
    }

    fn open_again(&mut self) {
        for tag in std::mem::take(&mut self.again) {
            if let Some(Markup::Pair { open, .. }) = self.markup(tag) {
                let open = open.range();
                self.raw(open);
                self.open.push(Open { tag, ended: false });
            }
        }
    }

    fn end(&mut self, tag: TagId) {
        if let Some(Markup::Pair { close, .. }) = self.markup(tag) {
            let close = close.range();
            self.raw(close);
        }
    }

    fn raw(&mut self, range: Range<usize>) {
        splice(self.text, range, self.inner, &mut self.out);
    }

    fn finish(mut self) -> Result<String, FormatError> {
        while let Some(open) = self.open.pop() {
            self.end(open.tag);
        }
        for (tag, written) in self.written.iter().enumerate() {
            let tag = TagId(u32::try_from(tag).unwrap_or(u32::MAX));
            if *written == 0 || (*written > 1 && !self.may_split(tag)) {
                return Err(FormatError::Verification("a tag was lost or doubled in a translation".into()));
            }
        }
        Ok(self.out)
    }
}
