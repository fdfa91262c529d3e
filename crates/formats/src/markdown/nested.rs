//! Blocks and tags of HTML, handed to the HTML filter as documents of their own.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::slot::{Part, Place, Segments};
use crate::{Extracted, FormatError, Limits, Options, Skeleton, Target, html};

/// HTML inside the document.
pub(super) struct Nested {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// How many segments it has.
    pub(super) segments: usize,
    /// What stands in front of each line but the first, where something does.
    prefix: Option<Range<usize>>,
    skeleton: Box<dyn Skeleton>,
}

/// In front of the HTML, so that it is taken for UTF-8 whatever it says itself: it is decoded already.
const MARK: &str = "\u{feff}";

/// Reads the HTML on these lines, each from its first character that is part of it.
///
/// # Errors
/// [`FormatError::TooComplex`]; HTML that cannot be read is left as it is.
pub(super) fn read(
    text: &str,
    lines: &[Range<usize>],
    options: &Options,
    limits: &Limits,
) -> Result<Option<Part>, FormatError> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(None) };
    if !text[first.start..last.end].contains(char::is_alphabetic) {
        return Ok(None);
    }
    let mut html = String::from(MARK);
    let mut prefix = None;
    let mut at = first.start;
    for line in lines {
        // The parser leaves out the first half of a line end of two characters.
        match &text[at..line.start] {
            gap @ ("" | "\r") => html.push_str(gap),
            _ => prefix = prefix.or(Some(at..line.start)),
        }
        html.push_str(&text[line.clone()]);
        at = line.end;
    }
    match html::extract(html.as_bytes(), options, limits) {
        Ok(Extracted { segments, .. }) if segments.is_empty() => Ok(None),
        Ok(Extracted { segments, skeleton, .. }) => {
            let nested = Nested { range: first.start..last.end, segments: segments.len(), prefix, skeleton };
            Ok(Some(Part { place: Place::Nested(Box::new(nested)), segments: Segments::Many(segments) }))
        }
        Err(error @ FormatError::TooComplex { .. }) => Err(error),
        Err(_) => Ok(None),
    }
}

impl Nested {
    /// The HTML with its translations.
    pub(super) fn merge(
        &self,
        text: &str,
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<String, FormatError> {
        let merged = String::from_utf8(self.skeleton.merge(translations, target)?)
            .map_err(|_| FormatError::Verification("a block of HTML did not come back as UTF-8".into()))?;
        let html = merged.strip_prefix(MARK).unwrap_or(&merged);
        let Some(prefix) = &self.prefix else { return Ok(html.to_owned()) };
        let mut out = String::with_capacity(html.len() + 64);
        for (index, line) in html.split_inclusive('\n').enumerate() {
            if index > 0 {
                out.push_str(&text[prefix.clone()]);
            }
            out.push_str(line);
        }
        Ok(out)
    }
}
