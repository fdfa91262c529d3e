//! All strings of the cells, and which of them are translated.
//!
//! The decision is made for a text, not for a cell: cells that are equal stay equal, so look-ups, filters, tables and
//! pivot tables still find what they found.

use std::collections::HashMap;

use super::formulas::FormulaWords;
use crate::csv::cells::is_words;
use crate::fill::is_wide;
use crate::{Reason, Untranslated};

/// The strings of all cells.
#[derive(Default)]
pub(super) struct Texts {
    index: HashMap<Box<str>, usize>,
    entries: Vec<Entry>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Entry {
    /// A cell shows it.
    visible: bool,
    /// Places where it is written in runs, and in all.
    rich: u32,
    places: u32,
    kept: bool,
    kind: TextKind,
    /// A column of codes has it.
    in_codes: bool,
    segment: Option<u32>,
}

/// What a text of a cell may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TextKind {
    /// No word: a number, a sign, a key.
    #[default]
    Other,
    /// Two or three capitals that are a word: `YES`, `QTY`.
    ShortWord,
    /// Two or three capitals: an abbreviation that people read, or a code that programs do.
    Capitals,
    Prose,
}

impl Texts {
    /// Notes a place where a text is written; returns the text's number.
    pub(super) fn add(&mut self, text: &str, is_rich: bool) -> usize {
        let number = match self.index.get(text) {
            Some(number) => *number,
            None => {
                self.index.insert(text.into(), self.entries.len());
                self.entries.push(Entry { kind: TextKind::of(text), ..Entry::default() });
                self.entries.len() - 1
            }
        };
        let entry = &mut self.entries[number];
        entry.places = entry.places.saturating_add(1);
        entry.rich = entry.rich.saturating_add(u32::from(is_rich));
        number
    }

    /// The number of a text.
    pub(super) fn number(&self, text: &str) -> Option<usize> {
        self.index.get(text).copied()
    }

    /// A cell shows the text.
    pub(super) fn show(&mut self, number: usize) {
        self.entries[number].visible = true;
    }

    /// What a text says about the column that it stands in.
    pub(super) fn kind(&self, number: usize) -> TextKind {
        self.entries[number].kind
    }

    /// A column holds nothing but codes: these.
    pub(super) fn are_codes(&mut self, numbers: impl IntoIterator<Item = usize>) {
        numbers.into_iter().for_each(|number| self.entries[number].in_codes = true);
    }

    /// The text is not translated. `name` texts are also kept if two segments would be made of them.
    pub(super) fn keep(&mut self, text: &str) {
        if let Some(number) = self.index.get(text) {
            self.entries[*number].kept = true;
        }
    }

    /// A name must equal a cell: one that is written in runs may be translated in two ways, unless there is but one.
    pub(super) fn keep_if_ambiguous(&mut self, text: &str) {
        if let Some(number) = self.index.get(text) {
            let entry = &mut self.entries[*number];
            entry.kept |= entry.rich > 0 && entry.places > 1;
        }
    }

    /// Decides about all texts.
    pub(super) fn decide(&mut self, words: &FormulaWords) {
        for (text, number) in &self.index {
            let entry = &mut self.entries[*number];
            entry.kept |= !entry.visible || !is_prose(text) || entry.in_codes || words.holds(text);
        }
    }

    /// Counts the texts with words that are not translated, once that is decided: those that nobody sees, and those that
    /// something refers to.
    pub(super) fn leave(&self, untranslated: &mut Untranslated) {
        for entry in self.index.iter().filter(|(text, _)| is_prose(text)).map(|(_, number)| self.entries[*number]) {
            if entry.kept {
                let reason = match entry {
                    Entry { visible: false, .. } => Reason::HiddenText,
                    Entry { in_codes: true, .. } => Reason::Identifier,
                    _ => Reason::Referenced,
                };
                untranslated.add_many(reason, 1);
            }
        }
    }

    /// Whether the text is translated, once that is decided.
    pub(super) fn is_translated(&self, number: usize) -> bool {
        !self.entries[number].kept
    }

    /// The segment of the text, if it has one already.
    pub(super) fn segment(&self, number: usize) -> Option<usize> {
        self.entries[number].segment.map(|segment| segment as usize)
    }

    pub(super) fn set_segment(&mut self, number: usize, segment: usize) {
        let small = u32::try_from(segment).ok();
        let entry = &mut self.entries[number];
        entry.segment = entry.segment.or(small);
    }

    /// What became of a text; `None` if no cell has it.
    pub(super) fn look_up(&self, text: &str) -> Option<Fate> {
        let entry = self.entries[*self.index.get(text)?];
        Some(entry.segment.map_or(Fate::Kept, |segment| Fate::Segment(segment as usize)))
    }
}

/// What becomes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays.
    Kept,
    /// It is translated.
    Segment(usize),
}

impl TextKind {
    fn of(text: &str) -> Self {
        let text = text.trim();
        let is_short = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        match () {
            () if is_short && SHORT_WORDS.contains(&text) => Self::ShortWord,
            () if is_short && !is_words(text) => Self::Other,
            () if is_short => Self::Capitals,
            () if is_prose(text) => Self::Prose,
            () => Self::Other,
        }
    }
}

/// Words, not codes: `USD` and `A-12` are the same in every language, `TOTAL` and `JAN` are not.
fn is_prose(text: &str) -> bool {
    let text = text.trim();
    // `(F)3` is no word, a single letter of a script that writes words in one is.
    let has_word = text.split(|c: char| !c.is_alphabetic()).any(|run| run.chars().nth(1).is_some())
        || text.contains(|c: char| is_wide(c) && c.is_alphabetic());
    // A string is no formula, even if it begins like one: `-the rest` is a list's, `= the rest` a key's.
    let bare = text.strip_prefix("= ").unwrap_or(text).trim_start_matches(['-', '+']).trim_start();
    has_word
        && !CURRENCIES.contains(&text)
        && (is_words(bare) || is_numbered(bare) || matches!(bare, "code" | "key" | "None"))
}

/// A word with a number right behind it, as in a series that a program filled in: `Item1`, `Region12`.
fn is_numbered(text: &str) -> bool {
    let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_word = word.chars().skip(1).all(char::is_lowercase) && word.chars().all(char::is_alphabetic);
    is_word && word.chars().count() >= 4 && (1..=3).contains(&(text.len() - word.len()))
}

/// Words of up to three letters that stand in capitals in tables: they do not make a column one of codes.
const SHORT_WORDS: [&str; 62] = [
    "YES", "NO", "NEW", "OLD", "ALL", "DAY", "NET", "TAX", "SUM", "QTY", "AVG", "AGE", "END", "JAN", "FEB", "MAR",
    "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN",
    "ID", "MIN", "MAX", "LOW", "OFF", "ON", "OK", "OUT", "AND", "OR", "NOT", "ANY", "PER", "DUE", "FEE", "PAY", "KEY",
    "SET", "BUY", "RED", "JOB", "CAR", "BOX", "TOP", "VAT", "FAX", "TEL", "REF", "TBD", "PCT",
];

/// Codes of currencies that are no words (ISO 4217), which are the same in every language wherever they stand.
const CURRENCIES: [&str; 26] = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "BRL", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK",
    "HUF", "RUB", "MXN", "ZAR", "KRW", "SGD", "HKD", "ILS", "AED", "SAR",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_made_for_a_text() {
        let mut texts = Texts::default();
        let numbers: Vec<_> =
            ["Shown", "Hidden", "USD", "Literal", "12", "Named", "TOTAL"].map(|text| texts.add(text, false)).into();
        numbers.iter().enumerate().filter(|(at, _)| *at != 1).for_each(|(_, number)| texts.show(*number));
        texts.keep("Named");
        let mut words = FormulaWords::default();
        words.read("IF(A1=\"LITERAL\",1,2)", false);
        texts.decide(&words);
        let translated: Vec<_> = numbers.iter().map(|number| texts.is_translated(*number)).collect();
        assert_eq!(translated, [true, false, false, false, false, false, true]);
        texts.set_segment(numbers[0], 7);
        assert_eq!(texts.look_up("Shown"), Some(Fate::Segment(7)));
        assert_eq!(texts.look_up("Hidden"), Some(Fate::Kept));
        assert_eq!(texts.look_up("nowhere"), None);
    }

    #[test]
    fn codes_are_no_words() {
        for (text, is) in [
            ("JAN", true),
            ("USD", false),
            ("QTY", true),
            ("Item1", true),
            ("abc1", false),
            ("valueA1", false),
            ("file12345", false),
            ("SPF", true),
            ("(F)3", false),
            ("$R[]{A}", false),
            ("名", true),
            ("ok", true),
            ("x", false),
        ] {
            assert_eq!(is_prose(text), is, "{text}");
        }
    }
}
