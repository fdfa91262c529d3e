//! The gate before a part is handed out: it is well-formed, and nothing was lost or doubled but runs.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// A sum over the elements of a part, the same for parts that hold the same elements in any order. Runs and their
/// properties, text, and what marks properties of text in passing do not count: they are written anew.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn fingerprint(text: &str, part: &XmlPart, limits: &Limits) -> Result<u64, FormatError> {
    let mut sum = 0u64;
    let mut scanner = Scanner::new(text, &part.name, limits);
    // The depth of the element whose content is passed over.
    let mut passed_over: Option<usize> = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } => {
                let depth = scanner.depth();
                if passed_over.is_some() {
                    continue;
                }
                let is_text = matches!(name.namespace, Namespace::Word | Namespace::Drawing);
                if is_text && matches!(name.local, "rPr" | "ruby" | "smartTagPr" | "customXmlPr") {
                    passed_over = Some(depth);
                    continue;
                }
                if is_text && REWRITTEN.contains(&name.local) {
                    continue;
                }
                let mut hasher = DefaultHasher::new();
                name.qualified.hash(&mut hasher);
                for attribute in scanner.attributes() {
                    if matches!(attribute.qualified.rsplit(':').next(), Some("id" | "fldCharType" | "type")) {
                        text[attribute.value.clone()].hash(&mut hasher);
                    }
                }
                sum = sum.wrapping_add(hasher.finish());
            }
            Kind::End { .. } if passed_over == Some(scanner.depth() + 1) => passed_over = None,
            _ => {}
        }
    }
    Ok(sum)
}

/// Elements that are written anew, or whose presence says nothing about the document's content.
const REWRITTEN: &[&str] = &[
    "r",
    "t",
    "pPr",
    "proofErr",
    "lastRenderedPageBreak",
    "softHyphen",
    "noBreakHyphen",
    "smartTag",
    "customXml",
    "bidi",
    "bidiVisual",
    "rtlGutter",
    "tblPr",
    "sectPr",
];
