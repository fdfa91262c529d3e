//! Lists of data validations: what people choose from (ECMA-376 part 1, 18.3.1.32).
//!
//! A choice is translated with the cells that say it, or stays with them. What a list takes from cells is seen, though the
//! cells may be hidden.

use std::collections::{HashMap, HashSet};

use terjuman_model::TaggedText;

use super::book::Book;
use super::formulas::{FormulaWords, cells};
use super::originals::Originals;
use super::sheet::Found;
use super::slot::{Bit, Shape, Slot, Translated, joined};
use super::texts::Texts;
use crate::FormatError;

/// The lists of all sheets.
#[derive(Default)]
pub(super) struct Lists {
    choices: Vec<Vec<String>>,
    /// References to choices, with the sheets they stand on.
    ranges: Vec<(String, String)>,
    /// Cells that are not seen, by the names of sheets in lower case.
    unseen: HashMap<String, Vec<(u32, usize, usize)>>,
}

impl Lists {
    /// Takes in what was found on a sheet.
    pub(super) fn add(&mut self, sheet: &str, found: &mut Found) {
        self.choices.append(&mut found.choices);
        self.ranges.extend(found.ranges.drain().map(|range| (sheet.to_owned(), range)));
        if !found.unseen.is_empty() {
            self.unseen.insert(sheet.to_lowercase(), std::mem::take(&mut found.unseen));
        }
    }

    /// Decides which choices stay: those that a formula compares with, and all in one list with them.
    pub(super) fn settle(mut self, book: &Book, words: &mut FormulaWords, texts: &mut Texts) {
        self.show(book, texts);
        let mut of_choice: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, list) in self.choices.iter().enumerate() {
            list.iter().for_each(|choice| of_choice.entry(choice.to_lowercase()).or_default().push(number));
        }
        let mut stays = vec![false; self.choices.len()];
        let mut open: Vec<String> = of_choice.keys().filter(|choice| words.holds(choice)).cloned().collect();
        while let Some(choice) = open.pop() {
            for number in of_choice.remove(&choice).unwrap_or_default() {
                if !std::mem::replace(&mut stays[number], true) {
                    open.extend(self.choices[number].iter().map(|choice| choice.to_lowercase()));
                }
            }
        }
        for (list, stays) in self.choices.iter().zip(stays) {
            for choice in list {
                let number = texts.add(choice, false);
                texts.show(number);
                texts.keep_if_ambiguous(choice);
                if stays {
                    words.add_literal(choice);
                }
            }
        }
    }

    /// Cells that a list takes its choices from are seen.
    fn show(&mut self, book: &Book, texts: &mut Texts) {
        let mut done = HashSet::new();
        for (own, range) in &self.ranges {
            let named = book.formulas.get(&range.to_lowercase());
            let Some((sheet, rows, columns)) = cells(named.unwrap_or(range)) else { continue };
            let sheet = sheet.as_ref().unwrap_or(own).to_lowercase();
            let Some(unseen) = self.unseen.get(&sheet) else { continue };
            if done.len() >= RANGES || !done.insert((sheet, rows.clone(), columns.clone())) {
                continue;
            }
            for (row, column, number) in unseen {
                if rows.contains(row) && columns.contains(column) {
                    texts.show(*number);
                }
            }
        }
    }
}

/// Ranges that cells are looked for in.
const RANGES: usize = 1_000;
/// The longest list, in UTF-16 units.
const LIST: usize = 255;

/// The choices that have to be something else than their translation, with what they are: a comma would make two of one,
/// and a list that is too long makes a workbook that Excel repairs.
///
/// # Errors
/// As [`joined`].
pub(super) fn fitting(
    lists: &[&Slot],
    translated: &Translated<'_>,
    changed: &[bool],
    originals: &Originals,
) -> Result<Vec<(usize, TaggedText)>, FormatError> {
    let mut fitted: HashMap<usize, TaggedText> = HashMap::new();
    for segment in lists.iter().flat_map(|list| list.segments()).filter(|segment| changed[*segment]) {
        let text = translated.flat(segment)?;
        if text.contains(',') && !fitted.contains_key(&segment) {
            let other = text.replace(", ", " – ");
            let is_one = !other.contains(',') && translated.translations[segment].marks().is_empty();
            fitted.insert(segment, if is_one { TaggedText::plain(other) } else { originals.get(segment) });
        }
    }
    // Giving up one list may make another longer: at most so often.
    for round in 0..=ROUNDS {
        let mut all = translated.translations.to_vec();
        fitted.iter().for_each(|(segment, text)| all[*segment] = text.clone());
        let with = Translated { translations: &all, markup: translated.markup };
        let before = fitted.len();
        let mut any = false;
        for list in lists {
            let Shape::Choices(bits) = &list.shape else { continue };
            if joined(bits, &with)?.encode_utf16().count() > LIST || round == ROUNDS {
                for segment in list.segments().filter(|segment| changed[*segment]) {
                    any |= fitted.insert(segment, originals.get(segment)) != Some(originals.get(segment));
                }
            }
        }
        if !any && before == fitted.len() {
            break;
        }
    }
    Ok(fitted.into_iter().collect())
}

/// How often lists that are too long are looked for.
const ROUNDS: usize = 4;

/// Whether the slot is a list of choices.
pub(super) fn is_list(slot: &&Slot) -> bool {
    matches!(&slot.shape, Shape::Choices(bits) if bits.iter().any(|bit| matches!(bit, Bit::Choice(_))))
}
