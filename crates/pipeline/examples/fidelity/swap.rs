//! An engine that is its own inverse: translating twice must give the document back, though every segment was written.

use terjuman_model::{Edge, LanguagePair, Piece, Segment, TagKind, TaggedText};
use terjuman_nmt::{Identity, Source, TranslateError, Translated};
use terjuman_pipeline::{Pairs, Translator, Watch};

/// Exchanges a vowel for a vowel and a consonant for a consonant, case for case, in words of prose. Says it changes no language,
/// so that nothing but text may differ.
pub(crate) struct Swap;

/// Letters that stand for one another. `a` to `f` stay among themselves, so that no code becomes a word.
const PAIRS: [&[u8; 2]; 12] = [b"ae", b"bd", b"cf", b"io", b"gh", b"jk", b"lm", b"np", b"qr", b"st", b"vw", b"xz"];

fn letter(c: char) -> char {
    let lower = c.to_ascii_lowercase();
    let Some(pair) = PAIRS.iter().find(|pair| pair.iter().any(|byte| char::from(*byte) == lower)) else { return c };
    let other = char::from(if char::from(pair[0]) == lower { pair[1] } else { pair[0] });
    if c.is_ascii_uppercase() { other.to_ascii_uppercase() } else { other }
}

/// Whether a word may be written in other letters and still be taken for a word: `camelCase`, `a.b`, `x_1` and `USD` may not.
fn is_plain(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation() && !"_@/\\#$%&{}<>[]=:".contains(c));
    let is_short_code = bare.len() <= 3 && !bare.contains(|c: char| c.is_ascii_lowercase());
    let is_hump = bare.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let is_code = bare.contains(|c: char| c.is_ascii_digit() || "._@/\\#$%&{}<>[]=:".contains(c));
    !(is_short_code || is_hump || is_code)
}

/// The text with its words in other letters, byte for byte as long.
fn swapped(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words.flat_map(|word| word.chars().map(if is_plain(word.trim()) { letter } else { |c| c })).collect()
}

/// The text of a segment with its tags where they were, and what is protected as it was.
pub(crate) fn segment(segment: &Segment) -> TaggedText {
    let swapped = swapped(segment.source.text());
    let mut out = TaggedText::new();
    let (mut at, mut protected) = (0, 0_usize);
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => {
                out.push_str(if protected > 0 { text } else { &swapped[at..at + text.len()] });
                at += text.len();
            }
            Piece::Mark(edge, tag) => {
                match edge {
                    Edge::Open if segment.kind(tag) == TagKind::Protected => protected += 1,
                    Edge::Close if segment.kind(tag) == TagKind::Protected => protected = protected.saturating_sub(1),
                    _ => {}
                }
                out.mark(edge, tag);
            }
        }
    }
    out
}

impl Translator for Swap {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> terjuman_nmt::Unit {
        terjuman_nmt::Unit::Segment
    }

    fn changes_language(&self) -> bool {
        false
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let mut out = Identity.translate(pair, sources, watch)?;
        for translated in &mut out {
            let fixed = &translated.fixed;
            let is_fixed = |at: usize| fixed.iter().any(|range| range.contains(&at));
            let swapped = swapped(&translated.text);
            let letters = translated.text.char_indices().zip(swapped.chars());
            translated.text = letters.map(|((at, c), other)| if is_fixed(at) { c } else { other }).collect();
        }
        Ok(out)
    }
}
