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

    /// What stands in each tag, by its id.
    pub(super) fn texts_in(self, tags: usize) -> Vec<&'a str> {
        let text = self.sources.text(self.segment);
        let mut starts: Vec<Option<usize>> = vec![None; tags];
        let mut texts = vec![""; tags];
        for mark in self.sources.marks(self.segment) {
            let TagId(id) = mark.tag;
            let Some(start) = starts.get_mut(id as usize) else { continue };
            match start.take() {
                Some(start) if texts[id as usize].is_empty() => texts[id as usize] = &text[start..mark.at],
                _ => *start = Some(mark.at),
            }
        }
        texts
    }
}
