//! The workbook behind a chart: cells that feed names of series and categories get the words that the chart got, or
//! they would come back as soon as somebody edits the chart's data.
//!
//! Only shared strings without formatting are written, and the names of table columns that must equal them. A workbook
//! whose formulas name such columns, or whose columns would no longer differ, is kept.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use terjuman_model::TaggedText;

use crate::docx::OfficePart;
use crate::edits::Edits;
use crate::package::{Changes, Package, relationships_of};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, escape_attribute, escape_text, unescape};
use crate::{FormatError, Limits};

/// A place in a sheet, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Cell {
    column: u32,
    row: u32,
}

/// A cached text of a chart, and the cell it comes from.
#[derive(Debug)]
pub(super) struct CellReference {
    /// Where the text begins in the chart.
    at: usize,
    sheet: String,
    cell: Cell,
}

/// A cell, and the segment that its text is.
#[derive(Debug)]
pub(super) struct Feed {
    sheet: String,
    cell: Cell,
    segment: usize,
}

/// A workbook with the places of its texts that feed charts.
pub(super) struct FedWorkbook {
    name: String,
    package: Package,
    strings: XmlPart,
    texts: Vec<FedText>,
    tables: Vec<Table>,
    limits: Limits,
}

/// A shared string.
#[derive(Debug)]
struct FedText {
    /// In the strings: what is between its tags.
    span: Range<usize>,
    segment: usize,
}

/// A table, whose columns are named like the cells that head them.
#[derive(Debug)]
struct Table {
    part: XmlPart,
    /// The names, and where they stand.
    columns: Vec<(Range<usize>, String)>,
}

/// Text of a formula that is looked at.
const FORMULA_BYTES: usize = 1 << 10;

/// The cells that cached texts of a chart come from.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn references(part: &XmlPart, limits: &Limits) -> Result<Vec<CellReference>, FormatError> {
    let mut references = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let (mut area, mut formula, mut in_formula) = (None, String::new(), false);
    // How many points there are, which of them it is, and on which level.
    let (mut count, mut index, mut level) = (0u32, None, 0u32);
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if name.namespace == Namespace::Chart => {
                let number = |scanner: &mut Scanner<'_>, local: &str| {
                    scanner.value(Namespace::None, local).and_then(|value| value.trim().parse::<u32>().ok())
                };
                match name.local {
                    "strRef" | "multiLvlStrRef" => (area, count, level, index) = (None, 0, 0, None),
                    "f" => (formula, in_formula) = (String::new(), true),
                    "ptCount" => count = number(&mut scanner, "val").unwrap_or_default(),
                    "pt" => index = number(&mut scanner, "idx"),
                    "v" => {
                        let cell = area
                            .as_ref()
                            .zip(index)
                            .and_then(|((_, area), index): (&(String, Area), u32)| area.cell(index, level, count));
                        if let (Some(cell), Some((sheet, _))) = (cell, &area) {
                            references.push(CellReference { at: event.range.end, sheet: sheet.clone(), cell });
                        }
                    }
                    _ => {}
                }
            }
            Kind::End { name } if name.namespace == Namespace::Chart => match name.local {
                "f" => {
                    in_formula = false;
                    area = read_area(&formula);
                }
                "lvl" => level += 1,
                "strRef" | "multiLvlStrRef" => area = None,
                _ => {}
            },
            Kind::Text if in_formula && formula.len() < FORMULA_BYTES => {
                formula.push_str(&unescape(&part.text[event.range]));
            }
            _ => {}
        }
    }
    Ok(references)
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy)]
struct Area {
    first: Cell,
    last: Cell,
}

impl Area {
    /// The cell of a point. Categories in several levels stand side by side, the finest one last.
    fn cell(&self, index: u32, level: u32, count: u32) -> Option<Cell> {
        let (Cell { column, row }, last) = (self.first, self.last);
        let rows = last.row - row + 1;
        let cell = if last.column == column || (last.row != row && rows == count) {
            Cell { column: last.column.checked_sub(level)?, row: row.checked_add(index)? }
        } else {
            Cell { column: column.checked_add(index)?, row: last.row.checked_sub(level)? }
        };
        let is_within = (column..=last.column).contains(&cell.column) && (row..=last.row).contains(&cell.row);
        is_within.then_some(cell)
    }
}

/// `Sheet1!$A$2:$A$5`, `'My sheet'!$B$1`. Several areas, and names, are none.
fn read_area(formula: &str) -> Option<(String, Area)> {
    let (sheet, cells) = formula.trim().rsplit_once('!')?;
    let sheet = match sheet.strip_prefix('\'').and_then(|quoted| quoted.strip_suffix('\'')) {
        Some(quoted) => quoted.replace("''", "'"),
        None => sheet.to_owned(),
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let (first, last) = (read_cell(first)?, read_cell(last)?);
    (first.column <= last.column && first.row <= last.row).then_some((sheet, Area { first, last }))
}

/// `$B$12`.
fn read_cell(name: &str) -> Option<Cell> {
    let name = name.strip_prefix('$').unwrap_or(name);
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = name[..letters].bytes().try_fold(0u32, |column, letter| {
        column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    let digits = name[letters..].strip_prefix('$').unwrap_or(&name[letters..]);
    let row = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    (column > 0 && row > 0).then_some(Cell { column, row })
}

/// The cells whose text is a segment of the chart; `segments` are the numbers of the chart's segments.
pub(super) fn feeds(references: &[CellReference], chart: &OfficePart, segments: &[usize]) -> Vec<Feed> {
    let values: HashMap<usize, usize> = chart.values().map(|(segment, span)| (span.start, segment)).collect();
    let fed = references.iter().filter_map(|reference| {
        let segment = segments[*values.get(&reference.at)?];
        Some(Feed { sheet: reference.sheet.to_lowercase(), cell: reference.cell, segment })
    });
    fed.collect()
}

impl FedWorkbook {
    /// Opens the workbook `name` of a presentation, and finds the texts of `feeds` in it, which say what `sources` say.
    /// `None` if it cannot be written without harm. `budget` is what all workbooks together may still expand to.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is no workbook, [`FormatError::TooComplex`] past a limit.
    pub(super) fn read(
        outer: &mut Package,
        name: &str,
        feeds: &[Feed],
        sources: &dyn Fn(usize) -> String,
        budget: &mut u64,
        limits: &Limits,
    ) -> Result<Option<Self>, FormatError> {
        let limits = Limits { zip_total_bytes: *budget, ..limits.clone() };
        let mut package = Package::open(&outer.require(name)?, &limits)?;
        let mut read = |package: &mut Package, part: &str| {
            let bytes = package.require(part)?;
            *budget = budget.saturating_sub(bytes.len() as u64);
            XmlPart::decode(part, bytes)
        };
        let roots = relationships_of(&mut package, "", &limits)?;
        let main = roots.into_iter().find(|relationship| relationship.kind == "officeDocument");
        let Some(main) = main.and_then(|relationship| relationship.part) else { return Ok(None) };
        let book = read(&mut package, &main)?;
        let related = relationships_of(&mut package, &main, &limits)?;
        let Some(strings) = related.iter().find(|relationship| relationship.kind == "sharedStrings") else {
            return Ok(None);
        };
        let Some(strings) = &strings.part else { return Ok(None) };
        let strings = read(&mut package, strings)?;
        let by_id: HashMap<&str, &str> =
            related.iter().filter_map(|found| Some((found.id.as_str(), found.part.as_deref()?))).collect();
        let mut by_sheet: HashMap<&str, HashMap<Cell, usize>> = HashMap::new();
        for feed in feeds {
            by_sheet.entry(&feed.sheet).or_default().insert(feed.cell, feed.segment);
        }
        let no_cells = HashMap::new();
        let (mut wanted, mut tables): (HashMap<usize, usize>, Vec<Table>) = (HashMap::new(), Vec::new());
        for (sheet, id) in sheets(&book, &limits)? {
            let Some(part) = by_id.get(id.as_str()).filter(|part| package.contains(part)) else { continue };
            let cells = by_sheet.get(sheet.as_str()).unwrap_or(&no_cells);
            let Some(found) = shared_strings(&read(&mut package, part)?, cells, &limits)? else { return Ok(None) };
            found.into_iter().for_each(|(string, segment)| {
                wanted.entry(string).or_insert(segment);
            });
            for relationship in relationships_of(&mut package, part, &limits)? {
                if relationship.kind == "table"
                    && let Some(table) = relationship.part.filter(|table| package.contains(table))
                {
                    match Table::read(read(&mut package, &table)?, &limits)? {
                        Some(table) => tables.push(table),
                        None => return Ok(None),
                    }
                }
            }
        }
        let texts = fed_texts(&strings, &wanted, sources, &limits)?;
        Ok(Some(Self { name: name.to_owned(), package, strings, texts, tables, limits }))
    }

    /// The name of the workbook's part in the presentation.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The workbook's new bytes, `None` if it stays as it is.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged.
    pub(super) fn write(&self, translations: &[TaggedText], changed: &[bool]) -> Result<Option<Vec<u8>>, FormatError> {
        let mut renamed: HashMap<String, String> = HashMap::new();
        let mut edits = Edits::default();
        for text in self.texts.iter().filter(|text| changed[text.segment]) {
            let old = unescape(&self.strings.text[text.span.clone()]).into_owned();
            let trimmed = old.trim();
            let start = old.len() - old.trim_start().len();
            let new = [&old[..start], translations[text.segment].text(), &old[start + trimmed.len()..]].concat();
            let mut escaped = String::new();
            escape_text(&new, &mut escaped);
            edits.replace(text.span.clone(), escaped);
            renamed.insert(old, new);
        }
        if edits.is_empty() {
            return Ok(None);
        }
        let mut changes = Changes::default();
        self.replace(&self.strings, edits, &mut changes)?;
        for table in &self.tables {
            let Some(edits) = table.renamed(&renamed) else { return Ok(None) };
            if !edits.is_empty() {
                self.replace(&table.part, edits, &mut changes)?;
            }
        }
        let bytes = self.package.write(&changes)?;
        Package::open(&bytes, &self.limits)
            .map_err(|error| FormatError::Verification(format!("a written workbook cannot be opened: {error}")))?;
        Ok(Some(bytes))
    }

    fn replace(&self, part: &XmlPart, edits: Edits, changes: &mut Changes) -> Result<(), FormatError> {
        let damaged =
            |what: &str| FormatError::Verification(format!("a written part of a workbook is damaged: {what}"));
        let text = String::from_utf8(edits.apply(part.text.as_bytes())).map_err(|_| damaged("no text"))?;
        let mut scanner = Scanner::new(&text, &part.name, &self.limits);
        while scanner.next().map_err(|error| damaged(&error.to_string()))?.is_some() {}
        changes.replace(&part.name, part.encode(&text));
        Ok(())
    }
}

impl Table {
    /// Reads the columns of a table; `None` if formulas may name them.
    fn read(part: XmlPart, limits: &Limits) -> Result<Option<Self>, FormatError> {
        let mut columns = Vec::new();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        while let Some(event) = scanner.next()? {
            let Kind::Start { name, .. } = event.kind else { continue };
            match name.local {
                "calculatedColumnFormula" | "totalsRowFormula" => return Ok(None),
                "tableColumn" => {
                    if let Some(found) = scanner.attribute(Namespace::None, "name") {
                        let name = unescape(&part.text[found.value.clone()]).into_owned();
                        columns.push((found.value, name));
                    }
                }
                _ => {}
            }
        }
        Ok(Some(Self { part, columns }))
    }

    /// Edits that name the columns anew; `None` if two would then have one name.
    fn renamed(&self, renamed: &HashMap<String, String>) -> Option<Edits> {
        let mut edits = Edits::default();
        let mut names = HashSet::new();
        for (range, name) in &self.columns {
            let new = renamed.get(name);
            if let Some(new) = new {
                let mut escaped = String::new();
                escape_attribute(new, &mut escaped);
                edits.replace(range.clone(), escaped);
            }
            if !names.insert(new.unwrap_or(name).to_lowercase()) {
                return None;
            }
        }
        Some(edits)
    }
}

/// The names of the sheets, in lower case, and of their relationships.
fn sheets(book: &XmlPart, limits: &Limits) -> Result<Vec<(String, String)>, FormatError> {
    let mut sheets = Vec::new();
    let mut scanner = Scanner::new(&book.text, &book.name, limits);
    while let Some(event) = scanner.next()? {
        if let Kind::Start { name, .. } = event.kind
            && name.is(Namespace::Spreadsheet, "sheet")
            && let Some(sheet) = scanner.value(Namespace::None, "name")
            && let Some(id) = scanner.value(Namespace::Relationships, "id")
        {
            sheets.push((sheet.to_lowercase(), id.into_owned()));
        }
    }
    Ok(sheets)
}

/// The shared strings that stand in `cells`, with what the cells are given for. `None` if a formula names table columns.
fn shared_strings(
    sheet: &XmlPart,
    cells: &HashMap<Cell, usize>,
    limits: &Limits,
) -> Result<Option<Vec<(usize, usize)>>, FormatError> {
    let mut found = Vec::new();
    let mut scanner = Scanner::new(&sheet.text, &sheet.name, limits);
    let (mut segment, mut inside) = (None, "");
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } => {
                inside = name.local;
                if name.is(Namespace::Spreadsheet, "c") {
                    let is_shared = scanner.value(Namespace::None, "t").as_deref() == Some("s");
                    let cell = scanner.value(Namespace::None, "r").filter(|_| is_shared);
                    segment = cell.and_then(|name| cells.get(&read_cell(&name)?).copied());
                }
            }
            Kind::Text if inside == "f" && sheet.text[event.range.clone()].contains('[') => return Ok(None),
            Kind::Text if inside == "v" => {
                if let Some(segment) = segment
                    && let Ok(string) = sheet.text[event.range].trim().parse()
                {
                    found.push((string, segment));
                }
            }
            Kind::End { .. } => inside = "",
            _ => {}
        }
    }
    Ok(Some(found))
}

/// The places of the wanted strings: those without formatting that say what the chart says.
fn fed_texts(
    strings: &XmlPart,
    wanted: &HashMap<usize, usize>,
    sources: &dyn Fn(usize) -> String,
    limits: &Limits,
) -> Result<Vec<FedText>, FormatError> {
    let mut texts = Vec::new();
    let mut scanner = Scanner::new(&strings.text, &strings.name, limits);
    let (mut count, mut start) = (0usize, None);
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, empty: false } if scanner.depth() == 3 && name.local == "t" => {
                start = Some(event.range.end);
            }
            // An element in a text, where none belongs.
            Kind::Start { .. } if scanner.depth() > 3 => start = None,
            Kind::End { .. } if scanner.depth() == 2 => {
                if let (Some(start), Some(segment)) = (start.take(), wanted.get(&count)) {
                    let span = start..event.range.start;
                    let raw = &strings.text[span.clone()];
                    let text = unescape(raw);
                    let is_plain = !raw.contains('<') && !text.contains("_x");
                    if is_plain && text.trim() == sources(*segment) {
                        texts.push(FedText { span, segment: *segment });
                    }
                }
            }
            Kind::End { .. } if scanner.depth() == 1 => count += 1,
            _ => {}
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_name_cells() {
        let area = |formula: &str| {
            read_area(formula).map(|(sheet, area)| (sheet, [area.first, area.last].map(|cell| (cell.column, cell.row))))
        };
        assert_eq!(area("Sheet1!$A$2:$B$5"), Some(("Sheet1".into(), [(1, 2), (2, 5)])));
        assert_eq!(area("'It''s'!$AA$1"), Some(("It's".into(), [(27, 1), (27, 1)])));
        for none in ["", "A1", "Sheet1!name", "Sheet1!$A$0", "(S!$A$1,S!$A$3)", "S!$B$1:$A$1", "S!A99999999999", "S!1"]
        {
            assert_eq!(area(none), None, "{none}");
        }
    }

    #[test]
    fn points_have_cells() {
        let cell = |formula: &str, index, level, count| {
            let (_, area) = read_area(formula).unwrap();
            area.cell(index, level, count).map(|cell| (cell.column, cell.row))
        };
        assert_eq!(cell("S!$A$2:$A$5", 1, 0, 4), Some((1, 3)));
        assert_eq!(cell("S!$B$1:$D$1", 2, 0, 3), Some((4, 1)));
        assert_eq!(cell("S!$A$2:$B$5", 3, 1, 4), Some((1, 5)));
        assert_eq!(cell("S!$A$1:$D$2", 3, 0, 4), Some((4, 2)));
        assert_eq!(cell("S!$A$2:$A$5", 4, 0, 4), None);
        assert_eq!(cell("S!$A$2:$A$5", u32::MAX, 1, 4), None);
    }
}
