//! Places in the document that translations are written to.

use std::ops::Range;

use terjuman_model::{Segment, Tag, TagKind};

use super::front_matter::Scalar;
use super::nested::Nested;
use crate::small_range::SmallRange;
use crate::texts::Texts;

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

impl Extend<Part> for Texts<Place> {
    fn extend<I: IntoIterator<Item = Part>>(&mut self, parts: I) {
        for Part { place, segments } in parts {
            let range = place.range();
            match segments {
                Segments::One(segment) => self.push((place, segment)),
                Segments::Many(segments) => {
                    let places =
                        std::iter::once(place).chain(std::iter::repeat_with(|| Place::Same(range.clone().into())));
                    places.zip(segments).for_each(|text| self.push(text));
                }
            }
        }
    }
}

#[cfg(test)]
impl Segments {
    /// The first one's text.
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
    Scalar(Box<Scalar>),
    /// The words of a comment in code: one segment.
    Comment(SmallRange),
    /// HTML: any number of segments. Those behind the first are at [`Self::Same`] places.
    Nested(Box<Nested>),
    /// The place before this one.
    Same(SmallRange),
}

impl Place {
    /// What is replaced, in bytes of the document.
    pub(super) fn range(&self) -> Range<usize> {
        match self {
            Self::Inline(slot) => slot.range.range(),
            Self::Title(title) => title.range.range(),
            Self::Scalar(scalar) => scalar.range.clone(),
            Self::Comment(range) | Self::Same(range) => range.range(),
            Self::Nested(nested) => nested.range.clone(),
        }
    }
}

/// A stretch of inline Markdown.
pub(super) struct Slot {
    /// What is replaced: without white space, things and tags around all of the words.
    pub(super) range: SmallRange,
    /// Where it stands.
    pub(super) context: Context,
    /// Whether it begins where a block's text begins, and what it begins with could be taken for markup of a block.
    pub(super) starts_block: bool,
    /// Whether it is all that a link shows.
    pub(super) in_link: bool,
    /// What most do not have.
    details: Option<Box<Details>>,
}

/// What a stretch of inline Markdown has besides its words.
#[derive(Default)]
pub(super) struct Details {
    /// What stands between two lines of text that goes on: the line end, and what the next line has in front of its
    /// words.
    pub(super) between: Box<[SmallRange]>,
    /// The markup of each tag, by its id.
    pub(super) tags: Box<[Markup]>,
    /// How each tag behaves, by its id.
    pub(super) kinds: Box<[Tag]>,
    /// How the source spells characters that it does not write as they are.
    pub(super) spellings: Box<[(char, SmallRange)]>,
    /// Of a picture or link that names its target by this text: the label, and what closes it.
    pub(super) label: Option<(SmallRange, SmallRange)>,
    /// The line under a heading, if it is as long as the heading is wide.
    pub(super) underline: Option<SmallRange>,
}

impl Slot {
    /// A place with what it has.
    pub(super) fn new(range: SmallRange, details: Details) -> Self {
        let Details { between, tags, kinds, spellings, label, underline } = &details;
        let is_bare = between.is_empty() && tags.is_empty() && kinds.is_empty() && spellings.is_empty();
        let has_details = !is_bare || label.is_some() || underline.is_some();
        let details = has_details.then(|| Box::new(details));
        Self { range, context: Context::Flow, starts_block: false, in_link: false, details }
    }

    /// What it has besides its words, to be changed.
    pub(super) fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// What stands between two lines.
    pub(super) fn between(&self) -> &[SmallRange] {
        self.details.as_ref().map_or(&[], |details| &details.between)
    }

    /// The markup of each tag, by its id.
    pub(super) fn tags(&self) -> &[Markup] {
        self.details.as_ref().map_or(&[], |details| &details.tags)
    }

    /// How the source spells characters that it does not write as they are.
    pub(super) fn spellings(&self) -> &[(char, SmallRange)] {
        self.details.as_ref().map_or(&[], |details| &details.spellings)
    }

    /// The label, and what closes it.
    pub(super) fn label(&self) -> Option<(SmallRange, SmallRange)> {
        self.details.as_ref().and_then(|details| details.label)
    }

    /// The line under a heading.
    pub(super) fn underline(&self) -> Option<SmallRange> {
        self.details.as_ref().and_then(|details| details.underline)
    }

    /// How a tag behaves.
    pub(super) fn kind(&self, tag: usize) -> TagKind {
        let kinds: &[Tag] = self.details.as_ref().map_or(&[], |details| &details.kinds);
        kinds.get(tag).map_or(TagKind::Isolated, |tag| tag.kind)
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
        open: SmallRange,
        /// What closes it.
        close: SmallRange,
        /// The label, of a link that names its target by its own text: a translated text must name it beside.
        label: Option<SmallRange>,
    },
    /// One thing: a picture, code, half of a broken pair.
    Single(SmallRange),
    /// A line break, and whether a new line follows what stands for it.
    Break {
        /// Two blanks, a backslash, or `<br>`.
        mark: SmallRange,
        /// Whether the source goes on in the next line.
        ends_line: bool,
        /// What stands in between, if it does.
        between: SmallRange,
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
    pub(super) range: SmallRange,
    /// The closing one: `"`, `'` or `)`.
    pub(super) quote: char,
    /// Whether it stands in a table.
    pub(super) in_cell: bool,
}
