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
#[derive(Debug)]
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
        let removed: usize = self.edits.iter().map(|edit| edit.range.len()).sum();
        let mut out = Vec::with_capacity((original.len() + self.written.len()).saturating_sub(removed));
        let mut at = 0;
        for Edit { range, new } in &self.edits {
            let range = range.range();
            assert!(at <= range.start && range.start <= range.end, "edits overlap at byte {}", range.start);
            out.extend_from_slice(&original[at..range.start]);
            out.extend_from_slice(&self.written[new.range()]);
            at = range.end;
        }
        out.extend_from_slice(&original[at..]);
        out
    }
}

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
}
