//! What a run of inline Markdown consists of.

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::TagKind;

use super::slot::{Emphasis, EmphasisKind, Markup};

/// One thing in a run.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) kind: NodeKind<'a>,
    /// Where it stands in the document.
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum NodeKind<'a> {
    /// Words, decoded.
    Text(Cow<'a, str>),
    /// The end of a line that is no line break; stands for a space, or for nothing.
    Fold(&'static str),
    /// Text that is kept: code, addresses, formulas.
    Protected(Cow<'a, str>),
    /// The opening side of a pair; `mate` is the index of the other one.
    Start {
        mate: usize,
        kind: TagKind,
        markup: Markup,
    },
    /// The closing side of a pair.
    End {
        mate: usize,
    },
    /// An HTML tag whose partner, if any, has not been looked for.
    Html,
    /// One half of a wiki link.
    Half(Side),
    Point,
    /// A thing that shows nothing, not even between two letters.
    Anchor,
    Break(Markup),
    Isolated,
    /// Nothing any more.
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Open,
    Close,
}

impl<'a> Node<'a> {
    pub(super) fn new(kind: NodeKind<'a>, range: Range<usize>) -> Self {
        Self { kind, range }
    }

    /// Bytes of what is shown of it, about.
    pub(super) fn room(&self) -> usize {
        match &self.kind {
            NodeKind::Text(text) | NodeKind::Protected(text) => text.len(),
            _ => 1,
        }
    }

    /// Whether there is something to read.
    pub(super) fn has_content(&self) -> bool {
        match &self.kind {
            NodeKind::Text(text) => !text.trim().is_empty(),
            NodeKind::Protected(_) => true,
            _ => false,
        }
    }
}

impl Emphasis {
    /// The emphasis that these delimiters make.
    pub(super) fn of(kind: EmphasisKind, text: &str, range: &Range<usize>) -> Self {
        let delimiter = text[range.clone()].chars().next().unwrap_or('*');
        let count = match kind {
            EmphasisKind::Light => 1,
            EmphasisKind::Strong => 2,
            EmphasisKind::Struck => 1 + u8::from(text[range.clone()].starts_with("~~")),
        };
        Self { kind, delimiter, count }
    }
}
