//! The segments of a workbook, and what their tags are.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use terjuman_model::{Edge, Piece, Segment, TagId, TagKind, TaggedText};

use crate::{FormatError, Limits};

/// What a tag is in the workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Markup {
    /// Another format than the text around: the index of one of the string's formats.
    Format(u32),
    /// A line break with the blanks around it.
    Break(Box<str>),
    /// A code of a header or footer.
    Code(Box<str>),
    /// The name of somebody whom a comment mentions.
    Name,
}

/// A segment with what its tags are.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) segment: Segment,
    pub(super) markup: Vec<Markup>,
}

impl Unit {
    /// Adds text, with its line breaks as tags.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(line_end) = rest.find(['\n', '\r']) {
            let start = rest[..line_end].trim_end().len();
            let end = rest.len() - rest[line_end..].trim_start().len();
            self.segment.source.push_str(&rest[..start]);
            self.point(TagKind::Break, Markup::Break(rest[start..end].into()));
            rest = &rest[end..];
        }
        self.segment.source.push_str(rest);
    }

    /// Adds something that stands at a place.
    pub(super) fn point(&mut self, kind: TagKind, markup: Markup) {
        let tag = self.segment.add_tag(kind);
        self.markup.push(markup);
        self.segment.source.point(tag);
    }
}

/// All segments, as they are found.
pub(super) struct Units {
    pub(super) segments: Vec<Segment>,
    pub(super) markup: Vec<Box<[Markup]>>,
    /// Segments of plain texts by the sums of these: no text is kept twice.
    by_sum: HashMap<u64, usize>,
    sums: RandomState,
    limit: usize,
}

impl Units {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            segments: Vec::new(),
            markup: Vec::new(),
            by_sum: HashMap::new(),
            sums: RandomState::new(),
            limit: limits.segments,
        }
    }

    /// Adds a segment.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] if there are too many.
    pub(super) fn add(&mut self, unit: Unit) -> Result<usize, FormatError> {
        if self.segments.len() >= self.limit {
            return Err(FormatError::TooComplex { limit: self.limit as u64, unit: "segments" });
        }
        let mut segment = unit.segment;
        segment.shrink_to_fit();
        self.segments.push(segment);
        self.markup.push(unit.markup.into());
        Ok(self.segments.len() - 1)
    }

    /// The segment of a text without formats: one for all texts that are equal.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub(super) fn plain(&mut self, text: &str) -> Result<usize, FormatError> {
        let sum = self.sums.hash_one(text);
        if let Some(&index) = self.by_sum.get(&sum)
            && self.says(index, text)
        {
            return Ok(index);
        }
        let mut unit = Unit::default();
        unit.text(text);
        let index = self.add(unit)?;
        self.by_sum.insert(sum, index);
        Ok(index)
    }

    /// Whether a segment without formats is this text.
    fn says(&self, segment: usize, text: &str) -> bool {
        let mut rest = Some(text);
        for piece in self.segments[segment].source.pieces() {
            let next = match piece {
                Piece::Text(text) => text,
                Piece::Mark(_, tag) => match self.markup[segment].get(tag.0 as usize) {
                    Some(Markup::Break(text) | Markup::Code(text)) => text,
                    _ => return false,
                },
            };
            rest = rest.and_then(|rest| rest.strip_prefix(next));
        }
        rest == Some("")
    }
}

/// A translation as text without formats.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is lost or doubled.
pub(super) fn flat(translation: &TaggedText, markup: &[Markup]) -> Result<String, FormatError> {
    let mut out = String::with_capacity(translation.text().len());
    let mut points = 0;
    for piece in translation.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Point, tag) => match markup.get(tag.0 as usize) {
                Some(Markup::Break(text) | Markup::Code(text)) => {
                    points += 1;
                    out.push_str(text);
                }
                _ => return Err(lost()),
            },
            Piece::Mark(..) => {}
        }
    }
    let expected = markup.iter().filter(|markup| matches!(markup, Markup::Break(_) | Markup::Code(_))).count();
    if points == expected { Ok(out) } else { Err(lost()) }
}

/// Where a pair begins in what [`flat`] makes of a translation, and how long what is in it is: in UTF-16 units.
///
/// # Errors
/// [`FormatError::Verification`] if the pair is lost.
pub(super) fn place_of(
    translation: &TaggedText,
    markup: &[Markup],
    wanted: TagId,
) -> Result<(usize, usize), FormatError> {
    let (mut units, mut start) = (0, None);
    for piece in translation.pieces() {
        match (piece, start) {
            (Piece::Text(text), _) => units += text.encode_utf16().count(),
            (Piece::Mark(Edge::Open, tag), None) if tag == wanted => start = Some(units),
            (Piece::Mark(Edge::Close, tag), Some(start)) if tag == wanted => return Ok((start, units - start)),
            (Piece::Mark(Edge::Point, tag), _) => {
                if let Some(Markup::Break(text) | Markup::Code(text)) = markup.get(tag.0 as usize) {
                    units += text.encode_utf16().count();
                }
            }
            (Piece::Mark(..), _) => {}
        }
    }
    Err(lost())
}

pub(super) fn lost() -> FormatError {
    FormatError::Verification("a tag was lost or doubled in a translation".into())
}
