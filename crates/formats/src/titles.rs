//! The list of titles in the properties of a package (`TitlesOfParts`): what slides and documents are called, once more.
//!
//! Fonts and themes stand in the same list. So a title follows only where it says just what a segment of the document says.

use std::collections::HashMap;

use terjuman_model::{Segment, TaggedText};

use crate::package::Package;
use crate::runs::{Span, raw};
use crate::xml::{Kind, Scanner, XmlPart, escape_text, unescape};
use crate::{FormatError, Limits};

/// What relationships call the part with the list: transitional and strict.
pub(crate) const KINDS: [&str; 2] = ["extended-properties", "extendedProperties"];

/// Titles that say what a segment says.
pub(crate) struct Titles {
    part: XmlPart,
    places: Vec<(Span, usize)>,
}

impl Titles {
    /// Finds the titles that repeat one of `segments`. A list that cannot be read, or is beyond a limit, stays as it is:
    /// nobody sees it.
    pub(crate) fn read(package: &mut Package, name: &str, segments: &[Segment], limits: &Limits) -> Option<Self> {
        let part = XmlPart::decode(name, package.read(name).ok()??).ok()?;
        let titles = titles(&part, limits).ok().filter(|titles| !titles.is_empty())?;
        let mut known = HashMap::new();
        for (index, segment) in segments.iter().enumerate() {
            known.entry(segment.source.text()).or_insert(index);
        }
        let places: Vec<_> =
            titles.iter().filter_map(|(span, title)| Some((*span, *known.get(title.as_str())?))).collect();
        (!places.is_empty()).then_some(Self { part, places })
    }

    /// The part's name and new bytes, `None` if no title changes.
    pub(crate) fn write(&self, translations: &[TaggedText], changed: &[bool]) -> Option<(&str, Vec<u8>)> {
        let places = self.places.iter().filter(|(_, segment)| changed[*segment]);
        let edits: Vec<_> = places
            .map(|(span, segment)| {
                let mut text = String::new();
                escape_text(translations[*segment].text(), &mut text);
                (span.range(), text)
            })
            .collect();
        if edits.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(self.part.text.len() + 64);
        raw(&self.part.text, 0..self.part.text.len(), &edits, &mut text);
        Some((&self.part.name, self.part.encode(&text)))
    }
}

/// All titles of the list, without blanks around them, and where they stand.
fn titles(part: &XmlPart, limits: &Limits) -> Result<Vec<(Span, String)>, FormatError> {
    let mut titles = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut list = None;
    // Where the text of a title begins, if nothing but text has come since.
    let mut start = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, empty } => {
                if name.local == "TitlesOfParts" && list.is_none() {
                    list = Some(scanner.depth());
                }
                start = (list.is_some() && name.local == "lpstr" && !empty).then_some(event.range.end);
            }
            Kind::End { .. } => {
                if let Some(start) = start.take() {
                    let text = &part.text[start..event.range.start];
                    let trimmed = text.trim();
                    let from = start + (text.len() - text.trim_start().len());
                    let span = Span { start: from, end: from + trimmed.len() };
                    titles.push((span, unescape(trimmed).into_owned()));
                }
                if list == Some(scanner.depth() + 1) {
                    list = None;
                }
            }
            Kind::CData | Kind::Other => start = None,
            Kind::Text => {}
        }
    }
    Ok(titles)
}
