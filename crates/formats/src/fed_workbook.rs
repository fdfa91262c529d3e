//! The workbook behind a chart: cells that feed names of series and categories get the words that the chart got, or
//! they would come back as soon as somebody edits the chart's data.
//!
//! A shared string that says what the chart says is what feeds it, whatever rows are hidden and filtered. Strings without
//! formatting are written, and the names of table columns that must equal them. A workbook whose formulas name such
//! columns or compare such words, or whose columns would no longer differ, is kept.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use terjuman_model::{Place, TaggedText};

use crate::edits::Edits;
use crate::package::{Changes, Package, relationships_of};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, escape_attribute, escape_text, unescape};
use crate::{FormatError, Limits, Warning, WarningKind};

/// Workbooks behind charts, with what the charts say: the words, and the segment of each.
#[derive(Default)]
pub(crate) struct Fed {
    books: Vec<(String, HashMap<String, usize>)>,
    numbers: HashMap<String, usize>,
}

impl Fed {
    /// A chart that `book` feeds says `text`, which is `segment`.
    pub(crate) fn says(&mut self, book: &str, text: &str, segment: usize) {
        let number = *self.numbers.entry(book.to_ascii_lowercase()).or_insert(self.books.len());
        if number == self.books.len() {
            self.books.push((book.to_owned(), HashMap::new()));
        }
        // Strings with escapes of characters are left alone.
        if !text.contains("_x") {
            self.books[number].1.entry(text.to_owned()).or_insert(segment);
        }
    }

    /// Reads the workbooks. One that cannot be read or written without harm is kept: the chart shows its own copy.
    pub(crate) fn read(self, package: &mut Package, limits: &Limits, warnings: &mut Vec<Warning>) -> Vec<FedWorkbook> {
        let mut workbooks = Vec::new();
        let mut budget = limits.zip_total_bytes;
        for (book, said) in self.books.into_iter().filter(|(_, said)| !said.is_empty()) {
            match FedWorkbook::read(package, &book, &said, &mut budget, limits) {
                Ok(Some(read)) => workbooks.push(read),
                Ok(None) | Err(_) => {
                    warnings.push(Warning { kind: WarningKind::PartKept, place: Place { part: book, offset: 0 } });
                }
            }
        }
        workbooks
    }
}

/// A workbook with the places of its texts that feed charts.
pub(crate) struct FedWorkbook {
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

impl FedWorkbook {
    /// Opens the workbook `name` of a document, and finds the texts of the charts in it: `said` gives the segment of
    /// each. `None` if it cannot be written without harm. `budget` is what all workbooks together may still expand to.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is no workbook, [`FormatError::TooComplex`] past a limit.
    fn read(
        outer: &mut Package,
        name: &str,
        said: &HashMap<String, usize>,
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
        let (mut strings, mut tables) = (None, Vec::new());
        let literals: HashSet<String> = said.keys().map(|text| text.to_lowercase()).collect();
        for relationship in relationships_of(&mut package, &main, &limits)? {
            let Some(part) = relationship.part.filter(|part| package.contains(part)) else { continue };
            match relationship.kind.as_str() {
                "sharedStrings" => strings = Some(read(&mut package, &part)?),
                "worksheet" => {
                    if depends_on_words(&read(&mut package, &part)?, &literals, &limits)? {
                        return Ok(None);
                    }
                    for relationship in relationships_of(&mut package, &part, &limits)? {
                        let table =
                            relationship.part.filter(|part| relationship.kind == "table" && package.contains(part));
                        if let Some(table) = table {
                            match Table::read(read(&mut package, &table)?, &limits)? {
                                Some(table) => tables.push(table),
                                None => return Ok(None),
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        let Some(strings) = strings else { return Ok(None) };
        let texts = fed_texts(&strings, said, &limits)?;
        Ok(Some(Self { name: name.to_owned(), package, strings, texts, tables, limits }))
    }

    /// The name of the workbook's part in the document.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The workbook's new bytes, `None` if it stays as it is.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged.
    pub(crate) fn write(&self, translations: &[TaggedText], changed: &[bool]) -> Result<Option<Vec<u8>>, FormatError> {
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
        changes.replace(&self.package, &part.name, part.encode(&text));
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

/// Whether a formula of the sheet names columns of tables, or compares one of `literals` (in lower case).
fn depends_on_words(sheet: &XmlPart, literals: &HashSet<String>, limits: &Limits) -> Result<bool, FormatError> {
    let mut scanner = Scanner::new(&sheet.text, &sheet.name, limits);
    let (mut inside, mut formula) = (false, String::new());
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if name.is(Namespace::Spreadsheet, "f") => {
                (inside, formula) = (true, String::new())
            }
            Kind::Text | Kind::CData if inside => formula.push_str(&unescape(&sheet.text[event.range])),
            Kind::End { .. } if inside => {
                inside = false;
                let compares = |text: &str| literals.contains(&text.to_lowercase());
                if formula.contains('[') || formula.split('"').skip(1).step_by(2).any(compares) {
                    return Ok(true);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

/// The places of the strings without formatting that say what a chart says.
fn fed_texts(strings: &XmlPart, said: &HashMap<String, usize>, limits: &Limits) -> Result<Vec<FedText>, FormatError> {
    let mut texts = Vec::new();
    let mut scanner = Scanner::new(&strings.text, &strings.name, limits);
    let mut start = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, empty: false } if scanner.depth() == 3 && name.local == "t" => {
                start = Some(event.range.end);
            }
            // An element in a text, where none belongs.
            Kind::Start { .. } if scanner.depth() > 3 => start = None,
            Kind::End { .. } if scanner.depth() == 2 => {
                let Some(start) = start.take() else { continue };
                let span = start..event.range.start;
                let raw = &strings.text[span.clone()];
                if !raw.contains('<')
                    && let Some(segment) = said.get(unescape(raw).trim())
                {
                    texts.push(FedText { span, segment: *segment });
                }
            }
            _ => {}
        }
    }
    Ok(texts)
}
