//! Places in a part that translations are written to.

use std::sync::Arc;

use crate::runs::{Block, Span};

/// A place for one segment, or for the segments of one paragraph.
#[derive(Debug)]
pub(super) enum Slot {
    /// A paragraph or heading.
    Paragraph(Box<ParagraphSlot>),
    /// The value of an attribute.
    Attribute(Plain),
    /// All there is in an element.
    Element(Plain),
    /// An attribute that says several texts again.
    Value(Value),
}

/// A paragraph or heading.
#[derive(Debug)]
pub(super) struct ParagraphSlot {
    pub(super) block: Block,
    /// The prefix of the paragraph's elements, with the colon.
    pub(super) prefix: Arc<str>,
    /// The segment of each of the block's segments.
    pub(super) segments: Box<[usize]>,
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

/// The value of a cell, which says what its paragraphs say; or a list of choices.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) span: Span,
    pub(super) segments: Vec<usize>,
    /// They stand in quotation marks.
    pub(super) quoted: bool,
    /// What stands before each segment, and after the last one.
    pub(super) between: Vec<Box<str>>,
}

impl Slot {
    /// The bytes that are replaced.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Paragraph(paragraph) => paragraph.block.span,
            Self::Attribute(plain) | Self::Element(plain) => plain.span,
            Self::Value(value) => value.span,
        }
    }

    /// The segments that are written here.
    pub(super) fn segments(&self) -> &[usize] {
        match self {
            Self::Paragraph(paragraph) => &paragraph.segments,
            Self::Attribute(plain) | Self::Element(plain) => std::slice::from_ref(&plain.segment),
            Self::Value(value) => &value.segments,
        }
    }
}
