//! A document between extraction and merge.

use terjuman_model::{LanguageTag, Segment, TaggedText};

use crate::detect::{is_pdf, misnamed};
use crate::table::Format;
use crate::{FormatError, Limits, Options, Untranslated, Warning};

/// What a merge must know of the translation besides the segments.
#[derive(Debug, Clone)]
pub struct Target {
    /// The language the document came in, if known: `lang` attributes equal to it are changed.
    pub source_language: Option<LanguageTag>,
    /// The language the document is now in. `None` leaves every language and direction mark alone (identity).
    pub language: Option<LanguageTag>,
}

/// What is left of a document when its segments are taken out: its bytes, and where each segment goes.
pub trait Skeleton: Send + Sync {
    /// Writes the document with `translations[i]` in the place of segment `i`.
    ///
    /// `translations` has one entry for each segment, with each tag of the segment as its
    /// [`TagKind`](terjuman_model::TagKind) demands. One that equals its source leaves the bytes of the source as they are,
    /// wherever the format allows it.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged; [`FormatError::Unwritable`] if it would not be with the
    /// source in the place of one translation.
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError>;

    /// What is wrong with translations that can be written all the same: a text longer than the document allows. Asked
    /// with what [`Self::merge`] was given.
    fn flaws(&self, _translations: &[TaggedText]) -> Vec<Warning> {
        Vec::new()
    }

    /// What of the document is no segment though it may be text, and why. A format that translates all there is has
    /// nothing to say.
    fn untranslated(&self) -> Untranslated {
        Untranslated::default()
    }
}

/// A document taken apart.
pub struct Extracted {
    /// The units of translation, in reading order of the format's parts.
    pub segments: Vec<Segment>,
    /// Everything else.
    pub skeleton: Box<dyn Skeleton>,
    /// Flaws that were worked around.
    pub warnings: Vec<Warning>,
}

impl std::fmt::Debug for Extracted {
    /// Counts only: the text of documents never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extracted")
            .field("segments", &self.segments.len())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Bytes of a document, or of a part of one, that are read at all.
pub(crate) const LARGEST: usize = 1 << 30;

/// Takes a document apart.
///
/// # Errors
/// Whatever is wrong with the document: see [`FormatError`].
pub fn extract(format: Format, bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    // Places are kept in 32 bits, and decoding may make three bytes of one.
    if bytes.len() > LARGEST {
        return Err(FormatError::TooComplex { limit: LARGEST as u64, unit: "bytes" });
    }
    if is_pdf(bytes)
        && let Some(error) = misnamed(format, bytes)
    {
        return Err(error);
    }
    let extracted = (format.entry().extract)(bytes, options, limits).map_err(|error| match error {
        FormatError::Corrupt { .. } | FormatError::Encoding(_) => misnamed(format, bytes).unwrap_or(error),
        error => error,
    })?;
    if extracted.segments.len() > limits.segments {
        return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
    }
    Ok(extracted)
}
