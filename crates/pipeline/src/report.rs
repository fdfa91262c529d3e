//! What happened to a document, as numbers.

use serde::{Deserialize, Serialize};

/// Counts of one translation. Never holds the document's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Segments with something to translate.
    pub segments: usize,
    /// Sentences that the engine was given, after equal ones were folded.
    pub sentences: usize,
    /// Source words of the segments.
    pub words: usize,
    /// Tags of the segments.
    pub tags: usize,
    /// Segments whose tags could not be projected by word links and were placed by the fallback.
    pub repaired: usize,
    /// Units that kept their source text because the engine could not do better.
    pub kept_as_source: usize,
    /// Occurrences of glossary terms in the source that stand in the translation.
    pub glossary_hits: usize,
    /// Occurrences of glossary terms that could not be enforced.
    pub glossary_misses: usize,
    /// Flaws of the document that were worked around.
    pub warnings: usize,
}
