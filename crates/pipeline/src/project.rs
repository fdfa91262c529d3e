//! Puts the tags of a segment at their places in its translation, along the engine's links.

use terjuman_model::{Edge, Mark, Segment, TaggedText};

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

pub(crate) fn project(segment: &Segment, assembled: &Assembled) -> (TaggedText, Placed) {
    let source = &segment.source;
    let length = source.text().len();
    let mut marks = Vec::with_capacity(source.marks().len());
    let mut floor = 0;
    for mark in source.marks() {
        let at = match mark.edge {
            _ if mark.at == 0 => 0,
            _ if mark.at == length => assembled.text.len(),
            Edge::Open => start_after(assembled, mark.at),
            Edge::Close | Edge::Point => end_before(assembled, mark.at),
        };
        floor = floor.max(at);
        marks.push(Mark { at: floor, ..*mark });
    }
    (TaggedText::with_marks(assembled.text.clone(), marks), Placed::ByLinks)
}

fn start_after(translated: &Assembled, at: usize) -> usize {
    let index = translated.links.partition_point(|link| link.source.start < at);
    translated.links.get(index).map_or(translated.text.len(), |link| link.target.start)
}

fn end_before(translated: &Assembled, at: usize) -> usize {
    let index = translated.links.partition_point(|link| link.source.end <= at);
    index.checked_sub(1).map_or(0, |last| translated.links[last].target.end)
}
