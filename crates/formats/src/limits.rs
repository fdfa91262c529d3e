//! Bounds on what a document may cost. Inputs are hostile: each bound is enforced while reading, before allocation.

use serde::{Deserialize, Serialize};

use crate::Format;

/// Limits of one extraction. Going past one is [`FormatError::TooComplex`](crate::FormatError::TooComplex).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Entries of a zip container. Default 10,000.
    pub zip_entries: usize,
    /// Expanded bytes of one zip entry that is read. Default 100 MiB.
    pub zip_entry_bytes: u64,
    /// Expanded bytes of all zip entries that are read. Default 400 MiB.
    pub zip_total_bytes: u64,
    /// Expanded to packed size of one entry, applied after its first 10 MiB. Default 200.
    pub zip_ratio: u64,
    /// Depth of nested XML or HTML elements. Default 1,000.
    pub depth: usize,
    /// Attributes of one element. Default 1,000.
    pub attributes: usize,
    /// Markup events of one part. Default 20 million.
    pub events: usize,
    /// Segments of one document. Default 1 million.
    pub segments: usize,
    /// Depth of nested groups in rich text. Default 500.
    pub rtf_depth: usize,
    /// Depth of nested parts and messages in a message. Default 20.
    pub mime_depth: usize,
    /// Header fields of one message or part. Default 1,000.
    pub mime_headers: usize,
    /// Columns of a table file. Default 16,384.
    pub columns: usize,
    /// Terms of one glossary. Default 100,000.
    pub glossary_terms: usize,
    /// Formats that are not taken at all, by their names in the API. Default none.
    pub refused_formats: Vec<Format>,
}

impl Limits {
    /// Whether documents of this format are taken.
    #[must_use]
    pub fn takes(&self, format: Format) -> bool {
        !self.refused_formats.contains(&format)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            zip_entries: 10_000,
            zip_entry_bytes: 100 << 20,
            zip_total_bytes: 400 << 20,
            zip_ratio: 200,
            depth: 1_000,
            attributes: 1_000,
            events: 20_000_000,
            segments: 1_000_000,
            rtf_depth: 500,
            mime_depth: 20,
            mime_headers: 1_000,
            columns: 16_384,
            glossary_terms: 100_000,
            refused_formats: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_are_not_taken_are_named_as_in_the_api() {
        let limits: Limits = serde_json::from_str(r#"{"refused_formats": ["OpenDocumentText", "csv"]}"#).unwrap();
        assert!(!limits.takes(Format::Odt) && !limits.takes(Format::Csv) && limits.takes(Format::Docx));
        let text = serde_json::to_string(&limits).unwrap();
        assert!(text.contains(r#""refused_formats":["OpenDocumentText","CSV"]"#), "{text}");
        let wrong = serde_json::from_str::<Limits>(r#"{"refused_formats": ["odt"]}"#).unwrap_err().to_string();
        assert!(wrong.contains("OpenDocumentText"), "{wrong}");
    }
}
