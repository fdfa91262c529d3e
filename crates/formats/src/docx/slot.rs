//! Places in a part that translations are written to.

use crate::runs::{Block, Names, Span};

use super::vocabulary::Vocabulary;

/// A place for one segment, or for the segments of one paragraph.
#[derive(Debug)]
pub(super) enum Slot {
    /// A paragraph in runs.
    Paragraph(Box<ParagraphSlot>),
    /// The value of an attribute.
    Attribute(Plain),
    /// All there is in an element.
    Element(Plain),
}

/// A paragraph in runs.
#[derive(Debug)]
pub(super) struct ParagraphSlot {
    pub(super) block: Block,
    pub(super) names: Names,
    pub(super) vocabulary: Vocabulary,
    /// The segment of each of the block's segments.
    pub(super) segments: Vec<usize>,
    /// The name of the properties element, with the part's prefix.
    pub(super) properties_name: Box<str>,
    /// The paragraph's properties; empty, and where they would stand, if it has none. `None` if it is only a part of one.
    pub(super) properties: Option<Span>,
}

/// Text without tags.
#[derive(Debug)]
pub(super) struct Plain {
    pub(super) span: Span,
    pub(super) segment: usize,
    /// White space before the text.
    pub(super) before: Box<str>,
    /// White space after it.
    pub(super) after: Box<str>,
}

impl Slot {
    /// The bytes that are replaced.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Paragraph(paragraph) => paragraph.block.span,
            Self::Attribute(plain) | Self::Element(plain) => plain.span,
        }
    }

    /// The segments that are written here.
    pub(super) fn segments(&self) -> &[usize] {
        match self {
            Self::Paragraph(paragraph) => &paragraph.segments,
            Self::Attribute(plain) | Self::Element(plain) => std::slice::from_ref(&plain.segment),
        }
    }
    /// Gives each segment the number that `new` has for it.
    pub(super) fn renumber(&mut self, new: impl Fn(usize) -> usize) {
        let segments = match self {
            Self::Paragraph(paragraph) => &mut paragraph.segments[..],
            Self::Attribute(plain) | Self::Element(plain) => std::slice::from_mut(&mut plain.segment),
        };
        segments.iter_mut().for_each(|segment| *segment = new(*segment));
    }
}
