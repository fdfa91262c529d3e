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
    rich: usize,
    places: usize,
    kept: bool,
    segment: Option<usize>,
}

impl Texts {
    /// Notes a place where a text is written; returns the text's number.
    pub(super) fn add(&mut self, text: &str, is_rich: bool) -> usize {
        let number = match self.index.get(text) {
            Some(number) => *number,
            None => {
                self.index.insert(text.into(), self.entries.len());
                self.entries.push(Entry::default());
                self.entries.len() - 1
            }
        };
        let entry = &mut self.entries[number];
        entry.places += 1;
        entry.rich += usize::from(is_rich);
        number
    }

    /// A cell shows the text.
    pub(super) fn show(&mut self, number: usize) {
        self.entries[number].visible = true;
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
            entry.kept |= !entry.visible || !is_prose(text) || words.holds(text);
        }
    }

    /// Counts the texts with words that are not translated, once that is decided: those that nobody sees, and those that
    /// something refers to.
    pub(super) fn leave(&self, untranslated: &mut Untranslated) {
        for entry in self.index.iter().filter(|(text, _)| is_prose(text)).map(|(_, number)| self.entries[*number]) {
            if entry.kept {
                let reason = if entry.visible { Reason::Referenced } else { Reason::HiddenText };
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
        self.entries[number].segment
    }

    pub(super) fn set_segment(&mut self, number: usize, segment: usize) {
        self.entries[number].segment.get_or_insert(segment);
    }

    /// What became of a text; `None` if no cell has it.
    pub(super) fn look_up(&self, text: &str) -> Option<Fate> {
        let entry = self.entries[*self.index.get(text)?];
        Some(entry.segment.map_or(Fate::Kept, Fate::Segment))
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

/// Words, not codes: `USD` and `A-12` are the same in every language, `TOTAL` and `JAN` are not.
fn is_prose(text: &str) -> bool {
    let text = text.trim();
    let is_code = text.len() <= 3 && text.bytes().all(|b| b.is_ascii_uppercase()) && !SHORT_WORDS.contains(&text);
    // `(F)3` is no word, a single letter of a script that writes words in one is.
    let has_word = text.split(|c: char| !c.is_alphabetic()).any(|run| run.chars().nth(1).is_some())
        || text.contains(|c: char| is_wide(c) && c.is_alphabetic());
    // A string is no formula, even if it begins like one: `-the rest` is a list's, `= the rest` a key's.
    let bare = text.strip_prefix("= ").unwrap_or(text).trim_start_matches(['-', '+']).trim_start();
    has_word && !is_code && (is_words(bare) || matches!(bare, "code" | "key" | "None"))
}

/// Words of up to three letters that stand in capitals in the headings of tables.
const SHORT_WORDS: [&str; 32] = [
    "YES", "NO", "NEW", "OLD", "ALL", "DAY", "NET", "TAX", "SUM", "QTY", "AVG", "AGE", "END", "JAN", "FEB", "MAR",
    "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN",
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
