//! What a document keeps of its paragraphs, in 32 bits each: there are very many of them, and no part is longer
//! ([`LARGEST`](crate::document::LARGEST)).

use super::{Format, Literal, Side, Span};
use crate::small_range::SmallRange;

impl From<Span> for SmallRange {
    fn from(span: Span) -> Self {
        span.range().into()
    }
}

/// A [`Format`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    key: u32,
    properties: SmallRange,
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
    pub(super) span: SmallRange,
    pub(super) run: Option<Look>,
    pub(super) side: Option<Side>,
}

impl From<Literal> for Kept {
    fn from(literal: Literal) -> Self {
        Self { span: literal.span.into(), run: literal.run.map(Into::into), side: literal.side }
    }
}

/// White space in a format.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) text: Box<str>,
    pub(super) look: Look,
}
