//! Byte-range edits: the one way a document is written back.

use std::ops::Range;

/// Replacements over original bytes. Ranges must come in order and not overlap.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

impl Edits {
    /// Puts `bytes` in the place of `range`; an empty range inserts.
    pub(crate) fn replace(&mut self, range: Range<usize>, bytes: impl Into<Vec<u8>>) {
        self.edits.push((range, bytes.into()));
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
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let grown: usize = self.edits.iter().map(|(_, bytes)| bytes.len()).sum();
        let mut out = Vec::with_capacity(original.len() + grown);
        let mut at = 0;
        for (range, bytes) in &self.edits {
            assert!(at <= range.start && range.start <= range.end, "edits overlap at byte {}", range.start);
            out.extend_from_slice(&original[at..range.start]);
            out.extend_from_slice(bytes);
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
