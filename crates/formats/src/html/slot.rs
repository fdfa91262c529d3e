//! A place in the document that a translation is written to.

use terjuman_model::{TagId, TagKind};

use super::HtmlSkeleton;
use super::attributes::Quote;
use crate::small_range::SmallRange;

/// A place for one segment: a stretch of text with its tags, or an attribute's value.
#[derive(Debug)]
pub(super) struct Slot {
    /// What is replaced. White space around the text is outside.
    pub(super) range: SmallRange,
    /// How the value is quoted; `None` outside attributes.
    pub(super) attribute: Option<Quote>,
    /// The markup of each tag, by [`TagId`].
    pub(super) tags: Box<[Markup]>,
    /// How its text is spelled where that is not as usual; most are.
    pub(super) spelled: Option<Box<Spelled>>,
}

/// How a text was spelled.
#[derive(Debug, Default)]
pub(super) struct Spelled {
    /// The texts of all pieces.
    pub(super) texts: Box<str>,
    /// The pieces of the source; empty if the usual spelling gives the same.
    pub(super) pieces: Box<[Piece]>,
    /// The references in it: a character, and where its first reference stands. In order of the characters.
    pub(super) references: Box<[(char, SmallRange)]>,
    /// The page that stands in the attribute.
    pub(super) frame: Option<Frame>,
}

/// A page in an attribute: it has as many slots as texts.
pub(super) enum Frame {
    /// At the first of them.
    Page(Box<HtmlSkeleton>),
    /// At the others, which are written with the first.
    Rest,
}

impl std::fmt::Debug for Frame {
    /// The text of documents never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Page(_)) { "Page" } else { "Rest" })
    }
}

impl Slot {
    /// The place of a page in an attribute.
    pub(super) fn of_frame(range: SmallRange, quote: Quote, frame: Frame) -> Self {
        let spelled = Some(Box::new(Spelled { frame: Some(frame), ..Spelled::default() }));
        Self { range, attribute: Some(quote), tags: Box::default(), spelled }
    }

    /// The page that stands here.
    pub(super) fn frame(&self) -> Option<&Frame> {
        self.spelled.as_ref().and_then(|spelled| spelled.frame.as_ref())
    }

    /// Notes how the one piece of this slot is spelled, if that has not been done.
    pub(super) fn keep_spelling(&mut self, text: &str) {
        if self.pieces().is_empty() {
            let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
            let spelled = self.spelled.get_or_insert_default();
            spelled.texts = text.into();
            spelled.pieces = Box::new([Piece { end, raw: self.range, joint_of: None }]);
        }
    }

    /// How the pieces of the source were spelled.
    pub(super) fn pieces(&self) -> &[Piece] {
        self.spelled.as_ref().map_or(&[], |spelled| &spelled.pieces)
    }

    /// The text of each piece.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = self.spelled.as_ref().map_or("", |spelled| &spelled.texts);
        let mut start = 0;
        self.pieces().iter().map(move |piece| {
            let text = &texts[start..piece.end as usize];
            start = piece.end as usize;
            text
        })
    }

    /// The references in it, in order of the characters.
    pub(super) fn references(&self) -> &[(char, SmallRange)] {
        self.spelled.as_ref().map_or(&[], |spelled| &spelled.references)
    }

    /// Whether the tag may cover several ranges of the translation.
    pub(super) fn may_split(&self, tag: TagId) -> bool {
        matches!(self.tags.get(tag.0 as usize), Some(Markup::Pair(Pair { kind: TagKind::Format, .. })))
    }
}

/// A piece of the source's text.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where its text ends in the texts of all pieces.
    pub(super) end: u32,
    /// How it was spelled.
    pub(super) raw: SmallRange,
    /// Set if the spelling holds `</b><b>`: it fits only directly inside this tag, or outside all tags of the slot if the
    /// pair stands around the whole of it.
    pub(super) joint_of: Option<Option<TagId>>,
}

/// What a tag is in the document.
#[derive(Debug, Clone)]
pub(super) enum Markup {
    /// A start and an end tag.
    Pair(Pair),
    /// One thing, written as it is: an image, a comment, half of a broken pair, protected text with its tags.
    Single(SmallRange),
}

/// A start and an end tag.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) kind: TagKind,
    pub(super) open: SmallRange,
    /// White space directly inside the start tag, when it begins the segment.
    pub(super) space_after_open: u32,
    pub(super) close: SmallRange,
    /// White space directly before the end tag, when it ends the segment.
    pub(super) space_before_close: u32,
    /// The `id` attribute with the white space before it: copies of the tag go without.
    pub(super) id: Option<SmallRange>,
}
