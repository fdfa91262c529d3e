//! The seam to whatever computes a model: tokens in, tokens and attention out.

use std::ops::Range;

/// A text cut into the model's tokens, without the end token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// The text as it was given.
    pub(crate) text: String,
    /// Token ids of the source vocabulary.
    pub(crate) ids: Vec<u32>,
    /// For each token, its byte range in `text`, on character boundaries and in order. White space belongs to no
    /// token, or to the one after it.
    pub(crate) spans: Vec<Range<usize>>,
}

/// What a model made of one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    /// Token ids of the target vocabulary, without the end token.
    pub(crate) ids: Vec<u32>,
    /// Whether the model ended by itself. If not, it was stopped at its limit and the rest is missing.
    pub(crate) complete: bool,
    /// Which source tokens each target token came from, if that was asked for.
    pub(crate) attention: Option<Attention>,
}

/// `[target token, source token]`, `f32`: how much of each source token went into each target token. Rows sum to at
/// most 1; what is missing went to the end token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attention {
    pub(crate) width: usize,
    pub(crate) weights: Vec<f32>,
}

impl Attention {
    pub(crate) fn row(&self, target: usize) -> &[f32] {
        &self.weights[target * self.width..(target + 1) * self.width]
    }
}

/// Detokenized output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// For each token, its byte range in `text`, on character boundaries and in order.
    pub(crate) spans: Vec<Range<usize>>,
}

/// One model for one pair of languages, loaded and shared by all threads. Deterministic: what else is in a batch does
/// not change an output.
pub(crate) trait Model: Send + Sync {
    /// Cuts a text into tokens. Linear in its length.
    fn encode(&self, text: &str) -> Encoded;

    /// Whether the source vocabulary can spell this character. What it cannot spell would be dropped or invented.
    fn knows(&self, character: char) -> bool;

    /// Whether the vocabulary's normalisation makes nothing of this character, as of a zero-width joiner.
    fn ignores(&self, character: char) -> bool;

    /// Translates a batch of texts of like length; one output each, in order. Callers bound the lengths: the time
    /// grows faster than they do.
    fn run(&self, batch: &[&Encoded], aligned: bool) -> Vec<Output>;

    /// Puts target tokens together to text.
    fn decode(&self, ids: &[u32]) -> Decoded;

    /// About how many bytes of memory the model holds.
    fn bytes(&self) -> usize;
}
