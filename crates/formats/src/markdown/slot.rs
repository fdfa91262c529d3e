//! Places in the document that translations are written to.

use std::ops::Range;

use terjuman_model::{Segment, TagKind};

use super::extras::{ExtraId, Extras};
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
    Inline(Stretch),
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

/// There is one for each text.
const _: () = assert!(size_of::<Place>() == 16);

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

/// A stretch of inline Markdown, as it is kept.
pub(super) struct Stretch {
    /// What is replaced: without white space, things and tags around all of the words.
    pub(super) range: SmallRange,
    /// Where it stands.
    pub(super) context: Context,
    /// Whether it begins where a block's text begins, and what it begins with could be taken for markup of a block.
    pub(super) starts_block: bool,
    /// Whether it is all that a link shows.
    pub(super) in_link: bool,
    /// What most do not have.
    pub(super) extra: Option<ExtraId>,
}

impl Stretch {
    /// The stretch with what it has besides its words.
    pub(super) fn slot<'a>(&self, extras: &'a Extras) -> Slot<'a> {
        let Self { range, context, starts_block, in_link, extra } = *self;
        Slot { range, context, starts_block, in_link, extra, extras }
    }
}

/// A stretch of inline Markdown.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) range: SmallRange,
    pub(super) context: Context,
    pub(super) starts_block: bool,
    pub(super) in_link: bool,
    extra: Option<ExtraId>,
    extras: &'a Extras,
}

impl<'a> Slot<'a> {
    /// What stands between two lines of text that goes on: the line end, and what the next line has in front of its
    /// words.
    pub(super) fn between(&self) -> &'a [SmallRange] {
        self.extra.map_or(&[], |extra| self.extras.between(extra))
    }

    /// The markup of each tag, by its id.
    pub(super) fn tags(&self) -> &'a [Markup] {
        self.extra.map_or(&[], |extra| self.extras.tags(extra))
    }

    /// How the source spells characters that it does not write as they are.
    pub(super) fn spellings(&self) -> &'a [(char, SmallRange)] {
        self.extra.map_or(&[], |extra| self.extras.spellings(extra))
    }

    /// Of a picture or link that names its target by this text: the label, and what closes it.
    pub(super) fn label(&self) -> Option<(SmallRange, SmallRange)> {
        self.extra.and_then(|extra| self.extras.rare(extra)).and_then(|rare| rare.label)
    }

    /// The line under a heading, if it is as long as the heading is wide.
    pub(super) fn underline(&self) -> Option<SmallRange> {
        self.extra.and_then(|extra| self.extras.rare(extra)).and_then(|rare| rare.underline)
    }

    /// How a tag behaves.
    pub(super) fn kind(&self, tag: usize) -> TagKind {
        let kinds = self.extra.map_or(&[][..], |extra| self.extras.kinds(extra));
        kinds.get(tag).copied().unwrap_or(TagKind::Isolated)
    }

    /// What a protected tag shows.
    pub(super) fn shown(&self, tag: usize) -> &'a str {
        match self.tags().get(tag) {
            Some(Markup::Kept { shown, .. }) => self.extras.shown(*shown),
            _ => "",
        }
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
        /// Whether it is a link that names its target by its own text: a translated text must name it beside.
        names_itself: bool,
    },
    /// One thing: a picture, half of a broken pair.
    Single(SmallRange),
    /// One thing whose words are not translated: code, an address.
    Kept {
        /// Where it stands.
        range: SmallRange,
        /// What it shows, in [`Extras::shown`].
        shown: SmallRange,
    },
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
    pub(super) count: u8,
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
    pub(super) quote: u8,
    /// Whether it stands in a table.
    pub(super) in_cell: bool,
}
