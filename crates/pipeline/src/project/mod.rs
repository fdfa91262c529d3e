//! Puts the tags of a segment at their places in its translation, along the engine's links between words.
//!
//! The way of the data: [`source`] understands the marks; [`atoms`] cuts the translation into words, each with the tags
//! of the words it came from; [`things`] gives links, fields and protected texts one range each; [`place`] writes all
//! marks, nested; [`verify`] looks at the result. What does not pass is placed by proportion, and if that does not pass
//! either, the segment keeps its source: no tag and no text is ever lost (`formats.md` sections 0.6, 0.7, A.4).

mod atoms;
mod endings;
mod holes;
mod islands;
mod place;
mod source;
#[cfg(test)]
mod starred;
mod stops;
mod things;
mod verify;
mod whole;
mod words;

use terjuman_model::{Segment, TaggedText};

use self::atoms::{Atoms, Trust};
use self::source::SourceTags;
use self::stops::release_stops;
use crate::assemble::Assembled;

/// How the tags of a segment found their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Along the links between words.
    ByLinks,
    /// By proportion, in part or all.
    ByFallback,
    /// They did not: the segment keeps its source.
    NotAtAll,
}

/// The translation with every tag of the segment as its kind demands.
pub(crate) fn project(segment: &Segment, assembled: &Assembled) -> (TaggedText, Placed) {
    if segment.source.marks().is_empty() {
        return (TaggedText::plain(assembled.text.clone()), Placed::ByLinks);
    }
    let text = segment.source.text();
    // A text that did not change needs no other places for its tags, however odd the ones it has may be.
    if assembled.text == text {
        return (segment.source.clone(), Placed::ByLinks);
    }
    let Some(tags) = SourceTags::read(segment) else { return (segment.source.clone(), Placed::NotAtAll) };
    for trust in [Trust::Links, Trust::Proportion] {
        let atoms = Atoms::new(text, &tags, assembled, trust);
        let Some(mut tags) = place::place(text, &assembled.text, &tags, &atoms) else { break };
        tags.translation = release_stops(segment, tags.translation);
        let target_borders = tags.moved(&assembled.target_borders);
        if verify::verify(segment, &tags.translation, &assembled.source_borders, &target_borders).is_ok() {
            let placed = if atoms.guessed { Placed::ByFallback } else { Placed::ByLinks };
            return (tags.translation, placed);
        }
    }
    (segment.source.clone(), Placed::NotAtAll)
}

#[cfg(test)]
mod tests;
