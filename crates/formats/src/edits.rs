//! Byte-range edits: the one way a document is written back.

use std::ops::Range;

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
    range: Range<usize>,
    new: Range<usize>,
}

impl Edits {
    /// Puts `bytes` in the place of `range`; an empty range inserts.
    pub(crate) fn replace(&mut self, range: Range<usize>, bytes: impl AsRef<[u8]>) {
        let start = self.written.len();
        self.written.extend_from_slice(bytes.as_ref());
        self.edits.push(Edit { range, new: start..self.written.len() });
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
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let removed: usize = self.edits.iter().map(|edit| edit.range.len()).sum();
        let mut out = Vec::with_capacity((original.len() + self.written.len()).saturating_sub(removed));
        let mut at = 0;
        for Edit { range, new } in &self.edits {
            assert!(at <= range.start && range.start <= range.end, "edits overlap at byte {}", range.start);
            out.extend_from_slice(&original[at..range.start]);
            out.extend_from_slice(&self.written[new.clone()]);
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
        edits.replace(6..11, "mundo");
        edits.replace(0..0, ">> ");
        edits.replace(11..11, "!");
        assert_eq!(edits.apply(b"hello world."), b">> hello mundo!.");
    }
}
