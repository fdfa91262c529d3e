//! Places in a part that translations are written to.

use terjuman_model::{TagId, TaggedText};

use super::escapes;
use super::formulas::column;
use super::rich::{RichSlot, cut, text_element};
use super::units::{Markup, flat, place_of};
use crate::FormatError;
use crate::runs::Span;
use crate::xml::{escape_attribute, escape_text};

/// The longest text of a cell, in UTF-16 units.
const CELL: usize = 32_767;

/// A place.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) span: Span,
    pub(super) shape: Shape,
}

/// How what stands at a place is spelled.
#[derive(Debug)]
pub(super) enum Shape {
    /// A string in runs.
    Rich { segment: usize, rich: Box<RichSlot> },
    /// A string without runs: a text element.
    String { segment: usize, around: Option<Box<Around>> },
    /// A text element made of pieces.
    Text(Box<[Bit]>),
    /// The text of an element.
    Element(Box<[Bit]>),
    /// The value of an attribute, in at most so many UTF-16 units.
    Attribute(Box<[Bit]>, usize),
    /// A formula.
    Formula(Box<[Bit]>),
    /// The choices of a validation, as a string in a formula.
    Choices(Box<[Bit]>),
    /// A header or footer.
    Header(Box<[Bit]>),
    /// Where a name stands that a comment mentions, or its length: numbers that follow the comment's text.
    Mention { segment: usize, tag: TagId, before: usize, is_length: bool },
}

/// White space around a text.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) before: Box<str>,
    pub(super) after: Box<str>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bit {
    Literal(Box<str>),
    Segment(usize),
    /// A segment as the name of a column in a formula.
    Column(usize),
    /// A segment in a string of a formula.
    Choice(usize),
}

/// What a text is translated to.
pub(super) struct Translated<'a> {
    pub(super) translations: &'a [TaggedText],
    pub(super) markup: &'a [Box<[Markup]>],
}

impl Translated<'_> {
    /// A segment's translation as text without formats.
    pub(super) fn flat(&self, segment: usize) -> Result<String, FormatError> {
        flat(&self.translations[segment], &self.markup[segment])
    }
}

impl Slot {
    /// A text around which blanks stay: its segment is that of the trimmed text.
    pub(super) fn bits(text: &str, segment: usize) -> Box<[Bit]> {
        let start = text.len() - text.trim_start().len();
        let end = text.trim_end().len().max(start);
        let literal = |text: &str| (!text.is_empty()).then(|| Bit::Literal(text.into()));
        [literal(&text[..start]), Some(Bit::Segment(segment)), literal(&text[end..])].into_iter().flatten().collect()
    }

    /// The segments that are written here.
    pub(super) fn segments(&self) -> impl Iterator<Item = usize> {
        let (one, bits): (Option<usize>, &[Bit]) = match &self.shape {
            Shape::Rich { segment, .. } | Shape::String { segment, .. } | Shape::Mention { segment, .. } => {
                (Some(*segment), &[])
            }
            Shape::Text(bits)
            | Shape::Element(bits)
            | Shape::Attribute(bits, _)
            | Shape::Formula(bits)
            | Shape::Choices(bits)
            | Shape::Header(bits) => (None, bits),
        };
        one.into_iter().chain(bits.iter().filter_map(|bit| match bit {
            Bit::Segment(segment) | Bit::Column(segment) | Bit::Choice(segment) => Some(*segment),
            Bit::Literal(_) => None,
        }))
    }

    /// What the place holds in the translation.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if a tag is lost or doubled.
    pub(super) fn write(&self, source: &str, prefix: &str, with: &Translated<'_>) -> Result<String, FormatError> {
        let mut out = String::new();
        match &self.shape {
            Shape::Rich { segment, rich } => {
                out = rich.write(source, prefix, &with.translations[*segment], &with.markup[*segment], CELL)?;
            }
            Shape::String { segment, around } => {
                let mut text = with.flat(*segment)?;
                if let Some(around) = around {
                    text = format!("{}{text}{}", around.before, around.after);
                }
                text_element(prefix, &cut(&text, CELL), &mut out);
            }
            Shape::Text(bits) => text_element(prefix, &cut(&joined(bits, with)?, CELL), &mut out),
            Shape::Element(bits) => {
                escape_text(&escapes::encode(&cut(&joined(bits, with)?, CELL), &[]), &mut out);
            }
            Shape::Attribute(bits, limit) => {
                let text = cut(&joined(bits, with)?, *limit);
                escape_attribute(&escapes::encode(&text, &['\n', '\t']), &mut out);
            }
            Shape::Formula(bits) | Shape::Choices(bits) => escape_text(&joined(bits, with)?, &mut out),
            Shape::Header(bits) => escape_text(&escapes::encode(&header(bits, with)?, &[]), &mut out),
            Shape::Mention { segment, tag, before, is_length } => {
                let (start, length) = place_of(&with.translations[*segment], &with.markup[*segment], *tag)?;
                out = if *is_length { length } else { before + start }.to_string();
            }
        }
        Ok(out)
    }
}

/// The text of the pieces.
pub(super) fn joined(bits: &[Bit], with: &Translated<'_>) -> Result<String, FormatError> {
    let mut out = String::new();
    for bit in bits {
        match bit {
            Bit::Literal(text) => out.push_str(text),
            Bit::Segment(segment) => out.push_str(&with.flat(*segment)?),
            Bit::Column(segment) => out.push_str(&column(&with.flat(*segment)?)),
            Bit::Choice(segment) => out.push_str(&with.flat(*segment)?.replace('"', "\"\"")),
        }
    }
    Ok(out)
}

/// The longest header or footer: three sections.
const HEADER: usize = 255;

/// A header with its codes. Ampersands of the text are doubled, and digits behind a font size are set apart from it. One
/// that gets too long for a spreadsheet keeps its words.
fn header(bits: &[Bit], with: &Translated<'_>) -> Result<String, FormatError> {
    use terjuman_model::Piece;
    let mut out = String::new();
    for bit in bits {
        let Bit::Segment(segment) = bit else {
            if let Bit::Literal(text) = bit {
                out.push_str(text);
            }
            continue;
        };
        // Checks the tags.
        with.flat(*segment)?;
        for piece in with.translations[*segment].pieces() {
            match piece {
                Piece::Text(text) => {
                    if ends_with_size(&out) && text.starts_with(|c: char| c.is_ascii_digit()) {
                        out.push(' ');
                    }
                    out.push_str(&text.replace('&', "&&"));
                }
                Piece::Mark(_, tag) => {
                    if let Some(Markup::Break(text) | Markup::Code(text)) = with.markup[*segment].get(tag.0 as usize) {
                        out.push_str(text);
                    }
                }
            }
        }
    }
    Ok(out)
}

/// Whether a header ends with the code of a font size: `&12`.
fn ends_with_size(header: &str) -> bool {
    let stem = header.trim_end_matches(|c: char| c.is_ascii_digit());
    let ampersands = stem.len() - stem.trim_end_matches('&').len();
    stem.len() < header.len() && ampersands % 2 == 1
}

/// The source of a header that would get too long.
pub(super) fn is_too_long(header: &str) -> bool {
    header.encode_utf16().count() > HEADER
}
