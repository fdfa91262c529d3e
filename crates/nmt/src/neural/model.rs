//! The seam to whatever computes a model: tokens in, tokens and attention out.

use std::ops::Range;

pub(crate) use crate::marian::{Cancelled, Decoded, Feed, Hypothesis, Workspace};

/// A text cut into the model's tokens, without the end token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// The text as it was given.
    pub(crate) text: String,
    /// Token ids of the source vocabulary.
    pub(crate) ids: Vec<u32>,
    /// For each token, its byte range in `text`, on character boundaries and in order. White space belongs to no
    /// token.
    pub(crate) spans: Vec<Range<usize>>,
}

/// What a model made of one text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    /// Token ids of the target vocabulary, without the end token.
    pub(crate) ids: Vec<u32>,
    /// Whether the model ended by itself. If not, it was stopped at its limit and the rest is missing.
    pub(crate) complete: bool,
    /// Which source tokens each target token came from.
    pub(crate) attention: Attention,
    /// The natural logarithms of the tokens' probabilities, the end's last.
    pub(crate) log_probabilities: Vec<f32>,
}

impl From<Hypothesis> for Output {
    fn from(hypothesis: Hypothesis) -> Self {
        let attention = Attention { stride: hypothesis.source_length, weights: hypothesis.alignment };
        Self {
            ids: hypothesis.ids,
            complete: !hypothesis.truncated,
            attention,
            log_probabilities: hypothesis.log_probabilities,
        }
    }
}

/// `[target token, source token]`, `f32`: how much of each source token went into each target token, and last how much
/// went to the end token. Rows sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attention {
    /// Source tokens, and one for the end.
    pub(crate) stride: usize,
    pub(crate) weights: Vec<f32>,
}

impl Attention {
    /// Without the end token.
    pub(crate) fn row(&self, target: usize) -> &[f32] {
        &self.weights[target * self.stride..(target + 1) * self.stride - 1]
    }

    /// How much of the source's end went into a target token: next to nothing, if the token translates anything.
    pub(crate) fn end(&self, target: usize) -> f32 {
        self.weights[(target + 1) * self.stride - 1]
    }
}

/// One model for one pair of languages, loaded and shared by all threads. Deterministic: what else is under way
/// does not change an output.
pub(crate) trait Model: Send + Sync {
    /// Cuts a text into tokens. Linear in its length.
    fn encode(&self, text: &str) -> Encoded;

    /// Whether the source vocabulary can spell this character. What it cannot spell would be dropped or invented.
    fn knows(&self, character: char) -> bool;

    /// Whether titles have capitals in the language that comes out, if they have them in the one that goes in.
    fn keeps_titles(&self) -> bool {
        false
    }

    /// The decimal sign of the language that comes out.
    fn decimal_sign(&self) -> char {
        '.'
    }

    /// Whether the language that goes in writes ordinal numbers with `º` and `ª`.
    fn has_ordinal_signs(&self) -> bool {
        false
    }

    /// Translates what the feed gives, many at a time. Callers bound the lengths: the time grows faster than they do.
    ///
    /// # Errors
    /// [`Cancelled`] within a token's time after the feed says so.
    fn run(&self, feed: &mut dyn Feed, workspace: &mut Workspace) -> Result<(), Cancelled>;

    /// The output that `target` would be, to see how its words correspond to the source's. `None` if the model cannot
    /// be made to say what it is told.
    fn force(&self, _ids: &[u32], _target: &str) -> Option<Output> {
        None
    }

    /// Puts target tokens together to text. Spans are on character boundaries and in order.
    fn decode(&self, ids: &[u32]) -> Decoded;

    /// About how many bytes of memory the model holds.
    fn bytes(&self) -> usize;
}
