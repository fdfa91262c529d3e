//! Reads a worksheet: which strings its cells show, what its formulas refer to, and the text of its own.
//!
//! Cells are read one by one; nothing is ever made of the cells that are not there.

use std::collections::{HashMap, HashSet};

use super::escapes;
use super::formulas::{self, FormulaWords};
use super::pending::{Pending, What};
use super::rich::RichString;
use super::texts::{TextKind, Texts};
use crate::runs::Span;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, Reason, Untranslated};

/// What is known before a sheet is read.
pub(super) struct Surroundings<'a> {
    /// The numbers of the shared strings' texts.
    pub(super) strings: &'a [usize],
    pub(super) texts: &'a mut Texts,
    pub(super) words: &'a mut FormulaWords,
    pub(super) limits: &'a Limits,
    /// Whether its cells are seen.
    pub(super) is_shown: bool,
    /// Whether cells in hidden rows and columns count as seen.
    pub(super) hidden_text: bool,
    /// Whether comments are text.
    pub(super) comments: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) pending: Vec<Pending>,
    /// Start tags of its views.
    pub(super) views: Vec<Span>,
    /// Some formula gives a string.
    pub(super) has_text_results: bool,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
    /// What lists of validations offer to choose from.
    pub(super) choices: Vec<Vec<String>>,
    /// Where lists of validations have their choices from.
    pub(super) ranges: HashSet<String>,
    /// Texts of cells that are not seen: row, column and number.
    pub(super) unseen: Vec<(u32, usize, usize)>,
}

/// Columns of a sheet.
const COLUMNS: usize = 16_384;
/// Rows of a sheet.
const ROWS: u32 = 1 << 20;
/// Cells of a sheet.
const CELLS: usize = 5_000_000;
/// Ranges with choices, and cells that are not seen and may have some: of a sheet.
const RANGES: usize = 1_000;
const UNSEEN: usize = 100_000;
/// So many codes that differ make a column one of codes.
const CODES: usize = 4;
/// Formulas of a sheet that fill many cells. If there are more, a string without a formula may be the result of any.
const FILLED: usize = 200;
/// The longest titles and texts of data validations.
const TITLE: usize = 32;
const PROMPT: usize = 255;

/// Reads the sheet.
///
/// # Errors
/// [`FormatError::Corrupt`] for references that no sheet has, [`FormatError::TooComplex`] past a limit.
pub(super) fn read<'a>(part: &'a XmlPart, around: &mut Surroundings<'a>) -> Result<Found, FormatError> {
    let mut reader = Reader {
        text: &part.text,
        scanner: Scanner::new(&part.text, &part.name, around.limits),
        around,
        found: Found::default(),
        hidden_columns: Vec::new(),
        is_filtered: false,
        row_is_hidden: false,
        next_column: 0,
        cells: 0,
        cell: Cell::default(),
        filled: Vec::new(),
        validation_depth: 0,
        is_list: false,
        row: 0,
        reading: None,
        buffer: String::new(),
        maybe: Vec::new(),
        columns: HashMap::new(),
    };
    reader.run()?;
    for column in std::mem::take(&mut reader.columns).into_values().filter(Column::is_of_codes) {
        reader.around.texts.are_codes(column.capitals);
    }
    Ok(reader.found)
}

/// What a cell's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum CellKind {
    #[default]
    Other,
    Shared,
    Inline,
    Result,
}

#[derive(Debug, Default)]
struct Cell {
    kind: CellKind,
    is_hidden: bool,
    column: usize,
    /// Its text is what a formula gave.
    has_formula: bool,
}

/// Cells that one formula fills: only the first of them has it.
#[derive(Debug)]
struct Filled {
    /// The last row and column.
    last: (u32, usize),
    /// The first row and column.
    first: (u32, usize),
}

/// The element whose text is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Value,
    Formula,
    Header,
}

struct Reader<'a, 'b> {
    text: &'a str,
    scanner: Scanner<'a>,
    around: &'b mut Surroundings<'a>,
    found: Found,
    /// Ranges of columns, from 0, the end excluded.
    hidden_columns: Vec<std::ops::Range<usize>>,
    /// A filter hides rows: they are only out of sight.
    is_filtered: bool,
    row_is_hidden: bool,
    next_column: usize,
    cells: usize,
    cell: Cell,
    /// Cells that one formula fills.
    filled: Vec<Filled>,
    /// The depth of the data validation that is open.
    validation_depth: usize,
    /// It is a list of choices.
    is_list: bool,
    /// The number of the row, from 1.
    row: u32,
    reading: Option<(Reading, usize, usize)>,
    buffer: String,
    /// Texts in hidden rows: seen if a filter hides them.
    maybe: Vec<usize>,
    /// Columns that show words.
    columns: HashMap<usize, Column>,
}

/// What the cells of a column show.
#[derive(Debug, Default)]
struct Column {
    /// Texts of two or three capitals, those that are known as words among them.
    capitals: HashSet<usize>,
    /// How many texts are in capitals and no known words.
    codes: usize,
    /// Cells with capitals, and with other words.
    cells: usize,
    others: usize,
}

impl Column {
    /// Countries, airports or units one below the other: at least so many that differ, and hardly any other words.
    fn is_of_codes(&self) -> bool {
        self.codes >= CODES && self.cells >= self.others.saturating_mul(4)
    }
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self) -> Result<(), FormatError> {
        let mut inline: Option<(usize, usize)> = None;
        while let Some(event) = self.scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if inline.is_none() && self.reading.is_none() => {
                    if name.is(Namespace::Spreadsheet, "is") && self.cell.kind == CellKind::Inline {
                        inline = Some((event.range.start, self.scanner.depth()));
                    } else {
                        self.start(name, event.range.into())?;
                    }
                }
                Kind::End { .. } => match (inline, self.reading) {
                    (Some((start, depth)), _) if self.scanner.depth() + 1 == depth => {
                        inline = None;
                        self.inline(Span { start, end: event.range.end.max(start) })?;
                    }
                    (None, Some((what, start, depth))) if self.scanner.depth() + 1 == depth => {
                        self.reading = None;
                        self.end(what, Span { start, end: event.range.start.max(start) })?;
                    }
                    (None, None) if self.scanner.depth() < self.validation_depth => self.validation_depth = 0,
                    _ => {}
                },
                Kind::Text if self.reading.is_some() => self.buffer.push_str(&unescape(&self.text[event.range])),
                Kind::CData if self.reading.is_some() => {
                    self.buffer
                        .push_str(&self.text[event.range.start + "<![CDATA[".len()..event.range.end - "]]>".len()]);
                }
                _ => {}
            }
        }
        if self.is_filtered {
            self.maybe.drain(..).for_each(|number| self.around.texts.show(number));
        }
        Ok(())
    }

    fn start(&mut self, name: Name<'a>, span: Span) -> Result<(), FormatError> {
        match name.local {
            "row" if name.namespace == Namespace::Spreadsheet => self.row()?,
            "c" if name.namespace == Namespace::Spreadsheet => self.cell()?,
            "v" if name.namespace == Namespace::Spreadsheet
                && matches!(self.cell.kind, CellKind::Shared | CellKind::Result) =>
            {
                self.read_text(Reading::Value, span);
            }
            "f" | "formula" | "formula1" | "formula2" => {
                self.cell.has_formula = true;
                if self.filled.len() <= FILLED
                    && matches!(self.scanner.value(Namespace::None, "t").as_deref(), Some("array" | "dataTable"))
                {
                    let filled = self.scanner.value(Namespace::None, "ref").and_then(|range| filled_of(&range));
                    self.filled.extend(filled);
                }
                self.read_text(Reading::Formula, span);
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter"
                if self.around.is_shown =>
            {
                self.read_text(Reading::Header, span);
            }
            "col" => self.column(),
            "sheetView" if name.namespace == Namespace::Spreadsheet => self.found.views.push(span),
            "filterColumn" => self.is_filtered = true,
            "filter" | "customFilter" => self.attribute("val", What::Same),
            "hyperlink" => {
                if self.around.is_shown {
                    self.attribute("tooltip", What::Own(PROMPT));
                }
                // What the cell says.
                self.attribute("display", What::Same);
            }
            // What the list of scenarios says of each; its name is what macros and reports know it by.
            "scenario" if self.around.is_shown && self.around.comments => self.attribute("comment", What::Own(PROMPT)),
            "scenario" if self.around.is_shown => {
                self.found.untranslated.add(Reason::CommentsOff, "", span.start);
            }
            "dataValidation" => {
                self.validation_depth = self.scanner.depth();
                self.is_list = self.scanner.value(Namespace::None, "type").as_deref() == Some("list");
                if self.around.is_shown {
                    self.attribute("promptTitle", What::Own(TITLE));
                    self.attribute("prompt", What::Own(PROMPT));
                    self.attribute("errorTitle", What::Own(TITLE));
                    self.attribute("error", What::Own(PROMPT));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read_text(&mut self, what: Reading, span: Span) {
        self.buffer.clear();
        self.reading = Some((what, span.end, self.scanner.depth()));
    }

    fn attribute(&mut self, local: &str, what: What) {
        if let Some(attribute) = self.scanner.attribute(Namespace::None, local) {
            self.found.pending.push(Pending { span: attribute.value.into(), what });
        }
    }

    fn number(&mut self, local: &str) -> Option<usize> {
        self.scanner.value(Namespace::None, local)?.trim().parse().ok()
    }

    fn is_on(&mut self, local: &str) -> bool {
        matches!(self.scanner.value(Namespace::None, local).as_deref(), Some("1" | "true" | "on"))
    }

    fn column(&mut self) {
        if self.is_on("hidden")
            && !self.has_outline()
            && let (Some(first), Some(last)) = (self.number("min"), self.number("max"))
            && self.hidden_columns.len() < COLUMNS
        {
            self.hidden_columns.push(first.saturating_sub(1)..last.min(COLUMNS));
        }
    }

    /// Groups that are folded are only out of sight.
    fn has_outline(&mut self) -> bool {
        self.number("outlineLevel").is_some_and(|level| level > 0)
    }

    fn row(&mut self) -> Result<(), FormatError> {
        self.next_column = 0;
        self.row_is_hidden = self.is_on("hidden") && !self.has_outline();
        self.row = match self.scanner.value(Namespace::None, "r").map(|row| row.parse()) {
            Some(Ok(row)) if (1..=ROWS).contains(&row) => row,
            Some(_) => return Err(self.scanner.corrupt("a row that no sheet has")),
            None => self.row.saturating_add(1),
        };
        Ok(())
    }

    fn cell(&mut self) -> Result<(), FormatError> {
        self.cells += 1;
        if self.cells > CELLS {
            return Err(FormatError::TooComplex { limit: CELLS as u64, unit: "cells of a sheet" });
        }
        let column = match self.scanner.value(Namespace::None, "r") {
            Some(reference) => {
                column_of(&reference).ok_or_else(|| self.scanner.corrupt("a reference to a cell that no sheet has"))?
            }
            None => self.next_column,
        };
        self.next_column = column + 1;
        let kind = match self.scanner.value(Namespace::None, "t").as_deref() {
            Some("s") => CellKind::Shared,
            Some("inlineStr") => CellKind::Inline,
            Some("str") => CellKind::Result,
            _ => CellKind::Other,
        };
        let is_hidden = self.row_is_hidden || self.in_hidden_column(column);
        self.cell = Cell { kind, is_hidden, column, has_formula: false };
        Ok(())
    }

    /// Whether the string of the cell is what a formula gave. Some programs write all strings as others write results.
    fn is_result(&self) -> bool {
        let place = (self.row, self.cell.column);
        let holds = |filled: &Filled| {
            (filled.first.0..=filled.last.0).contains(&place.0) && (filled.first.1..=filled.last.1).contains(&place.1)
        };
        self.cell.has_formula || self.filled.len() > FILLED || self.filled.iter().any(holds)
    }

    fn in_hidden_column(&self, column: usize) -> bool {
        // Columns come in order, and few are hidden.
        let after = self.hidden_columns.partition_point(|range| range.start <= column);
        after > 0 && self.hidden_columns[after - 1].contains(&column)
    }

    fn end(&mut self, what: Reading, span: Span) -> Result<(), FormatError> {
        match what {
            Reading::Formula => {
                let in_list = self.validation_depth > 0;
                let span = inner(self.text, span);
                if in_list && self.is_list && self.around.is_shown {
                    let plain = span.filter(|span| !self.text[span.range()].contains('<'));
                    if let (Some(list), Some(span)) = (formulas::choices(&self.buffer), plain) {
                        self.found.choices.push(list.into_iter().map(|(_, choice)| choice).collect());
                        self.found.pending.push(Pending { span, what: What::Choices });
                        return Ok(());
                    }
                    if self.found.ranges.len() < RANGES {
                        self.found.ranges.insert(self.buffer.trim().to_owned());
                    }
                }
                let Some(span) = span else {
                    self.around.words.read(&self.buffer, in_list);
                    self.around.words.keep_columns(&self.buffer);
                    return Ok(());
                };
                if self.around.words.read(&self.buffer, in_list) {
                    if self.text[span.range()].contains("<![CDATA[") {
                        self.around.words.keep_columns(&self.buffer);
                    }
                    self.found.pending.push(Pending { span, what: What::Formula });
                }
            }
            Reading::Header => self.found.pending.push(Pending { span, what: What::Header }),
            Reading::Value => {
                // A cell has one value; what extensions call so is none.
                if std::mem::take(&mut self.cell.kind) == CellKind::Result {
                    if !self.is_result() && !self.text[span.range()].contains('<') {
                        let number = self.around.texts.add(&escapes::decode(&self.buffer), false);
                        self.found.pending.push(Pending { span, what: What::Value(number) });
                        self.show(number);
                        return Ok(());
                    }
                    self.found.has_text_results = true;
                    self.found.untranslated.add(Reason::Formula, "", span.start);
                    return Ok(());
                }
                let index: Option<usize> = self.buffer.trim().parse().ok();
                let number = index.and_then(|index| self.around.strings.get(index).copied());
                let number = number.ok_or_else(|| self.scanner.corrupt("a shared string that does not exist"))?;
                self.show(number);
            }
        }
        Ok(())
    }

    fn inline(&mut self, element: Span) -> Result<(), FormatError> {
        let string = RichString::read(self.text, element, self.around.limits)?;
        let number = self.around.texts.add(&string.text(), string.is_rich());
        self.found.pending.push(Pending { span: element, what: What::Cell(number) });
        self.show(number);
        Ok(())
    }

    /// A cell has the text.
    fn show(&mut self, number: usize) {
        if (!self.around.is_shown || (self.cell.is_hidden && !self.around.hidden_text))
            && self.found.unseen.len() < UNSEEN
        {
            self.found.unseen.push((self.row, self.cell.column, number));
        }
        if !self.around.is_shown {
            return;
        }
        match self.around.texts.kind(number) {
            TextKind::Other => {}
            TextKind::Prose => self.columns.entry(self.cell.column).or_default().others += 1,
            kind => {
                let column = self.columns.entry(self.cell.column).or_default();
                column.cells += 1;
                column.codes += usize::from(column.capitals.insert(number) && kind == TextKind::Capitals);
            }
        }
        if !self.cell.is_hidden || self.around.hidden_text {
            self.around.texts.show(number);
        } else if self.row_is_hidden {
            self.maybe.push(number);
        }
    }
}

/// Where the text of a formula stands, which extensions put into one more element; `None` if there is more.
fn inner(text: &str, span: Span) -> Option<Span> {
    let all = &text[span.range()];
    if !all.contains('<') || all.contains("<![CDATA[") {
        return Some(span);
    }
    let (start, end) = (all.find('>')? + 1, all.rfind("</")?);
    let is_wrapped = start <= end && all.trim_start().starts_with('<') && !all[start..end].contains('<');
    is_wrapped.then(|| Span { start: span.start + start, end: span.start + end })
}

/// The cells of a range like `B1:C9`.
fn filled_of(range: &str) -> Option<Filled> {
    let (first, last) = range.split_once(':')?;
    let place = |reference: &str| {
        let row = reference.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
        Some((row, column_of(reference)?))
    };
    Some(Filled { first: place(first)?, last: place(last)? })
}

/// The column of a reference like `AB12`, from 0.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let row = &reference[letters..];
    if !(1..=3).contains(&letters) || row.len() > 7 || !row.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let row: u32 = row.parse().ok()?;
    let column =
        reference[..letters].bytes().fold(0, |column, b| column * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1);
    ((1..=ROWS).contains(&row) && column <= COLUMNS).then(|| column - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read() {
        for (reference, column) in [
            ("A1", Some(0)),
            ("AB12", Some(27)),
            ("XFD1048576", Some(16_383)),
            ("XFE1", None),
            ("A0", None),
            ("A1048577", None),
            ("A18446744073709551617", None),
            ("12", None),
            ("A", None),
            ("", None),
            ("é1", None),
        ] {
            assert_eq!(column_of(reference), column, "{reference}");
        }
    }
}
