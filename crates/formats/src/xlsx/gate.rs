//! The gate before a part is handed out: it is well-formed, and holds what it held but for words.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::fields::CAPTIONS;
use super::formulas::{choices, references};
use crate::xml::{Kind, Namespace, Scanner, unescape};
use crate::{FormatError, Limits};

/// A sum over the elements of a part in their order, with their attributes but those that hold words. How a string is
/// cut into runs does not count.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn fingerprint(text: &str, name: &str, limits: &Limits) -> Result<u64, FormatError> {
    let mut hasher = DefaultHasher::new();
    let mut scanner = Scanner::new(text, name, limits);
    // The depth of the element whose content is passed over.
    let mut passed_over: Option<usize> = None;
    let mut in_number = false;
    // The cell is a string, and no formula has stood in it.
    let mut is_string = false;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { .. } if passed_over.is_some() => {}
            Kind::Start { name, .. } => {
                let is_spreadsheet = name.namespace == Namespace::Spreadsheet;
                if is_spreadsheet && matches!(name.local, "r" | "t" | "rPh" | "phoneticPr") {
                    passed_over = Some(scanner.depth());
                    continue;
                }
                if is_spreadsheet && name.local == "c" {
                    is_string = scanner.value(Namespace::None, "t").as_deref() == Some("str");
                }
                is_string &= name.local != "f";
                in_number = name.local == "f" || (name.local == "v" && !is_string);
                name.qualified.hash(&mut hasher);
                for attribute in scanner.attributes() {
                    if !WORDS.contains(&attribute.qualified) && !CAPTIONS.contains(&attribute.qualified) {
                        attribute.qualified.hash(&mut hasher);
                        text[attribute.value.clone()].hash(&mut hasher);
                    }
                }
            }
            Kind::End { .. } if passed_over == Some(scanner.depth() + 1) => passed_over = None,
            Kind::End { .. } => in_number = false,
            // Names of columns may change, nothing else in a formula.
            Kind::Text if in_number && passed_over.is_none() => {
                let formula = unescape(&text[event.range]);
                // Or it is nothing but the choices of a list.
                if choices(&formula).is_some() {
                    continue;
                }
                let mut at = 0;
                for (reference, _) in references(&formula) {
                    formula[at..reference.start].hash(&mut hasher);
                    at = reference.end;
                }
                formula[at..].hash(&mut hasher);
            }
            _ => {}
        }
    }
    Ok(hasher.finish())
}

/// Attributes that hold words, or are set, next to [`CAPTIONS`].
const WORDS: [&str; 22] = [
    "alt",
    "comment",
    "name",
    "val",
    "v",
    "promptTitle",
    "prompt",
    "errorTitle",
    "error",
    "tooltip",
    "display",
    "startIndex",
    "length",
    "totalsRowLabel",
    "caption",
    "altText",
    "altTextSummary",
    "subtotalCaption",
    "n",
    "rightToLeft",
    "refreshOnLoad",
    "fullCalcOnLoad",
];
