//! Sources that a merge may have to come back to: what names and choices said.

use std::collections::HashMap;

use terjuman_model::{Segment, TaggedText};

use super::choices;
use super::pending::Names;
use super::skeleton::SlotPart;

/// What segments said whose translation may not fit.
pub(super) struct Originals(HashMap<usize, TaggedText>);

impl Originals {
    /// Those of lists of choices, and of names that must differ.
    pub(super) fn of(segments: &[Segment], parts: &[SlotPart], names: &[Names]) -> Self {
        let lists = parts.iter().flat_map(|part| &part.slots).filter(choices::is_list);
        let choices = lists.flat_map(|list| list.segments());
        let names = names.iter().flat_map(|names| names.segments.iter().copied());
        Self(choices.chain(names).map(|segment| (segment, segments[segment].source.clone())).collect())
    }

    /// What a segment said.
    pub(super) fn get(&self, segment: usize) -> TaggedText {
        self.0.get(&segment).cloned().unwrap_or_default()
    }
}
