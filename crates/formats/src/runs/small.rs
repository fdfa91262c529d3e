//! What a document keeps of its paragraphs, in 32 bits each: there are very many of them, and no part is longer
//! ([`LARGEST`](crate::document::LARGEST)).

use std::ops::Range;

use super::{Format, Literal, Span};

/// A stretch, of bytes of the part or of literals of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stretch {
    start: u32,
    end: u32,
}

fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl From<Range<usize>> for Stretch {
    fn from(range: Range<usize>) -> Self {
        Self { start: small(range.start), end: small(range.end) }
    }
}

impl From<Span> for Stretch {
    fn from(span: Span) -> Self {
        span.range().into()
    }
}

impl Stretch {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A [`Format`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    key: u32,
    properties: Stretch,
    shows_blanks: bool,
    whole: bool,
    code: bool,
}

impl From<Format> for Look {
    fn from(format: Format) -> Self {
        let Format { key, properties, shows_blanks, whole, code } = format;
        Self { key, properties: properties.into(), shows_blanks, whole, code }
    }
}

impl From<Look> for Format {
    fn from(look: Look) -> Self {
        let Look { key, properties, shows_blanks, whole, code } = look;
        Self { key, properties: properties.range().into(), shows_blanks, whole, code }
    }
}

/// A [`Literal`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) span: Stretch,
    pub(super) run: Option<Look>,
}

impl From<Literal> for Kept {
    fn from(literal: Literal) -> Self {
        Self { span: literal.span.into(), run: literal.run.map(Into::into) }
    }
}

/// White space in a format.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) text: Box<str>,
    pub(super) look: Look,
}
