//! Documents to measure with: one generator for each format.

mod docx;
mod odf;
mod package;
mod pages;
mod pptx;
mod rtf;
mod texts;
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
        let length = text.len();
        Self { format, bytes: text.into_bytes(), length, largest: length }
    }

    fn of_package(format: Format, bytes: Vec<u8>, length: usize, largest: usize) -> Self {
        Self { format, bytes, length, largest }
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
