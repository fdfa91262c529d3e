//! Engines of look-alike letters: one character for each, so that words can be told again.

use terjuman_model::LanguagePair;
use terjuman_nmt::{Pseudo, Source, TranslateError, Translated};
use terjuman_pipeline::{Pairs, Translator, Watch};

/// The engine of the comparison: each letter as `pseudo` writes it and nothing besides, so that as many characters come out
/// as went in, and a part of a sentence reads as it does in the sentence.
pub(crate) struct Letters;

impl Translator for Letters {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> terjuman_nmt::Unit {
        terjuman_nmt::Unit::Segment
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let mut out = Pseudo::default().translate(pair, sources, watch)?;
        for translated in &mut out {
            // Takes off the brackets, and the padding of three tenths and a space between them.
            let padded = translated.text.chars().count() - 3;
            translated.text = translated.text.chars().skip(1).take(padded * 10 / 13).collect();
            let links = translated.links.iter_mut().map(|link| &mut link.target);
            for range in translated.fixed.iter_mut().chain(links) {
                *range = range.start - 1..range.end - 1;
            }
        }
        Ok(out)
    }
}

/// [`Letters`] in those that every font has: what a page is laid out with comes from one font, and a word stays one.
pub(crate) struct Common;

impl Translator for Common {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> terjuman_nmt::Unit {
        terjuman_nmt::Unit::Segment
    }

    fn translate(
        &self,
        pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let mut out = Letters.translate(pair, sources, watch)?;
        for translated in &mut out {
            let text: String = translated.text.chars().map(common).collect();
            // As many characters stand before each place, which take other bytes.
            let moved = |at: usize| translated.text[..at].chars().map(|c| common(c).len_utf8()).sum();
            let links = translated.links.iter_mut().map(|link| &mut link.target);
            for range in translated.fixed.iter_mut().chain(links) {
                *range = moved(range.start)..moved(range.end);
            }
            translated.text = text;
        }
        Ok(out)
    }
}

/// The letter of the western alphabets that stands for one that few fonts have.
fn common(letter: char) -> char {
    const RARE: &str = "ƀƒǵɱṕɋṽẋƁƑǴḾṔɊṼẊ";
    const COMMON: &str = "þŧğŋðæøœÞŦĞŊÐÆØŒ";
    RARE.chars().zip(COMMON.chars()).find_map(|(rare, common)| (rare == letter).then_some(common)).unwrap_or(letter)
}
