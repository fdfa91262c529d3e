//! What of a segment is asked of the engine in another form, and how its answer becomes one of the segment: breaks within
//! a sentence are blanks ([`crate::wraps`]), and the letters that menus are chosen by have no sign ([`crate::mnemonics`]).

use std::collections::HashMap;

use terjuman_model::{LanguageTag, Segment, TaggedText};

use crate::mnemonics::Mnemonic;
use crate::wraps::Wrapped;

/// The segments of a document as they are asked.
pub(crate) struct Asked<'a> {
    segments: &'a [Segment],
    /// Those that have another form, by their index.
    other: HashMap<usize, Other>,
}

enum Other {
    Wrapped(Wrapped),
    Mnemonic(Mnemonic),
}

impl<'a> Asked<'a> {
    /// All segments as they are.
    pub(crate) fn plainly(segments: &'a [Segment]) -> Self {
        Self { segments, other: HashMap::new() }
    }

    /// The segments in the form that a model does best with.
    pub(crate) fn of(segments: &'a [Segment], language: &LanguageTag) -> Self {
        let other = |segment| {
            let wrapped = Wrapped::of(segment, language).map(Other::Wrapped);
            wrapped.or_else(|| Mnemonic::of(segment).map(Other::Mnemonic))
        };
        let other = segments.iter().enumerate().filter_map(|(index, segment)| Some((index, other(segment)?)));
        Self { segments, other: other.collect() }
    }

    /// What is asked for a segment.
    pub(crate) fn segment(&self, index: usize) -> &Segment {
        match self.other.get(&index) {
            Some(Other::Wrapped(wrapped)) => &wrapped.segment,
            Some(Other::Mnemonic(mnemonic)) => &mnemonic.segment,
            None => &self.segments[index],
        }
    }

    /// The translation of what was asked as one of the segment.
    pub(crate) fn settle(&self, index: usize, translation: TaggedText) -> TaggedText {
        let segment = &self.segments[index];
        match self.other.get(&index) {
            Some(Other::Wrapped(wrapped)) => wrapped.settle(segment, translation),
            Some(Other::Mnemonic(mnemonic)) => mnemonic.settle(segment, translation),
            None => translation,
        }
    }
}
