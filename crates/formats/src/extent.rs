//! How much of a document a merge writes: what changed, or for tests all of it.

use terjuman_model::TaggedText;

use crate::FormatError;
use crate::sources::Sources;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Texts that changed.
    Changed,
    /// Everything: for tests of what writes.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests write what has not changed"))]
    All,
}

impl Extent {
    /// Whether each text is written.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if there is not one translation for each source.
    pub(crate) fn written(self, translations: &[TaggedText], sources: &Sources) -> Result<Vec<bool>, FormatError> {
        if translations.len() != sources.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        Ok(match self {
            Self::All => vec![true; translations.len()],
            Self::Changed => {
                translations.iter().enumerate().map(|(segment, new)| !sources.is_same(segment, new)).collect()
            }
        })
    }
}
