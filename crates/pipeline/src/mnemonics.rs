//! The letters that menus and buttons are chosen by, as programs mark them: `&File`, `E&xit`, `Save &As…`.
//!
//! A model takes the sign for `and`, so it is asked without. In the translation the sign stands before the same letter if
//! there is one, at the beginning of a word rather than within, else before the first letter; scripts without such letters
//! have it in brackets behind the words, `ファイル(&F)`.

use std::ops::Range;

use terjuman_model::{Mark, Segment, TaggedText};

use crate::fixed::protected_ranges;
use crate::script::is_spaceless;

/// Most bytes and words of what is chosen by a letter.
const LONGEST: usize = 60;
const MOST_WORDS: usize = 6;
/// Fewest letters of the word that has the sign: `R &D` has none.
const LEAST_LETTERS: usize = 2;

/// A segment that is chosen by one of its letters.
pub(crate) struct Mnemonic {
    /// Without the sign.
    pub(crate) segment: Segment,
    letter: char,
}

impl Mnemonic {
    /// `None` if there is no sign before a letter, or more than one.
    pub(crate) fn of(segment: &Segment) -> Option<Self> {
        let text = segment.source.text();
        let at = sign(text)?;
        if protected_ranges(segment).iter().any(|range| range.contains(&at)) {
            return None;
        }
        let letter = text[at + 1..].chars().next()?;
        let marks = segment.source.marks().iter();
        let marks = marks.map(|mark| Mark { at: mark.at - usize::from(mark.at > at), ..*mark }).collect();
        let source = TaggedText::with_marks(format!("{}{}", &text[..at], &text[at + 1..]), marks);
        Some(Self { segment: Segment { source, tags: segment.tags.clone(), code: segment.code }, letter })
    }

    /// The translation of this as one of `segment`: with the sign.
    pub(crate) fn settle(&self, segment: &Segment, translation: TaggedText) -> TaggedText {
        if translation == self.segment.source {
            return segment.source.clone();
        }
        let translated = Segment { source: translation, tags: segment.tags.clone(), code: segment.code };
        let kept = protected_ranges(&translated);
        let translation = translated.source;
        let (at, sign) = place(translation.text(), self.letter, &kept);
        let moved = |mark: &Mark| Mark { at: mark.at + if mark.at > at { sign.len() } else { 0 }, ..*mark };
        let marks = translation.marks().iter().map(moved).collect();
        let (before, after) = translation.text().split_at(at);
        TaggedText::with_marks(format!("{before}{sign}{after}"), marks)
    }
}

/// Where the sign stands in a short text of words: `AT&T`, `R&D` and `Terms & conditions` have none.
fn sign(text: &str) -> Option<usize> {
    let at = text.find('&').filter(|_| text.len() <= LONGEST)?;
    let (before, after) = (&text[..at], &text[at + 1..]);
    let is_plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || ".…,:-/'’()!?".contains(c);
    let letters = || after.chars().take_while(|c| c.is_alphabetic());
    let is_entity = after[letters().map(char::len_utf8).sum::<usize>()..].starts_with(';');
    let begins_word = before.is_empty() || before.ends_with(char::is_whitespace);
    let begins_text = text.trim_start_matches('&').starts_with(char::is_uppercase);
    let has_word = if begins_word {
        letters().count() >= LEAST_LETTERS && letters().skip(1).any(char::is_lowercase)
    } else {
        // Within a word: `E&xit`, `For&mat`.
        before.ends_with(char::is_alphabetic) && letters().all(char::is_lowercase) && letters().next().is_some()
    };
    let is_short = text.split_whitespace().count() <= MOST_WORDS;
    (has_word && begins_text && is_short && !is_entity && before.chars().chain(after.chars()).all(is_plain))
        .then_some(at)
}

/// Where the sign belongs in a translation, and what is written there.
fn place(text: &str, letter: char, kept: &[Range<usize>]) -> (usize, String) {
    let is_free = |at: usize| !kept.iter().any(|range| range.contains(&at));
    let letters = || text.char_indices().filter(|(at, c)| c.is_alphabetic() && is_free(*at));
    let is_same = |other: char| other.to_lowercase().eq(letter.to_lowercase());
    let begins_word = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
    let same = || letters().filter(|(_, other)| is_same(*other));
    let found = same().find(|(at, _)| begins_word(*at)).or_else(|| same().next()).or_else(|| letters().next());
    match found {
        Some((at, other)) if !is_spaceless(other) => (at, "&".to_owned()),
        _ => {
            let words = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '…' | ':'));
            (words.len(), format!("(&{})", letter.to_uppercase()))
        }
    }
}

#[cfg(test)]
mod tests {
    use terjuman_model::{Edge, TagKind};

    use super::*;

    #[track_caller]
    fn check(source: &str, plain: &str, translation: &str, expected: &str) {
        let segment = Segment::plain(source);
        let mnemonic = Mnemonic::of(&segment).expect(source);
        assert_eq!(mnemonic.segment.source.text(), plain);
        assert_eq!(mnemonic.settle(&segment, TaggedText::plain(translation)).text(), expected);
    }

    #[test]
    fn the_sign_stands_before_the_same_letter_or_the_first() {
        check("&File", "File", "Arquivo", "&Arquivo");
        check("&Quit", "Quit", "Sair", "&Sair");
        check("E&xit", "Exit", "Texto", "Te&xto");
        check("Save &As…", "Save As…", "Salvar como…", "S&alvar como…");
        check("Save &All", "Save All", "Guardar alle", "Guardar &alle");
        check("For&mat:", "Format:", "Formato:", "For&mato:");
        check("&File", "File", "ファイル...", "ファイル(&F)...");
        check("&File", "File", "Файл", "&Файл");
        check("&File", "File", "File", "&File");
    }

    #[test]
    fn other_signs_are_words() {
        for text in ["AT&T", "R&D", "R &D", "Terms & Conditions", "Q&A", "&amp; so", "Save && Close", "a = &buf"] {
            assert!(Mnemonic::of(&Segment::plain(text)).is_none(), "{text}");
        }
        let long = "This is a sentence of many words that has a &sign";
        assert!(Mnemonic::of(&Segment::plain(long)).is_none());
        assert!(Mnemonic::of(&Segment::plain("&Open &Close")).is_none());
        assert!(Mnemonic::of(&Segment::plain("pass &buffer")).is_none());
    }

    #[test]
    fn marks_move_with_the_sign() {
        let mut segment = Segment::default();
        let (bold, code) = (segment.add_tag(TagKind::Format), segment.add_tag(TagKind::Protected));
        segment.source.open(code);
        segment.source.push_str("ab");
        segment.source.close(code);
        segment.source.push_str(" &Open ");
        segment.source.open(bold);
        segment.source.push_str("it");
        segment.source.close(bold);
        // `ab` is no capital, so the text does not begin as a label does.
        assert!(Mnemonic::of(&segment).is_none());
        let mut segment = Segment::default();
        let bold = segment.add_tag(TagKind::Format);
        segment.source.open(bold);
        segment.source.push_str("&Open");
        segment.source.close(bold);
        segment.source.push_str(" it");
        let mnemonic = Mnemonic::of(&segment).unwrap();
        let mut translation = TaggedText::new();
        translation.open(bold);
        translation.push_str("Abrir");
        translation.close(bold);
        let settled = mnemonic.settle(&segment, translation);
        assert_eq!(settled.text(), "&Abrir");
        let places: Vec<_> = settled.marks().iter().map(|mark| (mark.edge, mark.at)).collect();
        assert_eq!(places, [(Edge::Open, 0), (Edge::Close, 6)]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_marks_in_order(text in "[A-Za-z& ….é]{0,12}", answer in "\\PC{0,12}") {
            let segment = Segment::plain(&*text);
            if let Some(mnemonic) = Mnemonic::of(&segment) {
                let settled = mnemonic.settle(&segment, TaggedText::plain(&*answer));
                proptest::prop_assert_eq!(settled.text().matches('&').count(), answer.matches('&').count() + 1);
            }
        }
    }
}
