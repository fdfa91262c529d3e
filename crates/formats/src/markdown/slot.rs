//! Places in the document that translations are written to.

use std::ops::Range;

use terjuman_model::{Segment, Tag, TagKind};

use super::front_matter::Scalar;
use super::nested::Nested;

/// A place and the segments that go there, in order.
pub(super) struct Part {
    pub(super) place: Place,
    pub(super) segments: Segments,
}

/// Nearly every place has one segment, for which no list is made.
pub(super) enum Segments {
    One(Segment),
    Many(Vec<Segment>),
}

impl Segments {
    /// Appends them.
    pub(super) fn move_to(self, segments: &mut Vec<Segment>) {
        match self {
            Self::One(segment) => segments.push(segment),
            Self::Many(many) => segments.extend(many),
        }
    }

    /// The first one's text.
    #[cfg(test)]
    pub(super) fn first(&self) -> &str {
        match self {
            Self::One(segment) => segment.source.text(),
            Self::Many(many) => many[0].source.text(),
        }
    }
}

/// Where translations go.
pub(super) enum Place {
    /// A stretch of inline Markdown: one segment.
    Inline(Slot),
    /// The title of a link or of a definition: one segment.
    Title(Title),
    /// A value of the front matter: one segment.
    Scalar(Scalar),
    /// The words of a comment in code: one segment.
    Comment(Range<usize>),
    /// HTML: any number of segments.
    Nested(Nested),
}

impl Place {
    /// What is replaced, in bytes of the document.
    pub(super) fn range(&self) -> Range<usize> {
        match self {
            Self::Inline(slot) => slot.range.clone(),
            Self::Title(title) => title.range.clone(),
            Self::Scalar(scalar) => scalar.range.clone(),
            Self::Comment(range) => range.clone(),
            Self::Nested(nested) => nested.range.clone(),
        }
    }
}

/// A stretch of inline Markdown.
pub(super) struct Slot {
    /// What is replaced: without white space, things and tags around all of the words.
    pub(super) range: Range<usize>,
    /// Where it stands.
    pub(super) context: Context,
    /// Whether it begins where a block's text begins, and what it begins with could be taken for markup of a block.
    pub(super) starts_block: bool,
    /// What stands between two lines of text that goes on: the line end, and what the next line has in front of its
    /// words.
    pub(super) between: Box<[Range<usize>]>,
    /// The markup of each tag, by its id.
    pub(super) tags: Box<[Markup]>,
    /// How each tag behaves, by its id.
    pub(super) kinds: Box<[Tag]>,
    /// How the source spells characters that it does not write as they are.
    pub(super) spellings: Box<[(char, Range<usize>)]>,
    /// Of a picture that names its target by this text: the label, and what closes it.
    pub(super) label: Option<Box<(Range<usize>, Range<usize>)>>,
    /// The line under a heading, if it is as long as the heading is wide.
    pub(super) underline: Option<Box<Range<usize>>>,
}

impl Slot {
    /// How a tag behaves.
    pub(super) fn kind(&self, tag: usize) -> TagKind {
        self.kinds.get(tag).map_or(TagKind::Isolated, |tag| tag.kind)
    }
}

/// Where a stretch of inline Markdown stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In a paragraph, which may have several lines.
    Flow,
    /// Behind `#`: one line.
    Heading,
    /// In a table: one line, bars are escaped.
    Cell,
    /// Between quotation marks of a directive: one line.
    Quoted,
    /// The alternative text of a picture: one line.
    Alternative,
    /// The same in a table.
    AlternativeInCell,
}

/// What a tag is in the document.
#[derive(Debug, Clone)]
pub(super) enum Markup {
    /// Emphasis with its delimiter.
    Emphasis(Emphasis),
    /// Something with two sides: a link, an HTML element, a wiki link.
    Pair {
        /// What opens it.
        open: Range<usize>,
        /// What closes it.
        close: Range<usize>,
        /// The label, of a link that names its target by its own text: a translated text must name it beside.
        label: Option<Range<usize>>,
    },
    /// One thing: a picture, code, half of a broken pair.
    Single(Range<usize>),
    /// A line break, and whether a new line follows what stands for it.
    Break {
        /// Two blanks, a backslash, or `<br>`.
        mark: Range<usize>,
        /// Whether the source goes on in the next line.
        ends_line: bool,
        /// What stands in between, if it does.
        between: Range<usize>,
    },
}

/// Emphasis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Emphasis {
    pub(super) kind: EmphasisKind,
    /// `*`, `_` or `~`.
    pub(super) delimiter: char,
    /// How many of them, on either side.
    pub(super) count: usize,
}

/// What emphasis does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EmphasisKind {
    Light,
    Strong,
    Struck,
}

/// The title of a link.
pub(super) struct Title {
    /// What stands between the quotation marks.
    pub(super) range: Range<usize>,
    /// The closing one: `"`, `'` or `)`.
    pub(super) quote: char,
    /// Whether it stands in a table.
    pub(super) in_cell: bool,
}
