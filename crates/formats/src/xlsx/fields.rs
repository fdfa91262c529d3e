//! Parts that name what cells say: tables, pivot tables and their caches, slicers.

use super::formulas::FormulaWords;
use super::pending::{Pending, What};
use crate::runs::Span;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, Options};

/// The longest alternative text.
const ALT_TEXT: usize = 25_000;

/// What a pivot table says in the place of what it has no value or name for.
pub(super) const CAPTIONS: [&str; 6] =
    ["dataCaption", "grandTotalCaption", "rowHeaderCaption", "colHeaderCaption", "errorCaption", "missingCaption"];

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldsOf {
    /// A table, and whether something else than formulas knows its columns by name.
    Table {
        is_bound: bool,
    },
    PivotCache,
    PivotRecords,
    PivotTable,
    SlicerCache,
    Slicer,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) pending: Vec<Pending>,
    /// Names that cells must go on to say.
    pub(super) names: Vec<String>,
    /// Those of them that must stay.
    pub(super) kept: Vec<String>,
    /// The start tag of a pivot cache's definition.
    pub(super) cache: Option<Span>,
}

/// Reads the part; what its formulas refer to is added to `words`.
///
/// # Errors
/// [`FormatError::Corrupt`] if it is not well-formed.
pub(super) fn read(
    part: &XmlPart,
    kind: FieldsOf,
    words: &mut FormulaWords,
    options: &Options,
    limits: &Limits,
) -> Result<Fields, FormatError> {
    let mut reader = Reader {
        scanner: Scanner::new(&part.text, &part.name, limits),
        part,
        kind,
        words,
        alt_text: options.alt_text,
        fields: Fields::default(),
        has_header: true,
        has_formulas: false,
        is_foreign: false,
        in_items: false,
        formula: None,
    };
    reader.run()?;
    let is_bound = kind == FieldsOf::Table { is_bound: true } || reader.has_formulas || reader.is_foreign;
    let mut fields = reader.fields;
    if is_bound {
        fields.kept.extend(fields.names.iter().cloned());
    }
    Ok(fields)
}

struct Reader<'a, 'b> {
    scanner: Scanner<'a>,
    part: &'a XmlPart,
    kind: FieldsOf,
    words: &'b mut FormulaWords,
    alt_text: bool,
    fields: Fields,
    has_header: bool,
    /// Formulas of a pivot table name its fields.
    has_formulas: bool,
    is_foreign: bool,
    in_items: bool,
    formula: Option<(usize, String)>,
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self) -> Result<(), FormatError> {
        while let Some(event) = self.scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } => self.start(name, event.range.into()),
                Kind::Text => {
                    if let Some((_, formula)) = &mut self.formula {
                        formula.push_str(&unescape(&self.part.text[event.range]));
                    }
                }
                Kind::End { name } => {
                    if let Some((start, formula)) = self.formula.take()
                        && self.words.read(&formula, false)
                    {
                        let span = Span { start, end: event.range.start.max(start) };
                        self.fields.pending.push(Pending { span, what: What::Formula });
                    }
                    if name.local == "sharedItems" && self.in_items {
                        self.in_items = false;
                        self.fields.pending.push(Pending { span: Span::default(), what: What::EndOfItems });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn start(&mut self, name: Name<'a>, span: Span) {
        match (self.kind, name.local) {
            (FieldsOf::Table { .. }, "table") => {
                if self.alt_text {
                    // An extension's element of the same name has nothing else.
                    self.attribute("altText", What::Own(ALT_TEXT));
                    self.attribute("altTextSummary", What::Own(ALT_TEXT));
                }
                if name.namespace != Namespace::Spreadsheet {
                    return;
                }
                self.has_header = self.scanner.value(Namespace::None, "headerRowCount").as_deref() != Some("0");
            }
            (FieldsOf::Table { .. }, "tableColumn") => {
                if self.has_header {
                    self.name("name");
                } else if let Some(name) = self.value("name") {
                    // No cell says its name.
                    self.fields.kept.push(name);
                }
                self.attribute("totalsRowLabel", What::Same);
            }
            (FieldsOf::Table { .. }, "calculatedColumnFormula" | "totalsRowFormula") => {
                self.formula = Some((span.end, String::new()));
            }
            (FieldsOf::Table { .. }, "xmlColumnPr") => self.keep_last(),
            (FieldsOf::Table { .. }, "filter" | "customFilter") => self.attribute("val", What::Same),
            (FieldsOf::PivotCache, "pivotCacheDefinition") => self.fields.cache = Some(span),
            (FieldsOf::PivotCache, "cacheField") => {
                self.name("name");
                if self.scanner.attribute(Namespace::None, "formula").is_some() {
                    self.has_formulas = true;
                    self.keep_last();
                }
            }
            // What a database calls its fields.
            (FieldsOf::PivotCache, "cacheSource") => {
                self.is_foreign = self.scanner.value(Namespace::None, "type").as_deref() != Some("worksheet");
            }
            (FieldsOf::PivotCache, "calculatedItem") => self.has_formulas = true,
            (FieldsOf::PivotCache, "sharedItems") => self.in_items = true,
            (FieldsOf::PivotCache, "s") if self.in_items => self.attribute("v", What::Item),
            (FieldsOf::PivotRecords, "s") => self.attribute("v", What::Same),
            (FieldsOf::PivotTable, "pivotTableDefinition") => {
                for caption in CAPTIONS {
                    self.attribute(caption, What::Same);
                }
            }
            (FieldsOf::PivotTable, "pivotField" | "dataField") => {
                self.name("name");
                self.attribute("subtotalCaption", What::Same);
            }
            // What somebody calls an item, and its cell says.
            (FieldsOf::PivotTable, "item") => self.attribute("n", What::Same),
            (FieldsOf::SlicerCache, "slicerCacheDefinition") => {
                if let Some(name) = self.value("sourceName") {
                    self.words.add_column(&name);
                }
            }
            (FieldsOf::Slicer, "slicer" | "timeline") => self.attribute("caption", What::SameOrOwn),
            _ => {}
        }
    }

    fn keep_last(&mut self) {
        self.fields.kept.extend(self.fields.names.last().cloned());
    }

    fn value(&mut self, local: &str) -> Option<String> {
        let attribute = self.scanner.attribute(Namespace::None, local)?;
        Some(super::pending::value(&self.part.text, attribute.value.into()))
    }

    fn attribute(&mut self, local: &str, what: What) {
        if let Some(attribute) = self.scanner.attribute(Namespace::None, local) {
            self.fields.pending.push(Pending { span: attribute.value.into(), what });
        }
    }

    fn name(&mut self, local: &str) {
        if let Some(name) = self.value(local) {
            self.fields.names.push(name);
            self.attribute(local, What::Name);
        }
    }
}
