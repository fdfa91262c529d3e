//! stub
use std::ops::Range;

pub(super) struct Masked {
    pub(super) text: String,
    pub(super) spans: Vec<Span>,
    pub(super) tags: Vec<Range<usize>>,
}
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) kind: SpanKind,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanKind {
    Text,
    Thing,
    Open,
    Close,
}
pub(super) fn mask(text: &str, _head: Range<usize>) -> Masked {
    Masked { text: text.to_owned(), spans: Vec::new(), tags: Vec::new() }
}
