//! SentencePiece unigram vocabularies: text to token ids and back, as the reference implementation does it.
//!
//! Only what Marian models use: unigram models with a precompiled normaliser. Every span is a byte range of the text that
//! was handed in, not of its normalised form.

mod decode;
mod encode;
mod normalise;
mod protobuf;
#[cfg(test)]
mod tests;
mod trie;
mod vocabulary;

pub(super) use vocabulary::Vocabulary;

/// What stands for a space inside pieces.
const SPACE: &[u8] = "\u{2581}".as_bytes();

/// A text as token ids, without the end-of-sentence token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// One id for each token.
    pub ids: Vec<u32>,
    /// For each token, the byte range of the text it came from: on character boundaries, in order, never empty. Two
    /// neighbours share a character if normalisation made several of it and they split those.
    pub spans: Vec<std::ops::Range<usize>>,
}

/// Token ids as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// For each id, the byte range it became: on character boundaries, in order, without gaps. Empty for control tokens
    /// and for the unknown token.
    pub spans: Vec<std::ops::Range<usize>>,
}
