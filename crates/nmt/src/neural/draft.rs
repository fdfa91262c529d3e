//! The text as the model gets it: spelled with what its vocabulary has, with stand-ins for what must not change.

use std::ops::Range;

use unicode_normalization::char::compose;

use crate::neural::abbreviations::written_out;
use crate::neural::model::Model;
use crate::neural::protect::{Group, Nature, plainer, plainer_word, word_around};
use crate::neural::spaced::spaced;
use crate::neural::span_map::SpanMap;
use crate::neural::units::{is_mark, is_spelling, is_unseen};

/// How a text is put to the model. Later recipes are for texts that came out badly with the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Recipe {
    /// Which stand-ins.
    pub(crate) set: usize,
    /// Glossary terms stand in the text as they are; their translation is found by the attention and replaced.
    pub(crate) terms_in_place: bool,
    /// The signs that end the sentence are held back.
    pub(crate) without_end: bool,
    /// What becomes of capitals.
    pub(crate) case: Case,
    /// What it stands behind.
    pub(crate) frame: Frame,
    /// The text is English: abbreviations that models misread are written out.
    pub(crate) english: bool,
}

/// What becomes of capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Case {
    #[default]
    AsWritten,
    /// Words that begin with one are put in small letters; acronyms stay, and so does the first word.
    Sentence,
    /// The first word as well.
    SmallButAcronyms,
    /// All letters are put in small.
    Small,
}

/// What a text is put behind, to look like an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Frame {
    #[default]
    None,
    Star,
    Dash,
    /// An English verb, as what can be done.
    To,
    /// English words for a thing, as one that is known,
    The,
    /// or that somebody has.
    Your,
}

impl Frame {
    /// What stands before the text in the draft.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::To => "* To ",
            Self::The => "* The ",
            Self::Your => "* Your ",
            frame => frame.sign(),
        }
    }

    /// What stands before the text in what the model makes of it, too.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Star | Self::To | Self::The | Self::Your => "* ",
            Self::Dash => "- ",
        }
    }
}

/// A text ready for the model.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// What the model gets.
    pub(crate) text: String,
    /// What of it is no part of the source.
    pub(crate) frame: Frame,
    /// From `text` to the source.
    pub(crate) origin: SpanMap,
    pub(crate) stand_ins: Vec<StandIn>,
    /// Terms in place: their ranges in `text` and their groups.
    pub(crate) terms: Vec<(Range<usize>, usize)>,
    /// Typographic signs and the plain ones that stand for them, in order.
    pub(crate) signs: Vec<Sign>,
    /// What nobody sees of the source and the model would make nothing of: where it stood in `text`, and what it is.
    pub(crate) unseen: Vec<(usize, Range<usize>)>,
    /// What of the source it is made of.
    pub(crate) within: Range<usize>,
    /// What was held back from the end of that.
    pub(crate) end: Range<usize>,
    /// The source is in capitals throughout; the draft is not.
    pub(crate) capitals: bool,
    /// The source has a blank after each letter, and so many between words; the draft has not.
    pub(crate) spaced: Option<usize>,
}

/// A made-up word that stands for a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandIn {
    pub(crate) word: String,
    pub(crate) group: usize,
    /// Whether a space was put before or after it that the source does not have.
    pub(crate) spaced: (bool, bool),
}

/// A sign of the source that the vocabulary lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) original: char,
    pub(crate) plain: &'static str,
    pub(crate) place: Place,
}

/// Where a sign stands: the same sign means different things between letters and between spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Between two digits.
    Digits,
    /// Between two other letters or digits.
    Within,
    /// Between two letters, and given spaces on both sides.
    Spread,
    /// Anywhere else.
    Around,
}

/// Words that models copy; the likelier to be copied, the earlier the set. Measured with the real models: see the tests.
const SETS: [&[&str]; 4] = [
    &["Zork", "Quark", "Brix", "Plonk", "Trox", "Klim", "Drax", "Blint", "Strom", "Flux", "Grom", "Vask"],
    &["www.a1.com", "www.b2.com", "www.c3.com", "www.d4.com", "www.e5.com", "www.f6.com", "www.g7.com", "www.h8.com"],
    &["7391", "8462", "5937", "6284", "9573", "3816", "4729", "2648", "1957", "8134"],
    &["X-71", "X-84", "X-59", "X-62", "X-93", "X-38", "X-47", "X-26", "X-19", "X-54"],
];

/// How many sets of stand-ins there are.
pub(crate) const STAND_IN_SETS: usize = SETS.len();

/// The set whose words stand in a sentence as the text itself would: an address, a number, a name.
fn natural_set(text: &str) -> usize {
    let is_number = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains(char::is_alphabetic);
    let is_counter = || text.starts_with('%') && text.ends_with(['d', 'i', 'u', 'f', 'x']);
    if text.contains("://") || text.starts_with("www.") {
        1
    } else if is_number(text) || is_counter() {
        2
    } else {
        0
    }
}

impl Draft {
    /// Makes the draft of `source[within]`. `groups` are those of that range. `None` if there are not enough stand-ins
    /// that the text does not hold itself.
    pub(crate) fn new(
        source: &str,
        within: &Range<usize>,
        groups: &[Group],
        recipe: Recipe,
        model: &dyn Model,
    ) -> Option<Self> {
        let mut end = if recipe.without_end { final_signs(source, within, groups) } else { within.end..within.end };
        if recipe.english && abbreviation_ends(source, within, end.start) {
            end.start += 1;
        }
        let letters = if groups.is_empty() { spaced(source, within) } else { None };
        let capitals = match &letters {
            Some(letters) => {
                let mut places = letters.words.iter().flatten();
                places.all(|letter| source[letter.clone()].chars().all(char::is_uppercase))
            }
            None => is_capitals(source, within, groups),
        };
        let mut draft = Self {
            text: String::with_capacity(within.len() + 8),
            frame: if letters.is_none() { recipe.frame } else { Frame::None },
            origin: SpanMap::default(),
            stand_ins: Vec::new(),
            terms: Vec::new(),
            signs: Vec::new(),
            unseen: Vec::new(),
            within: within.clone(),
            end: end.clone(),
            capitals,
            spaced: letters.as_ref().map(|letters| letters.gap),
        };
        draft.text.push_str(draft.frame.text());
        let case = if capitals { Case::Small } else { recipe.case };
        let mut writer = Writer { source, draft: &mut draft, model, case, english: recipe.english };
        if let Some(letters) = letters {
            writer.letters(&letters.words);
            if capitals {
                capitalise_first(&mut draft.text, 0);
            }
            return Some(draft);
        }
        let part = &source[within.clone()];
        let is_usable = |word: &&&str| !part.contains(**word) && word.chars().all(|letter| model.knows(letter));
        let mut sets = SETS.map(|set| set.iter().filter(is_usable));
        let mut at = within.start;
        for (index, group) in groups.iter().enumerate() {
            writer.text(at..group.range.start);
            if recipe.terms_in_place && group.nature == Nature::Term {
                let start = writer.draft.text.len();
                writer.text(group.range.clone());
                writer.draft.terms.push((start..writer.draft.text.len(), index));
            } else {
                let follows = source[group.range.end..end.start].chars().next();
                let set = (natural_set(&group.text) + recipe.set) % SETS.len();
                writer.stand_in(index, group, sets[set].next()?, follows);
            }
            at = group.range.end;
        }
        writer.text(at..end.start);
        if capitals && matches!(draft.frame, Frame::None | Frame::Star) {
            capitalise_first(&mut draft.text, draft.frame.text().len());
        }
        // An accent or another spelling may have taken back what stood at a term's edge.
        for (range, _) in &mut draft.terms {
            range.end = draft.text.floor_char_boundary(range.end);
            range.start = draft.text.floor_char_boundary(range.start).min(range.end);
        }
        Some(draft)
    }

    /// The draft without its frame.
    pub(crate) fn unframed(&self) -> &str {
        &self.text[self.frame.text().len()..]
    }
}

struct Writer<'a> {
    source: &'a str,
    draft: &'a mut Draft,
    model: &'a dyn Model,
    case: Case,
    english: bool,
}

impl Writer<'_> {
    fn text(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let mut is_in_word = false;
        while let Some(character) = self.source[at..range.end].chars().next() {
            let end = at + character.len_utf8();
            let begins_word = character.is_alphabetic() && !is_in_word;
            is_in_word = character.is_alphanumeric();
            if begins_word
                && self.english
                && let Some((length, long)) = written_out(&self.source[range.start..at], &self.source[at..range.end])
            {
                self.write_out(long, at..at + length);
                at += length;
                is_in_word = false;
                continue;
            }
            // The vocabulary's normalisation would make three points of one sign, for good.
            let is_known = character != '…' && (character.is_whitespace() || self.model.knows(character));
            if is_known {
                self.character(character, at..end);
                at = end;
            } else if is_unseen(character) {
                self.unseen(character, at..end, range.end);
                at = end;
            } else if let Some(plain) = plainer(character) {
                self.sign(character, plain, at..end, &range);
                at = end;
            } else if self.compose(character, end) || is_mark(character) {
                // An accent written apart.
                at = end;
            } else {
                let word = word_around(self.source, at, at..range.end);
                let around = word_around(self.source, at, range.clone());
                at = self.plainer(&around, word.end.max(end));
            }
        }
    }

    fn character(&mut self, character: char, from: Range<usize>) {
        let start = self.draft.text.len();
        if self.is_lowered(character, &from) {
            self.draft.text.extend(character.to_lowercase());
        } else {
            self.draft.text.push(character);
        }
        let to = start..self.draft.text.len();
        if to.len() == from.len() {
            self.draft.origin.push_exact(to, from);
        } else {
            self.draft.origin.push(to, from);
        }
    }

    fn is_lowered(&self, character: char, from: &Range<usize>) -> bool {
        match self.case {
            // A lone `Sign Out` is its opposite to models, and `Sign out` is not.
            Case::AsWritten => self.english && character == 'O' && self.is_particle(from.start),
            Case::Small => true,
            Case::Sentence | Case::SmallButAcronyms => {
                // The first letter of a word whose others are small: `LibreOffice` is a name.
                let rest = &self.source[from.end..self.draft.within.end];
                (self.case != Case::Sentence || self.is_within_sentence())
                    && character.is_uppercase()
                    && rest.starts_with(char::is_lowercase)
                    && !self.draft.text.ends_with(char::is_alphabetic)
                    && !rest.chars().take_while(|letter| letter.is_alphabetic()).any(char::is_uppercase)
            }
        }
    }

    /// Whether something but a number stands before.
    fn is_within_sentence(&self) -> bool {
        let before = self.draft.unframed().trim_end();
        before.contains(char::is_alphanumeric) && !before.ends_with('.')
    }

    /// Whether this is the second of two words and only makes another verb of the first.
    fn is_particle(&self, at: usize) -> bool {
        let Range { start, end } = self.draft.within;
        let verb = self.source[start..at].strip_suffix(' ').unwrap_or_default();
        matches!(&self.source[at..end], "Out" | "Off" | "On" | "Over")
            && verb.starts_with(char::is_uppercase)
            && verb.chars().all(char::is_alphabetic)
    }

    /// Writes the whole word for an abbreviation, with a capital where that has one.
    fn write_out(&mut self, long: &str, from: Range<usize>) {
        let start = self.draft.text.len();
        let is_capital = self.case == Case::AsWritten && self.source[from.clone()].starts_with(char::is_uppercase);
        let capital = if is_capital { 1 } else { 0 };
        self.draft.text.extend(long[..capital].chars().flat_map(char::to_uppercase));
        self.draft.text.push_str(&long[capital..]);
        // `No.5`
        if self.source[from.end..self.draft.within.end].starts_with(char::is_alphanumeric) {
            self.draft.text.push(' ');
        }
        self.draft.origin.push(start..self.draft.text.len(), from);
    }

    /// Writes words whose letters stand apart.
    fn letters(&mut self, words: &[Vec<Range<usize>>]) {
        for word in words {
            if !self.draft.text.is_empty() {
                self.draft.text.push(' ');
            }
            for letter in word {
                self.source[letter.clone()].chars().for_each(|character| self.character(character, letter.clone()));
            }
        }
    }

    /// Puts an accent on the letter written last, if the vocabulary has the two as one.
    fn compose(&mut self, mark: char, end: usize) -> bool {
        let Some(last) = self.draft.text.chars().next_back() else { return false };
        let Some(both) = compose(last, mark).filter(|both| self.model.knows(*both)) else { return false };
        let start = self.draft.text.len() - last.len_utf8();
        self.draft.text.truncate(start);
        self.draft.origin.truncate(start);
        self.draft.text.push(both);
        self.draft.origin.push(start..self.draft.text.len(), end - mark.len_utf8() - last.len_utf8()..end);
        true
    }

    /// Writes a word again with other letters: what of it is written already is taken back.
    fn plainer(&mut self, word: &Range<usize>, end: usize) -> usize {
        let Some(plain) = plainer_word(&self.source[word.clone()], self.model) else {
            // `groups` protects such words; one it did not see is left to the model.
            self.character(' ', end - 1..end);
            return end;
        };
        let written = self.draft.text.len() - word_around_end(&self.draft.text);
        self.draft.text.truncate(written);
        self.draft.origin.truncate(written);
        self.draft.text.push_str(&plain);
        self.draft.origin.push(written..self.draft.text.len(), word.clone());
        word.end
    }

    /// What belongs to the spelling of a word goes with it.
    fn unseen(&mut self, character: char, from: Range<usize>, end: usize) {
        let goes_on = |next: char| next.is_alphanumeric() || is_mark(next) || is_unseen(next);
        let is_in_word =
            self.draft.text.ends_with(char::is_alphanumeric) && self.source[from.end..end].starts_with(goes_on);
        if !(is_in_word && is_spelling(character)) {
            self.draft.unseen.push((self.draft.text.len(), from));
        }
    }

    fn sign(&mut self, original: char, plain: &'static str, from: Range<usize>, range: &Range<usize>) {
        let before = self.source[range.start..from.start].chars().next_back();
        let after = self.source[from.end..range.end].chars().next();
        let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let is_digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        let place = match (is_word(before) && is_word(after), original) {
            (true, '—' | '―') => Place::Spread,
            (true, _) if is_digit(before) && is_digit(after) => Place::Digits,
            (true, _) => Place::Within,
            (false, _) => Place::Around,
        };
        let start = self.draft.text.len();
        if place == Place::Spread {
            self.draft.text.push(' ');
        }
        self.draft.text.push_str(plain);
        if place == Place::Spread {
            self.draft.text.push(' ');
        }
        self.draft.origin.push(start..self.draft.text.len(), from);
        self.draft.signs.push(Sign { original, plain, place });
    }

    fn stand_in(&mut self, index: usize, group: &Group, word: &str, follows: Option<char>) {
        let is_word = |character: char| character.is_alphanumeric();
        let before = self.draft.text.chars().next_back().is_some_and(is_word);
        let after = follows.is_some_and(is_word);
        if before {
            self.draft.text.push(' ');
        }
        let start = self.draft.text.len();
        self.draft.text.push_str(word);
        self.draft.origin.push(start..self.draft.text.len(), group.range.clone());
        if after {
            self.draft.text.push(' ');
        }
        let stand_in = StandIn { word: word.to_owned(), group: index, spaced: (before, after) };
        self.draft.stand_ins.push(stand_in);
    }
}

/// The length of the word that ends the text.
fn word_around_end(text: &str) -> usize {
    let word = text.chars().rev().take_while(|character| character.is_alphanumeric() || is_mark(*character));
    word.map(char::len_utf8).sum()
}

/// The signs that end a sentence at the end of the range, and the white space before them.
fn final_signs(source: &str, within: &Range<usize>, groups: &[Group]) -> Range<usize> {
    let floor = groups.last().map_or(within.start, |group| group.range.end);
    let is_end = |character: char| {
        matches!(character, '.' | '!' | '?' | '…' | ':' | ';' | '。' | '！' | '？' | '؟') || character.is_whitespace()
    };
    let start = floor + source[floor..within.end].trim_end_matches(is_end).len();
    // Something must be left.
    if start == within.start { within.end..within.end } else { start..within.end }
}

/// Whether the word before `at` and the full stop behind it are an abbreviation that is written out: `Version No.:`.
fn abbreviation_ends(source: &str, within: &Range<usize>, at: usize) -> bool {
    let start = at - word_around_end(&source[within.start..at]);
    let stops = source[at..within.end].starts_with('.');
    stops
        && written_out(&source[within.start..start], &source[start..within.end])
            .is_some_and(|(length, _)| start + length > at)
}

/// Whether every letter outside the groups is a capital and there are words enough to tell shouting from acronyms.
fn is_capitals(source: &str, within: &Range<usize>, groups: &[Group]) -> bool {
    let mut at = within.start;
    let (mut letters, mut words) = (0, 0);
    let gaps = groups.iter().map(|group| group.range.clone()).chain(std::iter::once(within.end..within.end));
    for group in gaps {
        for word in source[at..group.start].split(|character: char| !character.is_alphabetic()) {
            if word.chars().any(char::is_lowercase) {
                return false;
            }
            let capitals = word.chars().filter(|character| character.is_uppercase()).count();
            letters += capitals;
            words += usize::from(capitals > 1);
        }
        at = group.end;
    }
    words >= 1 && letters >= 6
}

fn capitalise_first(text: &mut String, at: usize) {
    if let Some(first) = text[at..].chars().next() {
        let upper: String = first.to_uppercase().collect();
        // Another length would shift every place.
        if upper.len() == first.len_utf8() {
            text.replace_range(at..at + upper.len(), &upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::protect::{Numbers, groups};
    use crate::neural::testing::Letters;

    #[track_caller]
    fn check(source: &str, recipe: Recipe, expected: &str) -> Draft {
        let within = 0..source.len();
        let groups = groups(source, &within, &[], Numbers::Involved, &Letters);
        let draft = Draft::new(source, &within, &groups, recipe, &Letters).unwrap();
        assert_eq!(draft.text, expected);
        for (at, _) in draft.text.char_indices() {
            assert!(source.get(draft.origin.map(&(at..draft.text.len()))).is_some());
        }
        draft
    }

    #[test]
    fn signs_words_and_protected_stretches_get_plainer() {
        let plain = Recipe::default();
        check("He said “don’t” to {name}.", plain, "He said \"don't\" to Zork.");
        check("one—two – three", plain, "one - two - three");
        check("v{a}b Zork", plain, "Quark Zork");
        check("5€ and naïve Às", plain, "7391 and naive Zork");
    }

    #[test]
    fn abbreviations_are_written_out_and_spaced_letters_joined() {
        let english = Recipe { english: true, ..Recipe::default() };
        check("No. of months", english, "Number of months");
        check("INVOICE NO. 5", english, "Invoice number 5");
        check("No. of months", Recipe::default(), "No. of months");
        let draft = check("Version No.:", Recipe { without_end: true, ..english }, "Version Number");
        assert_eq!(draft.end, 11..12);
        check("Sign Out", english, "Sign out");
        check("Sign Out Now", english, "Sign Out Now");
        check("Sign Out", Recipe::default(), "Sign Out");
        let draft = check("C O N T R A C T", Recipe::default(), "Contract");
        assert!(draft.capitals && draft.spaced.is_some());
        assert_eq!(draft.origin.map(&(0..8)), 0..15);
        let titles = Recipe { case: Case::SmallButAcronyms, ..Recipe::default() };
        check("Total USB McDonald A Cost", titles, "total USB McDonald A cost");
    }

    #[test]
    fn capitals_and_ends_are_taken_off() {
        let draft = check("THIS IS A WARNING!", Recipe::default(), "This is a warning!");
        assert!(draft.capitals);
        check("USB", Recipe::default(), "USB");
        check("GO ON", Recipe::default(), "GO ON");
        let draft = check("Hello there!?", Recipe { without_end: true, ..Recipe::default() }, "Hello there");
        assert_eq!(draft.end, 11..13);
        check("Hello There", Recipe { case: Case::Small, ..Recipe::default() }, "hello there");
    }
}
