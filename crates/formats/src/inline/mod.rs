//! Text with inline elements in XML whose words are to be replaced where they stand: to segments and back.
//!
//! A format's reader says what is in a stretch of its document with [`Item`]s; [`segments`] matches the pairs, cuts at
//! borders, leaves what wraps a whole segment where it is, and gives [`Slot`]s; [`rewrite`] gives their new text.

mod build;
mod pairs;
mod write;

use std::ops::Range;

use terjuman_model::TagKind;

use crate::small_range::SmallRange;

pub(crate) use self::build::{attribute, segments};
pub(crate) use self::write::{splice, write};

/// Something in a stretch of text. Items come in order and do not overlap.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What it is.
    pub(crate) kind: ItemKind,
    /// Its bytes.
    pub(crate) range: Range<usize>,
}

/// What an [`Item`] is.
#[derive(Debug, Clone)]
pub(crate) enum ItemKind {
    /// Text.
    Text(Spelling),
    /// The start of a pair.
    Open(Key, TagKind),
    /// The end of a pair.
    Close(Key),
    /// A thing.
    Point,
    /// A comment or a processing instruction: it may stand inside a word.
    Anchor,
    /// A line break.
    Break,
    /// Something that keeps its order among its like.
    Isolated,
    /// Kept with all that is in it; the words that are seen.
    Protected(String),
    /// No sentence goes across it.
    Border,
}

/// Tells which end belongs to which start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Equal for the two halves.
    pub(crate) id: usize,
    /// An element, whose halves are always properly nested; anything else may cross or lack its other half.
    pub(crate) is_element: bool,
}

/// How text is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Between tags, with references.
    Escaped,
    /// A whole CDATA section among other text.
    Section,
    /// The inside of a CDATA section.
    Raw,
    /// The value of an attribute.
    Attribute,
}

/// The place of one segment.
#[derive(Debug)]
pub(crate) struct Slot {
    /// What is replaced.
    pub(crate) range: SmallRange,
    /// How new text is spelled there.
    pub(crate) spelling: Spelling,
    /// By [`TagId`](terjuman_model::TagId).
    pub(crate) tags: Box<[Markup]>,
}

/// What a tag is in the document.
#[derive(Debug)]
pub(crate) enum Markup {
    /// A start and an end; whether a copy of it may stand next to it.
    Pair {
        /// The start.
        open: SmallRange,
        /// The end.
        close: SmallRange,
        /// It may be written more than once.
        may_split: bool,
    },
    /// One thing, written as it is.
    Single(SmallRange),
}
