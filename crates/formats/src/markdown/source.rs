//! What a segment said.

use terjuman_model::{TagId, TaggedText};

use crate::sources::Sources;

/// One of the sources.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) sources: &'a Sources,
    pub(super) segment: usize,
}

impl<'a> Source<'a> {
    pub(super) fn is_same(self, translation: &TaggedText) -> bool {
        self.sources.is_same(self.segment, translation)
    }

    /// What stands in a tag.
    pub(super) fn text_in(self, tag: TagId) -> &'a str {
        let mut places = self.sources.marks(self.segment).filter(|mark| mark.tag == tag).map(|mark| mark.at);
        let start = places.next().unwrap_or_default();
        &self.sources.text(self.segment)[start..places.next().unwrap_or(start)]
    }
}
