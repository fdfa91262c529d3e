//! Glossaries: terms that must come out as given.

use terjuman_formats::{FormatError, GlossaryFormat, Limits, read_glossary};
use terjuman_model::LanguagePair;

/// A glossary as its file came: which terms apply is known only with the languages of the document.
#[derive(Clone)]
pub struct GlossaryFile {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: GlossaryFormat,
}

/// The terms that apply to one language pair, ready to be matched.
#[derive(Clone, Default)]
pub struct Glossary {
    terms: Vec<(String, String)>,
}

impl Glossary {
    /// Reads the files; of equal source terms the first one, of the first file, wins.
    ///
    /// # Errors
    /// [`FormatError::Glossary`] for the first file that cannot be read.
    pub fn read(files: &[GlossaryFile], pair: &LanguagePair, limits: &Limits) -> Result<Self, FormatError> {
        let mut terms = Vec::new();
        for file in files {
            terms.extend(read_glossary(&file.bytes, file.format, pair, limits)?);
        }
        Ok(Self { terms })
    }

    /// Whether no term applies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
