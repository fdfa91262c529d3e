//! Glossary files: CSV, TSV and XLIFF into pairs of terms (`api.md` section 16).
//!
//! A reader gives the terms as they stand in the file; which of two equal ones wins, and where a term matches, is
//! decided by whoever applies them.

mod languages;
mod table;
mod xliff;

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
/// Pairs of which one side is empty are left out. An XLIFF file whose languages do not fit `pair` has no terms.
///
/// # Errors
/// [`FormatError::Glossary`], naming the row.
pub fn read_glossary(
    bytes: &[u8],
    format: GlossaryFormat,
    pair: &LanguagePair,
    limits: &Limits,
) -> Result<Vec<(String, String)>, FormatError> {
    match format {
        GlossaryFormat::Csv => table::read(bytes, ',', limits),
        GlossaryFormat::Tsv => table::read(bytes, '\t', limits),
        GlossaryFormat::Xliff => xliff::read(bytes, pair, limits),
    }
}

/// The terms read so far.
struct Terms<'a> {
    terms: Vec<(String, String)>,
    limits: &'a Limits,
}

impl<'a> Terms<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self { terms: Vec::new(), limits }
    }

    /// Adds a pair, unless one side of it is blank.
    fn add(&mut self, source: &str, target: &str) -> Result<(), FormatError> {
        let (source, target) = (source.trim(), target.trim());
        if source.is_empty() || target.is_empty() {
            return Ok(());
        }
        if self.terms.len() >= self.limits.glossary_terms {
            return Err(FormatError::Glossary(format!("it has more than {} terms", self.limits.glossary_terms)));
        }
        self.terms.push((source.to_owned(), target.to_owned()));
        Ok(())
    }
}

/// Whatever keeps a glossary from being text is the glossary's fault, not the document's.
fn not_text(error: FormatError) -> FormatError {
    match error {
        FormatError::Encoding(what) => FormatError::Glossary(format!("its text cannot be decoded: {what}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair() -> LanguagePair {
        LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for format in [GlossaryFormat::Csv, GlossaryFormat::Tsv, GlossaryFormat::Xliff] {
                let read = read_glossary(&bytes, format, &pair(), &Limits::default());
                prop_assert!(matches!(read, Ok(_) | Err(FormatError::Glossary(_))));
            }
        }

        #[test]
        fn anything_like_a_table_or_xliff_is_read_or_refused(
            table in "[a\", \t\r\n]{0,40}",
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "<xliff version='1.2'>", "<xliff version=\"2.0\" srcLang='en'>", "<file>", "<trans-unit>", "<segment>",
                "<source>", "a", " &amp; ", "&#0;", "&x;", "<![CDATA[b]]>", "<ph>", "</ph>", "</source>", "<target>",
                "</target>", "</segment>", "</trans-unit>", "</file>", "</xliff>", "<!-- -->", "<?x?>", "<!DOCTYPE a>",
            ]), 0..16),
        ) {
            for format in [GlossaryFormat::Csv, GlossaryFormat::Tsv] {
                let read = read_glossary(table.as_bytes(), format, &pair(), &Limits::default());
                prop_assert!(matches!(read, Ok(_) | Err(FormatError::Glossary(_))));
            }
            let read = read_glossary(parts.concat().as_bytes(), GlossaryFormat::Xliff, &pair(), &Limits::default());
            prop_assert!(matches!(read, Ok(_) | Err(FormatError::Glossary(_))));
        }
    }
}
