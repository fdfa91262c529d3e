//! The seam between documents and engines.

use std::ops::Range;

use terjuman_model::LanguagePair;

/// Which language pairs an engine translates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pairs {
    /// Every pair.
    Any,
    /// Just these, pivots included.
    Only(Vec<LanguagePair>),
}

/// What an engine wants to be handed at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Whole segments.
    Segment,
    /// One sentence at a time.
    Sentence,
}

/// A stretch of the source that must come out as a given text: a placeholder, an address, a glossary's term.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fixed {
    /// Byte range in [`Source::text`], on character boundaries, not empty.
    pub range: Range<usize>,
    /// What stands in the translation for it, verbatim.
    pub text: String,
}

/// One unit to translate: clean text, no markup.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// The text, without white space at its ends.
    pub text: String,
    /// Ordered, not overlapping.
    pub fixed: Vec<Fixed>,
    /// Whether [`Translated::links`] are needed: there are tags to project.
    pub linked: bool,
}

/// Words of the source and the words of the translation that came from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Byte range in the source text, on character boundaries.
    pub source: Range<usize>,
    /// Byte range in the translation, on character boundaries.
    pub target: Range<usize>,
}

/// How sure an engine was of a translation, by its own reckoning.
///
/// It compares translations of one text by one engine; across engines, and across texts of very different lengths, it says
/// little.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The natural logarithm of the translation's probability: each token's among those that were weighed, after the tokens
    /// before it, all added up. For a way over two models, of both.
    pub log_probability: f32,
    /// Tokens that it adds up, ends included.
    pub tokens: u32,
}

impl Score {
    /// The score of tokens with these log-probabilities.
    #[must_use]
    pub fn of(log_probabilities: &[f32]) -> Self {
        let tokens = u32::try_from(log_probabilities.len()).unwrap_or(u32::MAX);
        Self { log_probability: log_probabilities.iter().sum(), tokens }
    }

    /// The mean of the tokens' log-probabilities: 0 is certain.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean over tokens needs no more than 24 bits of their number")]
    pub fn mean(self) -> f32 {
        self.log_probability / self.tokens.max(1) as f32
    }

    /// Both, one after the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            log_probability: self.log_probability + other.log_probability,
            tokens: self.tokens.saturating_add(other.tokens),
        }
    }
}

/// One unit translated.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// The translation.
    pub text: String,
    /// Links by target place; empty if they were not asked for. A target range occurs once for each source range.
    pub links: Vec<Link>,
    /// Where each [`Source::fixed`] stands in the translation, by index; its text is there verbatim, exactly once.
    pub fixed: Vec<Range<usize>>,
    /// Whether this is the source text because the engine could not do better (empty, endless or absurd output).
    pub kept_as_source: bool,
    /// How sure the engine was of what it translated; `None` if it does not say, or translated nothing.
    pub score: Option<Score>,
}

/// A translation with nothing fixed in it, of which no links were asked.
impl From<&str> for Translated {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A translation with nothing fixed in it, of which no links were asked.
impl From<String> for Translated {
    fn from(text: String) -> Self {
        Self { text, links: Vec::new(), fixed: Vec::new(), kept_as_source: false, score: None }
    }
}

/// Why an engine gave nothing back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranslateError {
    /// [`Watch::is_cancelled`] said so.
    #[error("cancelled")]
    Cancelled,
    /// No model for this pair.
    #[error("no model translates {0}; see `terjuman models list`")]
    UnknownPair(LanguagePair),
    /// A model's files are missing or damaged.
    #[error("the model {pair} cannot be loaded: {reason}")]
    Model {
        /// Which.
        pair: LanguagePair,
        /// What is wrong with which file.
        reason: String,
    },
    /// The engine itself failed.
    #[error("the engine failed: {0}")]
    Engine(String),
}

/// How a caller follows a translation and stops it.
pub trait Watch: Sync {
    /// Asked often; the engine returns [`TranslateError::Cancelled`] soon after it turns true.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// So many bytes of source text are to be translated: called once, before the first [`Watch::advanced`].
    fn total(&self, _source_bytes: usize) {}

    /// So many more bytes of source text are translated. Comes from any thread.
    fn advanced(&self, _source_bytes: usize) {}
}

/// Nobody watches.
impl Watch for () {}

/// An engine.
pub trait Translator: Send + Sync {
    /// What kind of engine it is, for people.
    fn name(&self) -> &str {
        "custom"
    }

    /// What it would translate this pair with, for people: `en-pt`, or two of them on the way through English.
    fn model(&self, _pair: &LanguagePair) -> Option<String> {
        None
    }

    /// Which pairs it translates.
    fn pairs(&self) -> Pairs;

    /// Whether it translates this pair.
    fn supports(&self, pair: &LanguagePair) -> bool {
        match self.pairs() {
            Pairs::Any => true,
            Pairs::Only(pairs) => pairs.contains(pair),
        }
    }

    /// What it wants to be handed at a time.
    fn unit(&self) -> Unit;

    /// Whether what comes out is in the target language. If not, a document's language marks stay as they are.
    fn changes_language(&self) -> bool {
        true
    }

    /// Whether it takes every text for one in the source language, and makes nonsense of what is in another.
    fn garbles_foreign_text(&self) -> bool {
        false
    }

    /// Translates; one output for each source, in order, the same whatever else is in the call.
    ///
    /// # Errors
    /// See [`TranslateError`]. A single unit that fails is not an error: it comes back with
    /// [`Translated::kept_as_source`].
    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError>;
}
