//! Documents to measure with: one generator for each format.

mod docx;
mod odf;
mod package;
mod pages;
mod pptx;
mod rtf;
mod texts;
pub(crate) mod words;
mod xlsx;

use terjuman_formats::Format;

/// A document.
pub(crate) struct Sample {
    pub(crate) format: Format,
    pub(crate) bytes: Vec<u8>,
    /// How long its parts with text are.
    pub(crate) length: usize,
    /// How long the longest is.
    pub(crate) largest: usize,
}

impl Sample {
    fn of_text(format: Format, text: String) -> Self {
        let text = words::varied(text);
        let length = text.len();
        Self { format, bytes: text.into_bytes(), length, largest: length }
    }

    /// A container of these parts, and of others that say where they are.
    fn of_package(format: Format, texts: Vec<(String, String)>, others: &[(&str, &str)]) -> Self {
        let texts: Vec<_> = texts.into_iter().map(|(name, text)| (name, words::varied(text))).collect();
        let length = texts.iter().map(|(_, text)| text.len()).sum();
        let largest = texts.iter().map(|(_, text)| text.len()).max().unwrap_or_default();
        let mut parts = others.to_vec();
        parts.extend(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        Self { format, bytes: package::zipped(&parts), length, largest }
    }
}

/// Makes a document of about so many MiB.
type Generator = fn(usize) -> Sample;

/// Every format that is measured.
pub(crate) const SAMPLES: [(&str, Generator); 15] = [
    ("docx", docx::docx),
    ("pptx", pptx::pptx),
    ("xlsx", xlsx::xlsx),
    ("odt", odf::odt),
    ("fodt", odf::fodt),
    ("ods", odf::ods),
    ("rtf", rtf::rtf),
    ("html", pages::html),
    ("eml", pages::eml),
    ("markdown", pages::markdown),
    ("txt", texts::txt),
    ("csv", texts::csv),
    ("json", texts::json),
    ("xliff", texts::xliff),
    ("dita", texts::dita),
];
