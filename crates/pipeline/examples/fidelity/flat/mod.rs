//! Readers of what is no package: pages, messages, Markdown, rich text, XLIFF, DITA, JSON. They know the specifications and nothing of the
//! filters, as those of `read`.

mod dita;
mod html;
mod json;
mod mail;
mod markdown;
mod msg;
mod rtf;
mod xliff;

pub(crate) use json::without_syntax;
use std::collections::BTreeMap;

use terjuman_formats::Format;

/// What a document shows, and what it is made of besides.
#[derive(Default)]
pub(crate) struct Seen {
    /// One for each paragraph or value.
    pub(crate) texts: Vec<String>,
    /// How often each thing occurs that a translation must keep.
    pub(crate) elements: BTreeMap<String, isize>,
}

impl Seen {
    fn element(&mut self, name: String) {
        *self.elements.entry(name).or_insert(0) += 1;
    }

    /// Ends a paragraph.
    fn end(&mut self, text: &mut String) {
        let text = std::mem::take(text);
        if !text.trim().is_empty() {
            self.texts.push(text);
        }
    }
}

/// Reads a document; `None` if its format is read elsewhere. `original` says which units of an XLIFF file waited for a
/// translation.
pub(crate) fn seen(format: Format, bytes: &[u8], original: &[u8]) -> Option<Seen> {
    let mut seen = Seen::default();
    match format {
        Format::Dita => dita::read(&String::from_utf8_lossy(bytes), &mut seen),
        Format::Json => json::read(bytes, &mut seen),
        Format::Html => html::read(&String::from_utf8_lossy(bytes), &mut seen),
        Format::Eml | Format::Mhtml => mail::read(bytes, &mut seen),
        Format::Markdown => markdown::read(&String::from_utf8_lossy(bytes), &mut seen),
        Format::Msg => msg::read(bytes, &mut seen),
        Format::Rtf => rtf::read(bytes, false, &mut seen),
        Format::Xliff => xliff::read(&String::from_utf8_lossy(bytes), &String::from_utf8_lossy(original), &mut seen),
        _ => return None,
    }
    Some(seen)
}

/// As [`seen`], with the very characters.
pub(crate) fn seen_exactly(format: Format, bytes: &[u8], original: &[u8]) -> Option<Seen> {
    if format != Format::Rtf {
        return seen(format, bytes, original);
    }
    let mut seen = Seen::default();
    rtf::read(bytes, true, &mut seen);
    Some(seen)
}

/// The first thing that occurs more or less often in `after`.
pub(crate) fn difference(before: &Seen, after: &Seen) -> Option<String> {
    let mut counts = before.elements.clone();
    for (element, count) in &after.elements {
        *counts.entry(element.clone()).or_insert(0) -= count;
    }
    let (element, count) = counts.iter().find(|(_, count)| **count != 0)?;
    Some(format!("{} {count:+}", element.chars().take(120).collect::<String>()))
}
