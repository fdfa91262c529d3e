//! Bounds on what is asked of an engine and taken from it.

/// Limits of the translation of one document; those of its extraction are [`Limits`](crate::Limits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineLimits {
    /// Source bytes of one call. More calls mean a shorter wait for progress and cancellation and less memory, fewer
    /// let the engine fill its batches better. Default 1 MiB.
    pub call_bytes: usize,
    /// Units of one call. Default 65,536.
    pub call_units: usize,
    /// How many times as long as its source a translation may be, in bytes: what is longer is a loop. Default 8, since
    /// a byte of one script may take three in another.
    pub growth: usize,
    /// Percent of the words that may keep their source text before the document fails. Default 50.
    pub kept_percent: usize,
    /// Words that may keep their source text whatever the share: a title alone does not fail a document. Default 10.
    pub kept_words: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self { call_bytes: 1 << 20, call_units: 1 << 16, growth: 8, kept_percent: 50, kept_words: 10 }
    }
}
