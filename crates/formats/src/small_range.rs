//! A range of bytes in half the room.

use std::ops::Range;

/// A range of a document's bytes, or of a list with no more entries. No document is so long that 32 bits do not do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SmallRange {
    start: u32,
    end: u32,
}

impl SmallRange {
    /// Where it begins.
    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// Where it ends.
    pub(crate) fn end(self) -> usize {
        self.end as usize
    }

    /// How long it is.
    pub(crate) fn len(self) -> usize {
        self.range().len()
    }

    /// The same to index with.
    pub(crate) fn range(self) -> Range<usize> {
        self.start()..self.end()
    }
}

impl From<Range<usize>> for SmallRange {
    fn from(range: Range<usize>) -> Self {
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: small(range.start), end: small(range.end) }
    }
}

impl From<SmallRange> for Range<usize> {
    fn from(range: SmallRange) -> Self {
        range.range()
    }
}
