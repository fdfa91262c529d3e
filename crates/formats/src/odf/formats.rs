//! The formats of a part's text: chains of spans, those that look the same under one number.

use std::collections::HashMap;

use super::styles::Significance;
use crate::runs::Format;

/// All formats. Number 0 is text in no span.
#[derive(Debug)]
pub(super) struct Formats {
    chains: Vec<Chain>,
    numbers: HashMap<(u32, Significance), u32>,
}

#[derive(Debug, Clone, Default)]
struct Chain {
    /// The format of the text around the span.
    outer: u32,
    /// Spans around the text.
    depth: usize,
    shows_blanks: bool,
    code: bool,
    /// How the span begins and ends: what the first one of this look was spelled as.
    start: Box<str>,
    end: Box<str>,
}

/// A span that makes a difference.
#[derive(Debug)]
pub(super) struct Span<'a> {
    /// Equal for spans that look the same.
    pub(super) significance: Significance,
    /// White space shows in it.
    pub(super) shows_blanks: bool,
    /// It looks like code; `None` as what is around it.
    pub(super) code: Option<bool>,
    /// The element's name as it is written.
    pub(super) name: &'a str,
    /// Its attributes as they are written, each with a blank before it.
    pub(super) attributes: String,
}

/// Spans within spans that make a difference: every piece of text is spelled with all of them.
const DEPTH: usize = 16;

impl Default for Formats {
    fn default() -> Self {
        Self { chains: vec![Chain::default()], numbers: HashMap::new() }
    }
}

impl Formats {
    /// The format of text in a span that stands in text of the format `outer`.
    pub(super) fn within(&mut self, outer: u32, span: Span<'_>) -> u32 {
        let around = &self.chains[outer as usize];
        if span.significance == Significance::None || around.depth >= DEPTH {
            return outer;
        }
        let chain = Chain {
            outer,
            depth: around.depth + 1,
            shows_blanks: around.shows_blanks || span.shows_blanks,
            code: span.code.unwrap_or(around.code),
            start: format!("<{}{}>", span.name, span.attributes).into(),
            end: format!("</{}>", span.name).into(),
        };
        let next = u32::try_from(self.chains.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry((outer, span.significance)).or_insert(next);
        if number == next {
            self.chains.push(chain);
        }
        number
    }

    /// As a run's format.
    pub(super) fn format(&self, number: u32) -> Format {
        let Chain { shows_blanks, code, .. } = self.chains[number as usize];
        Format { key: number, shows_blanks, code, ..Format::default() }
    }

    /// Writes the start tags of all spans of the format.
    pub(super) fn start(&self, number: u32, out: &mut String) {
        let mut starts = Vec::new();
        let mut chain = &self.chains[number as usize];
        while chain.depth > 0 {
            starts.push(&chain.start);
            chain = &self.chains[chain.outer as usize];
        }
        starts.iter().rev().for_each(|start| out.push_str(start));
    }

    /// Writes their end tags.
    pub(super) fn end(&self, number: u32, out: &mut String) {
        let mut chain = &self.chains[number as usize];
        while chain.depth > 0 {
            out.push_str(&chain.end);
            chain = &self.chains[chain.outer as usize];
        }
    }
}
