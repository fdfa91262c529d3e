//! An engine that is its own inverse: translating twice must give the document back, though every segment was written.

use terjuman_model::{LanguagePair, Piece, TaggedText};
use terjuman_nmt::{Identity, Source, TranslateError, Translated};
use terjuman_pipeline::{Pairs, Translator, Watch};

/// Exchanges letters of the same length in UTF-8 with one another, case for case. Says it changes no language, so that nothing but
/// text may differ.
pub(crate) struct Swap;

/// `a` and `z`, `b` and `y`, and so on.
pub(crate) fn letter(c: char) -> char {
    match c {
        'a'..='z' => char::from(b'a' + b'z' - c as u8),
        'A'..='Z' => char::from(b'A' + b'Z' - c as u8),
        _ => c,
    }
}

/// The text of a segment with its tags where they were.
pub(crate) fn segment(source: &TaggedText) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in source.pieces() {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| out.push(letter(c))),
            Piece::Mark(edge, tag) => out.mark(edge, tag),
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
            translated.text =
                translated.text.char_indices().map(|(at, c)| if is_fixed(at) { c } else { letter(c) }).collect();
        }
        Ok(out)
    }
}
