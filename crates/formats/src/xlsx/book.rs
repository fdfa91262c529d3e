//! The workbook's own part: its sheets, the names it defines, and when it computes.

use std::collections::HashMap;

use super::formulas::FormulaWords;
use super::pending::{Pending, What};
use super::tags::set_attribute;
use crate::runs::{Rewritten, Span};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// Whether a sheet is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Visible,
    Hidden,
    /// Only a program can show it.
    VeryHidden,
}

/// A sheet as the workbook names it.
#[derive(Debug)]
pub(super) struct SheetEntry {
    pub(super) name: String,
    pub(super) relationship: String,
    pub(super) visibility: Visibility,
}

/// What the workbook's part says.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) sheets: Vec<SheetEntry>,
    /// What its names stand for, by the names in lower case.
    pub(super) formulas: HashMap<String, String>,
    /// Names that it defines.
    pub(super) names: Vec<String>,
    /// Formulas of names that refer to tables.
    pub(super) pending: Vec<Pending>,
    /// The start tag of `calcPr`.
    calculation: Option<Span>,
    /// Where it would stand.
    place: Option<usize>,
    prefix: Box<str>,
}

/// Sheets of one workbook.
const SHEETS: usize = 1_000;

impl Book {
    /// Reads the part; formulas of its names are added to `words`.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is not well-formed, [`FormatError::TooComplex`] for too many sheets.
    pub(super) fn read(part: &XmlPart, words: &mut FormulaWords, limits: &Limits) -> Result<Self, FormatError> {
        let mut book = Self::default();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut formula: Option<(usize, String)> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.namespace == Namespace::Spreadsheet => match name.local {
                    "workbook" => book.prefix = name.qualified.strip_suffix(name.local).unwrap_or_default().into(),
                    "sheet" => {
                        if book.sheets.len() >= SHEETS {
                            return Err(FormatError::TooComplex { limit: SHEETS as u64, unit: "sheets" });
                        }
                        let visibility = match scanner.value(Namespace::None, "state").as_deref() {
                            Some("hidden") => Visibility::Hidden,
                            Some("veryHidden") => Visibility::VeryHidden,
                            _ => Visibility::Visible,
                        };
                        book.sheets.push(SheetEntry {
                            name: scanner.value(Namespace::None, "name").unwrap_or_default().into_owned(),
                            relationship: scanner
                                .value(Namespace::Relationships, "id")
                                .unwrap_or_default()
                                .into_owned(),
                            visibility,
                        });
                    }
                    "definedName" => {
                        book.names.extend(scanner.value(Namespace::None, "name").map(Into::into));
                        formula = Some((event.range.end, String::new()));
                    }
                    "calcPr" => book.calculation = Some(event.range.into()),
                    _ => {}
                },
                Kind::Text => {
                    if let Some((_, formula)) = &mut formula {
                        formula.push_str(&unescape(&part.text[event.range]));
                    }
                }
                Kind::End { name } if name.namespace == Namespace::Spreadsheet => {
                    if name.local == "definedName"
                        && let Some((start, formula)) = formula.take()
                    {
                        if words.read(&formula, false) {
                            let span = Span { start, end: event.range.start.max(start) };
                            book.pending.push(Pending { span, what: What::Formula });
                        }
                        if let Some(name) = book.names.last() {
                            book.formulas.insert(name.to_lowercase(), formula);
                        }
                    }
                    if BEFORE_CALCULATION.contains(&name.local) && scanner.depth() == 1 {
                        book.place = Some(event.range.end);
                    }
                }
                _ => {}
            }
        }
        Ok(book)
    }

    /// Asks for a computation when the workbook is opened: results of formulas that are strings are as they were.
    pub(super) fn recalculate(&self, part: &XmlPart) -> Option<Rewritten> {
        let Some(tag) = self.calculation else {
            let place = self.place?;
            return Some((place..place, format!("<{}calcPr fullCalcOnLoad=\"1\"/>", self.prefix)));
        };
        set_attribute(&part.text, tag, "fullCalcOnLoad", "1")
    }
}

/// What stands before `calcPr` in a workbook (CT_Workbook).
const BEFORE_CALCULATION: [&str; 4] = ["sheets", "functionGroups", "externalReferences", "definedNames"];
