//! Text to ids: the best-scoring way to cut a normalised text into pieces.
//!
//! The order of additions and comparisons is the reference implementation's: among equally good cuts the same one wins.
//! The time is linear: from each character at most as many steps are taken as the longest piece has bytes.

use std::ops::Range;

use super::Tokens;
use super::normalise::Normalised;
use super::trie::Trie;
use super::vocabulary::Vocabulary;

/// An unknown character costs this much more than the worst piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Offsets are kept in 32 bits, and normalisation may make a text several times as long.
const MOST_BYTES: usize = 1 << 26;
const NOWHERE: u32 = u32::MAX;

/// The best way to a byte.
#[derive(Debug, Clone, Copy)]
struct Best {
    score: f32,
    /// Where its last piece begins.
    from: u32,
    id: u32,
}

impl Vocabulary {
    /// Cuts a text into tokens; the end-of-sentence token is not among them. A text of more than 64 MiB is one unknown
    /// token.
    pub(in crate::marian) fn encode(&self, text: &str) -> Tokens {
        if text.len() > MOST_BYTES {
            return Tokens { ids: vec![self.unknown], spans: std::iter::once(0..text.len()).collect() };
        }
        let normalised = self.normaliser.normalise(text);
        let pieces = self.cut(&normalised.text);
        let (ids, spans) = (Vec::with_capacity(pieces.len()), Vec::with_capacity(pieces.len()));
        let mut tokens = Tokens { ids, spans };
        let mut after_unknown = false;
        for (id, range) in pieces {
            let span = span(&normalised, text, &range);
            let is_unknown = id == self.unknown;
            match &self.bytes {
                Some(pieces) if is_unknown => {
                    for &byte in &normalised.text[range] {
                        tokens.ids.push(pieces[usize::from(byte)]);
                        tokens.spans.push(span.clone());
                    }
                }
                // A run of unknown characters is one unknown token.
                None if is_unknown && after_unknown => {
                    if let Some(last) = tokens.spans.last_mut() {
                        last.end = span.end;
                    }
                }
                _ => {
                    tokens.ids.push(id);
                    tokens.spans.push(span);
                }
            }
            after_unknown = is_unknown;
        }
        tokens
    }

    /// The pieces of a normalised text, in order, with their ranges in it.
    fn cut(&self, text: &[u8]) -> Vec<(u32, Range<usize>)> {
        let unknown_score = self.lowest_score - UNKNOWN_PENALTY;
        let mut best = vec![Best { score: 0.0, from: NOWHERE, id: self.unknown }; text.len() + 1];
        let mut start = 0;
        while start < text.len() {
            let character = character_length(text[start]).min(text.len() - start);
            let so_far = best[start].score;
            let from = u32::try_from(start).unwrap_or(NOWHERE);
            let mut covered = false;
            let mut place = Trie::ROOT;
            for (&byte, length) in text[start..].iter().zip(1..) {
                let Some(next) = self.trie.step(place, byte) else { break };
                place = next;
                let Some((id, score)) = self.trie.value(place) else { continue };
                let score = so_far + score;
                let end = &mut best[start + length];
                if end.from == NOWHERE || score > end.score {
                    *end = Best { score, from, id };
                }
                covered |= length == character;
            }
            if !covered {
                let score = so_far + unknown_score;
                let end = &mut best[start + character];
                if end.from == NOWHERE || score > end.score {
                    *end = Best { score, from, id: self.unknown };
                }
            }
            start += character;
        }
        // Pieces of language are longer in the mean.
        let mut pieces = Vec::with_capacity(text.len() / 3 + 1);
        let mut end = text.len();
        while end > 0 {
            let Best { from, id, .. } = best[end];
            pieces.push((id, from as usize..end));
            end = from as usize;
        }
        pieces.reverse();
        pieces
    }
}

/// The byte range of the given text that a range of the normalised one came from.
fn span(normalised: &Normalised, text: &str, range: &Range<usize>) -> Range<usize> {
    let start = normalised.origin[range.start] as usize;
    let end = normalised.origin[range.end] as usize;
    if end > start {
        return start..end;
    }
    // The piece is a part of what one character became: it has that character.
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    start..start + length
}

/// The length of a character by its first byte.
fn character_length(first: u8) -> usize {
    match first {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}
