//! Glossary files: CSV, TSV and XLIFF into pairs of terms.

use terjuman_model::LanguagePair;

use crate::{FormatError, Limits};

/// A glossary's file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum GlossaryFormat {
    /// Two columns, comma.
    Csv,
    /// Two columns, tab.
    Tsv,
    /// XLIFF 1.x or 2.x.
    Xliff,
}

/// Reads the terms: source term, target term, in the file's order, blanks around them trimmed.
///
/// An XLIFF file whose languages do not fit `pair` has no terms.
///
/// # Errors
/// [`FormatError::Glossary`], naming the row.
pub fn read_glossary(
    _bytes: &[u8],
    _format: GlossaryFormat,
    _pair: &LanguagePair,
    _limits: &Limits,
) -> Result<Vec<(String, String)>, FormatError> {
    Ok(Vec::new())
}
