//! The gate before a part is handed out: it is well-formed, and nothing was lost or doubled but spans.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::comparisons::literals;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// A sum over the elements of a part, the same for parts that hold the same elements in any order. Spans and white space
/// do not count: they are written anew.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn fingerprint(text: &str, part: &XmlPart, limits: &Limits) -> Result<u64, FormatError> {
    let mut sum = 0u64;
    let mut scanner = Scanner::new(text, &part.name, limits);
    // The depth of the ruby that is passed over.
    let mut ruby: Option<usize> = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if ruby.is_none() => {
                if name.is(Namespace::OdfText, "ruby") {
                    ruby = Some(scanner.depth());
                    continue;
                }
                if is_rewritten(name.namespace, name.local) {
                    continue;
                }
                let mut hasher = DefaultHasher::new();
                name.qualified.hash(&mut hasher);
                // Members of pivot tables are called what cells say.
                let is_member = name.local.starts_with("data-pilot-") && name.local.ends_with("member");
                for attribute in scanner.attributes() {
                    let value = &text[attribute.value.clone()];
                    match attribute.qualified.rsplit(':').next() {
                        Some("formula") => hash_formula(&unescape(value), &mut hasher),
                        Some("href" | "name" | "id" | "ref-name" | "change-id" | "value-type") if !is_member => {
                            value.hash(&mut hasher);
                        }
                        _ => {}
                    }
                }
                sum = sum.wrapping_add(hasher.finish());
            }
            Kind::End { .. } if ruby == Some(scanner.depth() + 1) => ruby = None,
            _ => {}
        }
    }
    Ok(sum)
}

/// All of a formula but what may follow the cells that it is compared with.
fn hash_formula(formula: &str, hasher: &mut DefaultHasher) {
    let mut at = 0;
    for literal in literals(formula).into_iter().filter(|literal| literal.is_compared) {
        formula[at..literal.range.start].hash(hasher);
        at = literal.range.end;
    }
    formula[at..].hash(hasher);
}

fn is_rewritten(namespace: Namespace, local: &str) -> bool {
    match namespace {
        Namespace::OdfText => matches!(local, "span" | "s" | "soft-page-break"),
        Namespace::OdfStyle => local == "paragraph-properties",
        _ => false,
    }
}
