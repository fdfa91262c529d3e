//! Which parts of a workbook hold text: found by relationships and content types, never by name.

use std::collections::HashSet;

use super::book::{Book, Visibility};
use super::fields::FieldsOf;
use super::formulas::FormulaWords;
use crate::package::{ContentTypes, Package, relationships_of};
use crate::xml::XmlPart;
use crate::{FormatError, Limits};

/// The parts that matter.
pub(super) struct Parts {
    pub(super) book: XmlPart,
    pub(super) contents: Book,
    pub(super) strings: Option<String>,
    pub(super) sheets: Vec<Sheet>,
    /// Pivot caches with their records, and slicer caches.
    pub(super) fields: Vec<(String, FieldsOf)>,
    /// The document's properties.
    pub(super) properties: Vec<String>,
    /// A program may know its sheets by name.
    pub(super) has_macros: bool,
}

/// A sheet with what belongs to it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) part: String,
    /// What the workbook calls it.
    pub(super) name: String,
    pub(super) visibility: Visibility,
    pub(super) notes: Vec<String>,
    pub(super) threads: Vec<String>,
    /// Drawings of old, with the captions of form controls.
    pub(super) captions: Vec<String>,
    /// Drawings, charts and diagrams, and whether the part says what a diagram says.
    pub(super) drawings: Vec<(String, bool)>,
    pub(super) fields: Vec<(String, FieldsOf)>,
}

/// Content types of workbooks: workbooks and templates, with and without macros.
pub(super) const MAIN: [&str; 4] = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml",
    "application/vnd.ms-excel.template.macroenabled.main+xml",
];

/// Follows the relationships from the package on, each part once.
///
/// # Errors
/// [`FormatError::Corrupt`] if the package has no workbook or is of another kind.
pub(super) fn find(package: &mut Package, words: &mut FormulaWords, limits: &Limits) -> Result<Parts, FormatError> {
    let types = XmlPart::decode(ContentTypes::PART, package.require(ContentTypes::PART)?)?;
    let types = ContentTypes::read(&types, limits)?;
    let roots = relationships_of(package, "", limits)?;
    let main = roots.iter().find(|relationship| relationship.kind == "officeDocument");
    let main = main.and_then(|relationship| relationship.part.clone());
    let main = main.ok_or_else(|| FormatError::corrupt("the package names no workbook", "", 0))?;
    if !package.contains(&main) {
        return Err(FormatError::corrupt("the workbook is missing", &main, 0));
    }
    if !types.of(&main).is_some_and(|main| MAIN.contains(&main)) {
        return Err(FormatError::corrupt("a package, but not a workbook", &main, 0));
    }
    let book = XmlPart::decode(&main, package.require(&main)?)?;
    let contents = Book::read(&book, words, limits)?;
    let mut finder = Finder { package, limits, seen: HashSet::from([main.to_ascii_lowercase()]) };
    let related = finder.related(&main)?;
    let has_macros = related.iter().any(|(kind, _, _)| kind == "vbaProject");
    let mut sheets = Vec::new();
    for entry in &contents.sheets {
        let sheet = related.iter().find(|(kind, id, _)| {
            matches!(kind.as_str(), "worksheet" | "chartsheet" | "dialogsheet") && *id == entry.relationship
        });
        if let Some((_, _, part)) = sheet
            && finder.is_new(part)
        {
            let mut sheet = finder.sheet(part, entry.visibility, has_macros)?;
            sheet.name.clone_from(&entry.name);
            sheets.push(sheet);
        }
    }
    let mut strings = None;
    let mut fields = Vec::new();
    for (kind, _, part) in related {
        let kind = match kind.as_str() {
            "sharedStrings" if strings.is_none() && finder.is_new(&part) => {
                strings = Some(part);
                continue;
            }
            "pivotCacheDefinition" => FieldsOf::PivotCache,
            "slicerCache" => FieldsOf::SlicerCache,
            _ => continue,
        };
        if !finder.is_new(&part) {
            continue;
        }
        if kind == FieldsOf::PivotCache {
            for (kind, _, records) in finder.related(&part)? {
                if kind == "pivotCacheRecords" && finder.is_new(&records) {
                    fields.push((records, FieldsOf::PivotRecords));
                }
            }
        }
        fields.push((part, kind));
    }
    let is_properties = |relationship: &&crate::package::Relationship| relationship.kind == "core-properties";
    let properties = roots.iter().filter(is_properties).filter_map(|relationship| relationship.part.clone());
    let properties = properties.filter(|part| finder.is_new(part)).collect();
    Ok(Parts { book, contents, strings, sheets, fields, properties, has_macros })
}

struct Finder<'a> {
    package: &'a mut Package,
    limits: &'a Limits,
    seen: HashSet<String>,
}

impl Finder<'_> {
    /// Whether the part is there and has not been met.
    fn is_new(&mut self, part: &str) -> bool {
        self.package.contains(part) && self.seen.insert(part.to_ascii_lowercase())
    }

    /// The parts that a part leads to: kind, id and name.
    fn related(&mut self, part: &str) -> Result<Vec<(String, String, String)>, FormatError> {
        let all = relationships_of(self.package, part, self.limits)?;
        Ok(all.into_iter().filter_map(|r| Some((r.kind, r.id, r.part?))).collect())
    }

    fn sheet(&mut self, part: &str, visibility: Visibility, has_macros: bool) -> Result<Sheet, FormatError> {
        let (mut notes, mut threads, mut captions) = (Vec::new(), Vec::new(), Vec::new());
        let (mut drawings, mut fields) = (Vec::new(), Vec::new());
        for (kind, _, target) in self.related(part)? {
            let list = match kind.as_str() {
                "comments" => &mut notes,
                "threadedComment" => &mut threads,
                "vmlDrawing" => &mut captions,
                "drawing" => {
                    if self.is_new(&target) {
                        drawings.push((target, false));
                    }
                    continue;
                }
                "table" | "pivotTable" | "slicer" | "timeline" if self.is_new(&target) => {
                    let kind = match kind.as_str() {
                        "table" => {
                            let queried = self.related(&target)?.iter().any(|(kind, _, _)| kind == "queryTable");
                            FieldsOf::Table { is_bound: queried || has_macros }
                        }
                        "slicer" | "timeline" => FieldsOf::Slicer,
                        _ => FieldsOf::PivotTable,
                    };
                    fields.push((target, kind));
                    continue;
                }
                _ => continue,
            };
            if self.is_new(&target) {
                list.push(target);
            }
        }
        let mut next = 0;
        while next < drawings.len() {
            for (kind, _, target) in self.related(&drawings[next].0.clone())? {
                if DRAWN.contains(&kind.as_str()) && self.is_new(&target) {
                    drawings.push((target, kind.starts_with("diagram")));
                }
            }
            next += 1;
        }
        Ok(Sheet { part: part.to_owned(), name: String::new(), visibility, notes, threads, captions, drawings, fields })
    }
}

/// What drawings lead to.
const DRAWN: [&str; 5] = ["chart", "chartEx", "chartUserShapes", "diagramData", "diagramDrawing"];
