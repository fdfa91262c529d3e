//! Text in runs: paragraphs of Office Open XML, whatever the vocabulary, and of OpenDocument, to segments and back.
//!
//! A paragraph is a list of [`Token`]s over the original bytes. Neighbouring runs of one significant format are one text;
//! the format that most of a text has is not marked at all, and neither is what wraps a whole segment. A paragraph is
//! written back from the same tokens, with the translations in the places of their segments.

mod paragraph;
mod segment;
mod split;
mod within;
mod write;

use std::ops::Range;

use crate::small_range::SmallRange;

pub(crate) use self::paragraph::{Paragraph, Role};
pub(crate) use self::segment::{Block, segments};
pub(crate) use self::write::{Names, Rewritten, Spelling, VERTICAL_TAB, raw, whole, write, write_in, write_slot};

/// A stretch of the part's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    /// First byte.
    pub(crate) start: usize,
    /// First byte behind.
    pub(crate) end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl From<Span> for SmallRange {
    fn from(span: Span) -> Self {
        span.range().into()
    }
}

impl Span {
    /// As a range.
    pub(crate) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// How a run looks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Format {
    /// Equal for formats that look the same.
    pub(crate) key: u32,
    /// The run's properties element; empty if it has none.
    pub(crate) properties: SmallRange,
    /// White space shows in it: underlined, highlighted.
    pub(crate) shows_blanks: bool,
    /// It is more than a look: a link, whose text stays together.
    pub(crate) whole: bool,
    /// It looks like code: a font of fixed pitch.
    pub(crate) code: bool,
}

/// Bytes that are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal {
    /// Which.
    pub(crate) span: SmallRange,
    /// The format of the run they stand in; `None` between runs.
    pub(crate) run: Option<Format>,
    /// They begin or end a pair that is inside of a run.
    pub(crate) side: Option<Side>,
}

/// What begins or ends a pair that is inside of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    /// In a run of this format.
    Begin(u32),
    End,
}

/// One thing in a paragraph.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(super) kind: Kind,
    /// What it is in the document: a range of the paragraph's literals.
    pub(super) literals: SmallRange,
    /// The first and the last run it stands in, counted from 1; 0 between runs.
    pub(super) runs: (u32, u32),
}

// There are as many as there are words in another look: in 32 bits each, as no part is longer
// ([`LARGEST`](crate::document::LARGEST)).
const _: () = assert!(size_of::<Token>() == 40 && size_of::<Literal>() == 32);

/// What a [`Token`] is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Text: a range of the paragraph's text.
    Text { text: SmallRange, format: Format },
    /// A thing, kept and moved with its word. A spacer stands for a space.
    Point { spacer: bool },
    /// A thing of no width at all: it may stand inside a word.
    Anchor,
    /// A thing with words that are seen and kept, as the number of a page: a range of the paragraph's text.
    Shown { text: SmallRange },
    /// A line break.
    Break,
    /// A tab: the border of a segment, or white space in a sentence.
    Tab,
    /// The border of a segment.
    Border,
    /// Kept outside of segments, dropped in rewritten ones.
    Noise,
    /// Begins a pair.
    Open { pair: usize, transparent: bool, running: bool },
    /// Ends a pair.
    Close { pair: usize },
}
