//! Markdown: CommonMark with the GitHub extensions, and what the dialects of site generators add to it.
//!
//! The document is read by a CommonMark parser for the places of things, and never written from the parser's events: the
//! skeleton is the source, and a merge replaces byte ranges of it.
//!
//! The way of the data: [`front_matter`] takes the head of the file; [`mask`] hides what is not CommonMark (templates,
//! directives, mathematics, JSX) behind letters of the same length; [`walk`] follows the parser and collects runs of
//! [`node`]s, which [`mod@unit`] makes segments and [`slot`]s of; [`nested`] hands blocks of HTML to the HTML filter;
//! [`mod@write`] brings a translation back: [`tokens`] become [`chunks`], [`escape`]d as their place needs, in lines
//! ([`layout`]), checked by [`probe`].
//!
//! Rules: `formats.md` section B.7. Specifications: CommonMark 0.31, GitHub Flavored Markdown 0.29.

mod chunks;
mod comments;
mod emphasis;
mod escape;
mod extras;
mod front_matter;
mod html_tags;
mod label;
mod layout;
mod mask;
mod nested;
mod node;
mod probe;
mod skeleton;
mod slot;
mod sure;
mod tail;
mod tokens;
mod unit;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use pulldown_cmark::Options as Extensions;
use terjuman_model::Segment;

use crate::sources::Sources;
use crate::text_file::TextFile;
use crate::texts::Texts;
use crate::{Extracted, FormatError, Limits, Options, Untranslated};

/// What the parser knows besides CommonMark. Mathematics, front matter and wiki links are not among it: they are
/// masked, by rules that are stricter than the parser's.
const EXTENSIONS: Extensions = Extensions::ENABLE_TABLES
    .union(Extensions::ENABLE_FOOTNOTES)
    .union(Extensions::ENABLE_STRIKETHROUGH)
    .union(Extensions::ENABLE_TASKLISTS)
    .union(Extensions::ENABLE_GFM)
    .union(Extensions::ENABLE_DEFINITION_LIST)
    .union(Extensions::ENABLE_HEADING_ATTRIBUTES);

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let (segments, skeleton) = read(bytes, options, limits)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings: Vec::new() })
}

fn read(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
) -> Result<(Vec<Segment>, skeleton::MarkdownSkeleton), FormatError> {
    let file = TextFile::read(bytes)?;
    let mut untranslated = Untranslated::default();
    let (head, values) = front_matter::read(file.text(), options, &mut untranslated);
    let mut found = Texts::of_text(file.text().len());
    found.extend(values);
    let masked = mask::mask(file.text(), head.end);
    let mut extras = extras::Extras::default();
    let labels = walk::walk(file.text(), &masked, options, limits, &mut found, &mut extras, &mut untranslated)?;
    extras.shrink_to_fit();
    // In most nothing is hidden.
    let masked = match masked.text {
        Cow::Owned(hidden) => Some(hidden),
        Cow::Borrowed(_) => None,
    };
    if found.len() > limits.segments {
        return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
    }
    // A picture's alternative text comes before the paragraph around it is finished; readers want the page's order.
    found.sort_by_key(|place: &slot::Place| {
        let range = place.range();
        (range.start, std::cmp::Reverse(range.end))
    });
    let (places, segments) = found.into_lists();
    let sources = Sources::of(&segments);
    Ok((segments, skeleton::MarkdownSkeleton { file, masked, labels, places, extras, sources, untranslated }))
}
