//! Glossaries: terms that must come out as given (`api.md` section 16).

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use terjuman_formats::{FormatError, GlossaryFormat, Limits, read_glossary};
use terjuman_model::LanguagePair;
use unicode_normalization::UnicodeNormalization;

use crate::script::{is_joined, is_word};

/// A glossary as its file came: which terms apply is known only with the languages of the document.
#[derive(Clone)]
pub struct GlossaryFile {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: GlossaryFormat,
}

/// The terms that apply to one language pair, ready to be matched.
///
/// Inside a text, a term matches letter by letter, from word border to word border; of the terms that begin at a place
/// the longest matches. A whole segment that equals a term matches in any case. Of equal terms the first one wins.
#[derive(Clone, Default)]
pub struct Glossary {
    targets: Vec<String>,
    /// The index of each term's target, by the whole term and by the whole term in small letters.
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
    matcher: Option<Matcher>,
}

#[derive(Clone)]
struct Matcher {
    automaton: AhoCorasick,
    /// The index of each pattern's target.
    targets: Vec<usize>,
}

/// Longer terms match whole segments only: what a search looks ahead must be bounded.
const LONGEST_INSIDE: usize = 500;

/// Marks a word border in what the automaton sees. No UTF-8 text holds this byte.
const BORDER: u8 = 0xff;

impl Glossary {
    /// Reads the files; of equal source terms the first one, of the first file, wins.
    ///
    /// # Errors
    /// [`FormatError::Glossary`] for the first file that cannot be read.
    pub fn read(files: &[GlossaryFile], pair: &LanguagePair, limits: &Limits) -> Result<Self, FormatError> {
        let mut terms = Vec::new();
        for file in files {
            terms.extend(read_glossary(&file.bytes, file.format, pair, limits)?);
        }
        Self::new(terms)
    }

    /// The glossary of these terms: source and target, the earlier wins. Terms without a source or a target are passed
    /// over.
    ///
    /// # Errors
    /// [`FormatError::Glossary`] if there are more terms than can be matched.
    pub fn new(terms: impl IntoIterator<Item = (String, String)>) -> Result<Self, FormatError> {
        let mut glossary = Self::default();
        let mut patterns = Vec::new();
        let mut pattern_targets = Vec::new();
        for (source, target) in terms {
            let (source, target) = (source.trim(), target.trim());
            if source.is_empty() || target.is_empty() {
                continue;
            }
            let index = glossary.targets.len();
            // The text may spell its accents in either of two ways.
            let spellings = [source.nfc().collect::<String>(), source.nfd().collect(), source.to_owned()];
            let mut is_new = false;
            for spelling in spellings {
                if glossary.exact.contains_key(&spelling) {
                    continue;
                }
                is_new = true;
                if spelling.len() <= LONGEST_INSIDE {
                    patterns.push(Bordered::new(&spelling).bytes);
                    pattern_targets.push(index);
                }
                glossary.folded.entry(spelling.to_lowercase()).or_insert(index);
                glossary.exact.insert(spelling, index);
            }
            if is_new {
                glossary.targets.push(target.to_owned());
            }
        }
        if !patterns.is_empty() {
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(patterns)
                .map_err(|error| FormatError::Glossary(format!("it has too many terms: {error}")))?;
            glossary.matcher = Some(Matcher { automaton, targets: pattern_targets });
        }
        Ok(glossary)
    }

    /// Whether no term applies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The target of the term that the whole text equals, in any case.
    pub(crate) fn whole(&self, text: &str) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        let index = self.exact.get(text).or_else(|| self.folded.get(&text.to_lowercase()))?;
        Some(&self.targets[*index])
    }

    /// The terms in the text and their targets, ordered, not overlapping.
    pub(crate) fn find(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        let Some(matcher) = &self.matcher else { return Vec::new() };
        let bordered = Bordered::new(text);
        let found = matcher.automaton.find_iter(&bordered.bytes);
        found
            .map(|term| {
                let range = bordered.place(term.start())..bordered.place(term.end());
                (range, self.targets[matcher.targets[term.pattern().as_usize()]].as_str())
            })
            .collect()
    }
}

/// A text with its word borders marked: a term whose borders are marked too matches whole words only, in one pass.
struct Bordered {
    bytes: Vec<u8>,
    /// Where in `bytes` the marks are.
    marks: Vec<usize>,
}

impl Bordered {
    fn new(text: &str) -> Self {
        let mut out = Self { bytes: Vec::with_capacity(text.len() + text.len() / 2 + 2), marks: Vec::new() };
        let mut was_word = false;
        for character in text.chars() {
            let is_word = if is_joined(character) { was_word } else { is_word(character) };
            if is_word != was_word {
                out.mark();
            }
            was_word = is_word;
            out.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        if was_word {
            out.mark();
        }
        out
    }

    fn mark(&mut self) {
        self.marks.push(self.bytes.len());
        self.bytes.push(BORDER);
    }

    /// The place in the text of a place in `bytes`.
    fn place(&self, at: usize) -> usize {
        at - self.marks.partition_point(|mark| *mark < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(terms: &[(&str, &str)]) -> Glossary {
        Glossary::new(terms.iter().map(|(source, target)| ((*source).to_owned(), (*target).to_owned()))).unwrap()
    }

    #[track_caller]
    fn check(terms: &[(&str, &str)], text: &str, expected: &str) {
        let glossary = glossary(terms);
        let mut out = String::new();
        let mut at = 0;
        for (range, target) in glossary.find(text) {
            out.push_str(&text[at..range.start]);
            out.push_str(target);
            at = range.end;
        }
        out.push_str(&text[at..]);
        assert_eq!(out, expected);
    }

    #[test]
    fn terms_match_whole_words_and_the_longest_first() {
        let terms = [("test", "X"), ("test case", "Y"), ("C++", "Z"), ("test", "never"), ("l'eau", "W")];
        check(&terms, "test, a test case; tests attest Test test-test.", "X, a Y; tests attest Test X-X.");
        check(&terms, "test cases and C++ or C++11, l'eau", "X cases and Z or Z11, W");
        check(&[("a", "1"), ("b c", "2")], "a b c a_b", "1 2 a_b");
    }

    #[test]
    fn metacharacters_are_letters_and_terms_may_name_themselves() {
        check(&[("a.b*", "1"), ("[x]", "2"), ("same", "same")], "aXb a.b* [x] same", "aXb 1 2 same");
        assert!(glossary(&[("", "x"), ("x", " ")]).is_empty());
    }

    #[test]
    fn scripts_without_spaces_have_no_word_borders() {
        check(&[("世界", "WORLD"), ("API", "X")], "你好世界。使用API接口", "你好WORLD。使用X接口");
        check(&[("принтер", "printer")], "принтера принтер", "принтера printer");
    }

    #[test]
    fn either_spelling_of_an_accent_matches_and_no_accent_is_cut_off() {
        check(&[("ação", "A")], "ac\u{327}a\u{303}o ação", "A A");
        check(&[("cafe", "A")], "cafe\u{301} cafe", "cafe\u{301} A");
    }

    #[test]
    fn a_whole_text_matches_in_any_case() {
        let glossary = glossary(&[("Printer", "impressora"), ("IT", "TI"), ("it", "isso")]);
        assert_eq!(glossary.whole("PRINTER"), Some("impressora"));
        assert_eq!(glossary.whole("it"), Some("isso"));
        assert_eq!(glossary.whole("It"), Some("TI"));
        assert_eq!(glossary.whole("Printer."), None);
    }

    #[test]
    fn many_terms_match_in_one_pass() {
        let terms = (0..100_000).map(|n| (format!("term{n}"), format!("termo{n}")));
        let glossary = Glossary::new(terms).unwrap();
        let text = "term1 term99999 term100000 ".repeat(10_000);
        assert_eq!(glossary.find(&text).len(), 20_000);
        let nested = Glossary::new((1..400).map(|n| ("a ".repeat(n), "x".to_owned()))).unwrap();
        assert!(!nested.find(&"a ".repeat(20_000)).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn what_is_found_is_the_term(text in "([ab _-]|\u{301}|日){0,40}", term in "([ab -]|\u{301}|日){1,4}") {
            let glossary = Glossary::new([(term.clone(), "x".to_owned())]).unwrap();
            for (range, _) in glossary.find(&text) {
                proptest::prop_assert_eq!(text[range].nfc().collect::<String>(), term.trim().nfc().collect::<String>());
            }
        }
    }
}
