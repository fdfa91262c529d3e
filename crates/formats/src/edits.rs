//! Byte-range edits: the one way a document is written back.

use std::ops::Range;

use crate::small_range::SmallRange;

/// Replacements over original bytes, which do not overlap. There may be as many as there are words: all that is written is
/// in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
    written: Vec<u8>,
}

/// A range of the original, and one of what is written.
#[derive(Debug, Clone, Copy)]
struct Edit {
    range: SmallRange,
    new: SmallRange,
}

impl Edits {
    /// Puts `bytes` in the place of `range`; an empty range inserts.
    pub(crate) fn replace(&mut self, range: Range<usize>, bytes: impl AsRef<[u8]>) {
        let start = self.written.len();
        self.written.extend_from_slice(bytes.as_ref());
        self.edits.push(Edit { range: range.into(), new: (start..self.written.len()).into() });
    }

    /// The same for what may be as long as the document: it is not copied where that can be had.
    pub(crate) fn replace_owned(&mut self, range: Range<usize>, mut bytes: Vec<u8>) {
        let head = self.written.len();
        if head < bytes.len() / 2 {
            bytes.splice(0..0, self.written.drain(..));
            self.written = bytes;
            self.edits.push(Edit { range: range.into(), new: (head..self.written.len()).into() });
        } else {
            self.replace(range, bytes);
        }
    }

    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The original with the edits applied. Edits may have been added in any order; at one place, insertions keep
    /// theirs.
    ///
    /// # Panics
    /// If two edits overlap: they come from our own extraction, never from input.
    pub(crate) fn apply(mut self, original: &[u8]) -> Vec<u8> {
        self.edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        let mut at = 0;
        for edit in &self.edits {
            let range = edit.range.range();
            assert!(at <= range.start && range.start <= range.end, "edits overlap at byte {}", range.start);
            at = range.end;
        }
        let longest = (0..self.edits.len()).max_by_key(|index| self.edits[*index].new.len());
        let Some(index) = longest.filter(|index| self.edits[*index].new.len() >= LARGE) else {
            return self.applied(original, 0..original.len(), &self.edits);
        };
        // What is nearly all of the result is not copied: the rest is put around it.
        let Edit { range, new } = self.edits[index];
        let head = self.applied(original, 0..range.start(), &self.edits[..index]);
        let tail = self.applied(original, range.end()..original.len(), &self.edits[index + 1..]);
        let mut out = self.written;
        out.truncate(new.end());
        out.splice(..new.start(), head);
        out.extend_from_slice(&tail);
        out
    }

    /// A range of the original with the edits that lie in it.
    fn applied(&self, original: &[u8], range: Range<usize>, edits: &[Edit]) -> Vec<u8> {
        let removed: usize = edits.iter().map(|edit| edit.range.len()).sum();
        let added: usize = edits.iter().map(|edit| edit.new.len()).sum();
        let mut out = Vec::with_capacity(range.len() - removed + added);
        let mut at = range.start;
        for edit in edits {
            out.extend_from_slice(&original[at..edit.range.start()]);
            out.extend_from_slice(&self.written[edit.new.range()]);
            at = edit.range.end();
        }
        out.extend_from_slice(&original[at..range.end]);
        out
    }
}

/// Bytes from which on it matters that they are not copied.
const LARGE: usize = if cfg!(test) { 16 } else { 64 << 10 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_replace_insert_and_leave_the_rest_alone() {
        let mut edits = Edits::default();
        edits.replace_owned(6..11, b"mundo".to_vec());
        edits.replace(0..0, ">> ");
        edits.replace_owned(11..11, b"! And so it goes on.".to_vec());
        assert_eq!(edits.apply(b"hello world."), b">> hello mundo! And so it goes on..");
    }

    #[test]
    fn what_is_long_is_taken_over() {
        let mut edits = Edits::default();
        edits.replace(9..9, "tail");
        edits.replace(1..2, "B");
        edits.replace_owned(4..6, b"what is nearly all of it".to_vec());
        edits.replace(3..3, "head");
        assert_eq!(edits.apply(b"abcdefghijk"), b"aBcheaddwhat is nearly all of itghitailjk");
    }
}
